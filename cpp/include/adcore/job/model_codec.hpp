// Models that list their fields (state/fields.hpp), in a snapshot.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "adcore/state/fields.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

template <class Model>
[[nodiscard]] auto model_bytes() -> std::size_t {
  Model model;
  FieldSizer sizer;
  model.fields(sizer);
  return sizer.bytes();
}

template <class Model>
void write_models_to(ByteWriter& writer, const std::deque<Model>& models) {
  std::vector<std::byte> bytes(model_bytes<Model>());
  writer.put_count(models.size());
  for (Model model : models) {
    FieldWriter fields(bytes.data());
    model.fields(fields);
    writer.put_bytes(bytes);
  }
}

/// At most `most` models; `check(model, its index)` throws SnapshotError for one that cannot be.
template <class Model, class Check>
void read_models_from(ByteReader& reader, std::size_t most, std::deque<Model>& models, Check check) {
  const std::size_t expected = model_bytes<Model>();
  const auto count = reader.get_count(reader.remaining() / expected);
  if (count > most) throw_snapshot("there are more models than series");
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto bytes = reader.get_bytes();
    if (bytes.size() != expected) throw_snapshot("a model has not its length");
    FieldReader fields(bytes.data());
    models.emplace_back().fields(fields);
    check(models.back(), static_cast<std::size_t>(i));
  }
}

}  // namespace adcore
