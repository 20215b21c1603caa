#include "config_codec.hpp"

namespace adcore {

void write_config(ByteWriter& out, const ForestConfig& config) {
  out.put_count(config.input_dimensions);
  out.put_count(config.shingle_size);
  out.put_count(config.number_of_trees);
  out.put_count(config.sample_size);
  out.put(config.time_decay.has_value());
  out.put(config.time_decay.value_or(0.0));
  out.put(config.output_after.has_value());
  out.put_count(config.output_after.value_or(0));
  out.put(config.initial_accept_fraction);
  out.put(config.bounding_box_cache_fraction);
  out.put(config.internal_shingling);
  out.put(config.internal_rotation);
  out.put(config.seed);
}

auto read_config(ByteReader& in) -> ForestConfig {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40U;
  ForestConfig config;
  config.input_dimensions = in.get_count(kMaximumDimensions);
  config.shingle_size = in.get_count(kMaximumDimensions);
  config.number_of_trees = in.get_count(kMost);
  config.sample_size = in.get_count(kMost);
  const bool has_decay = in.get<bool>();
  const auto decay = in.get<double>();
  if (has_decay) config.time_decay = decay;
  const bool has_output_after = in.get<bool>();
  const auto output_after = in.get_count(kMost);
  if (has_output_after) config.output_after = output_after;
  config.initial_accept_fraction = in.get<double>();
  config.bounding_box_cache_fraction = in.get<double>();
  config.internal_shingling = in.get<bool>();
  config.internal_rotation = in.get<bool>();
  config.seed = in.get<std::uint64_t>();
  try {
    config.validate();
  } catch (const InvalidArgument& error) {
    throw_snapshot(error.what());
  }
  return config;
}

}  // namespace adcore
