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
void write_models_to(ByteWriter& writer, const std::deque<Model>& models) {
  writer.put_count(models.size());
  for (const Model& model : models) writer.put_bytes(fields_to_bytes(model));
}

/// At most `most` models; `check(model, its index)` throws SnapshotError for one that cannot be.
template <class Model, class Check>
void read_models_from(ByteReader& reader, std::size_t most, std::deque<Model>& models, Check check) {
  const auto count = reader.get_count(reader.remaining() / size_of_fields(Model()));
  if (count > most) throw_snapshot("there are more models than series");
  for (std::uint64_t i = 0; i < count; ++i) {
    fields_from_bytes(reader.get_bytes(), models.emplace_back(), "a model");
    check(models.back(), static_cast<std::size_t>(i));
  }
}

}  // namespace adcore
