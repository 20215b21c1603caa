// The fields of a model in a fixed number of bytes: quicker than a snapshot, for models that are put away and taken out
// again with every row.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "adcore/base/error.hpp"

namespace adcore {

// A model lists its fields once, for any archive:
//
//   template <class Fields>
//   void fields(Fields& f) {
//     f(count_, mean_);            // numbers and truth values
//     f.all(values_);              // a vector whose length follows from the configuration
//     f.optional(expected_, n);    // a vector that is empty or of length n
//     parts_.fields(f);            // another model
//   }
//
// How many bytes that is depends on the configuration alone. Numbers are little-endian.

/// Counts the bytes.
class FieldSizer {
 public:
  template <class... T>
  void operator()(const T&...) noexcept {
    bytes_ += (sizeof(T) + ... + 0);
  }
  template <class T>
  void all(const std::vector<T>& values) noexcept {
    bytes_ += values.size() * sizeof(T);
  }
  template <class T>
  void optional(const std::vector<T>&, std::size_t length) noexcept {
    bytes_ += 1 + length * sizeof(T);
  }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

namespace detail {

/// Between the order of bytes of this machine and that of the archive.
template <class T>
void reorder(std::byte* at, std::size_t count) noexcept {
  if constexpr (std::endian::native == std::endian::big) {
    for (std::size_t i = 0; i < count; ++i) std::reverse(at + i * sizeof(T), at + (i + 1) * sizeof(T));
  }
}

}  // namespace detail

/// Writes the fields to memory that has room for them.
class FieldWriter {
 public:
  explicit FieldWriter(std::byte* at) noexcept : at_(at) {}

  template <class... T>
  void operator()(const T&... values) noexcept {
    (put(&values, 1), ...);
  }
  template <class T>
  void all(const std::vector<T>& values) noexcept {
    put(values.data(), values.size());
  }
  template <class T>
  void optional(const std::vector<T>& values, std::size_t length) noexcept {
    (*this)(!values.empty());
    if (!values.empty()) return put(values.data(), length);
    std::memset(at_, 0, length * sizeof(T));  // equal models have equal bytes
    at_ += length * sizeof(T);
  }

 private:
  template <class T>
  void put(const T* values, std::size_t count) noexcept {
    static_assert(std::is_arithmetic_v<T>);
    if (count > 0) std::memcpy(at_, values, count * sizeof(T));
    detail::reorder<T>(at_, count);
    at_ += count * sizeof(T);
  }

  std::byte* at_;
};

/// Reads the fields from memory of the right size. A truth value that is neither 0 nor 1 throws SnapshotError; whether
/// numbers are possible is for the model's check().
class FieldReader {
 public:
  explicit FieldReader(const std::byte* at) noexcept : at_(at) {}

  template <class... T>
  void operator()(T&... values) {
    (get(&values, 1), ...);
  }
  template <class T>
  void all(std::vector<T>& values) {
    get(values.data(), values.size());
  }
  template <class T>
  void optional(std::vector<T>& values, std::size_t length) {
    bool present = false;
    (*this)(present);
    if (present) {
      values.resize(length);
      get(values.data(), length);
    } else {
      values.clear();
      at_ += length * sizeof(T);
    }
  }

 private:
  template <class T>
  void get(T* values, std::size_t count) {
    static_assert(std::is_arithmetic_v<T>);
    if constexpr (std::is_same_v<T, bool>) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto byte = static_cast<unsigned>(at_[i]);
        if (byte > 1) throw_snapshot("a truth value that is neither true nor false");
        values[i] = byte != 0;
      }
    } else if (count > 0) {
      std::memcpy(values, at_, count * sizeof(T));
      detail::reorder<T>(reinterpret_cast<std::byte*>(values), count);
    }
    at_ += count * sizeof(T);
  }

  const std::byte* at_;
};

namespace detail {

/// A model lists its fields for those who read them into it, too, so that it is not const where it does. An archive
/// that only takes them changes nothing.
template <class Model, class Fields>
void take_fields(const Model& model, Fields& fields) {
  const_cast<Model&>(model).fields(fields);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

}  // namespace detail

/// How many bytes the fields of a model are.
template <class Model>
[[nodiscard]] auto size_of_fields(const Model& model) -> std::size_t {
  FieldSizer sizer;
  detail::take_fields(model, sizer);
  return sizer.bytes();
}

template <class Model>
[[nodiscard]] auto fields_to_bytes(const Model& model) -> std::vector<std::byte> {
  std::vector<std::byte> bytes(size_of_fields(model));
  FieldWriter writer(bytes.data());
  detail::take_fields(model, writer);
  return bytes;
}

/// `what` is the model, for the SnapshotError that a wrong number of bytes throws.
template <class Model>
void fields_from_bytes(std::span<const std::byte> bytes, Model& model, const char* what) {
  if (bytes.size() != size_of_fields(model)) throw_snapshot(std::string(what) + " has not its length");
  FieldReader reader(bytes.data());
  model.fields(reader);
}

}  // namespace adcore
