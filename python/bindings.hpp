// The one door to pybind11: every binding file includes this first, so that all of them see the same type casters
// (two translation units that disagree about a caster break the one-definition rule without a word).
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace py = pybind11;

namespace adcore::python {

/// Contiguous, native, float64: src/adcore/frames.py makes whatever people have into this.
using DoubleArray = py::array_t<double, py::array::c_style>;
using FloatArray = py::array_t<float, py::array::c_style>;
using Int64Array = py::array_t<std::int64_t, py::array::c_style>;
using UInt32Array = py::array_t<std::uint32_t, py::array::c_style>;

template <class T>
[[nodiscard]] auto view(const py::array_t<T, py::array::c_style>& array) -> std::span<const T> {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

template <class T>
[[nodiscard]] auto mutable_view(py::array_t<T, py::array::c_style>& array) -> std::span<T> {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

/// A fresh array of the given shape; its contents are the caller's to write.
template <class T>
[[nodiscard]] auto make_array(std::initializer_list<std::size_t> shape) -> py::array_t<T, py::array::c_style> {
  std::vector<py::ssize_t> extents;
  for (const auto extent : shape) extents.push_back(static_cast<py::ssize_t>(extent));
  return py::array_t<T, py::array::c_style>(extents);
}

/// A copy of `values` as an array of the given shape, of element type `To`.
template <class To, class From>
[[nodiscard]] auto to_array(std::span<const From> values, std::initializer_list<std::size_t> shape)
    -> py::array_t<To, py::array::c_style> {
  auto array = make_array<To>(shape);
  std::transform(values.begin(), values.end(), array.mutable_data(), [](From v) { return static_cast<To>(v); });
  return array;
}

[[nodiscard]] inline auto pack_bytes(std::span<const std::byte> bytes) -> py::bytes {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline auto view_bytes(const py::bytes& bytes) -> std::span<const std::byte> {
  const std::string_view text = bytes;
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Computes without the interpreter lock. Nothing of Python may be touched inside.
template <class Compute>
auto without_gil(Compute&& compute) {
  const py::gil_scoped_release release;
  return compute();
}

/// Rows that one call computes before it looks for Ctrl-C: about half a second of the slowest forest.
[[nodiscard]] inline auto rows_per_turn(std::size_t dimensions) -> std::size_t {
  return std::clamp<std::size_t>((std::size_t{1} << 19U) / std::max<std::size_t>(dimensions, 1), 16, 65'536);
}

/// Calls compute(first, count) over [0, rows) in turns, each without the GIL, and lets signals in between two turns.
template <class Compute>
void in_turns(std::size_t rows, std::size_t rows_in_turn, Compute&& compute) {
  for (std::size_t first = 0; first < rows; first += rows_in_turn) {
    without_gil([&] { compute(first, std::min(rows_in_turn, rows - first)); });
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
}

}  // namespace adcore::python
