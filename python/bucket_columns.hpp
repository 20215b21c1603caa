// Columns of a BucketAggregator: NumPy arrays in where they lie, finished tables out without a copy.
#pragma once

#include "bindings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "adcore/bucket/columns.hpp"

namespace adcore::python {

/// Float64 of any stride: a column of a row-major table is used where it lies, another type is converted.
using AlignedDoubles = py::array_t<double, int{py::array::forcecast} | int{py::detail::npy_api::NPY_ARRAY_ALIGNED_}>;

/// Keeps the arrays alive that its views borrow.
class ValueColumns {
 public:
  explicit ValueColumns(const std::vector<py::array>& columns) {
    for (const auto& column : columns) add(AlignedDoubles::ensure(column));
  }

  [[nodiscard]] auto views() const noexcept -> const std::vector<ColumnView>& { return views_; }

 private:
  void add(AlignedDoubles column) {
    if (!column) throw py::error_already_set();
    if (column.ndim() != 1) throw py::value_error("a value column must have one dimension");
    constexpr auto kSize = static_cast<py::ssize_t>(sizeof(double));
    if (column.strides(0) % kSize != 0) column = DoubleArray::ensure(column);
    views_.emplace_back(column.data(), static_cast<std::size_t>(column.shape(0)), column.strides(0) / kSize);
    arrays_.push_back(std::move(column));
  }

  std::vector<py::array> arrays_;
  std::vector<ColumnView> views_;
};

/// An array that takes over the vector's memory.
template <class T>
[[nodiscard]] auto adopt(std::vector<T>&& values, std::vector<py::ssize_t> shape) -> py::array_t<T> {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  const T* data = owned->data();
  const py::capsule owner(owned.release(), [](void* held) { delete static_cast<std::vector<T>*>(held); });
  return py::array_t<T>(std::move(shape), data, owner);
}

using TableArrays =
    std::tuple<py::array_t<std::int64_t>, py::array_t<std::uint32_t>, py::array_t<double>, py::array_t<std::int64_t>>;

/// (bucket_start int64[m], entity uint32[m], values float64[m, features], count int64[m])
[[nodiscard]] inline auto pack_table(BucketTable&& table) -> TableArrays {
  const auto rows = static_cast<py::ssize_t>(table.size());
  const auto features = static_cast<py::ssize_t>(table.features);
  return {adopt(std::move(table.bucket_start), {rows}), adopt(std::move(table.entity), {rows}),
          adopt(std::move(table.values), {rows, features}), adopt(std::move(table.count), {rows})};
}

}  // namespace adcore::python
