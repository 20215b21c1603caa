// Many independent forests of one kind, fed with a batch of rows of all of them in one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "adcore/forest/forest.hpp"

namespace adcore {

enum class ForestKind : std::uint8_t { random_cut, compact };

class ForestBank {
 public:
  /// Forest i is seeded from config.seed and i.
  ForestBank(const ForestConfig& config, std::size_t number_of_forests, ForestKind kind);

  [[nodiscard]] auto size() const noexcept -> std::size_t { return forests_.size(); }
  [[nodiscard]] auto forest(std::size_t index) -> Forest& { return *forests_[index]; }
  [[nodiscard]] auto forest(std::size_t index) const -> const Forest& { return *forests_[index]; }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  /// For each row in order: scores[i] = score of row i by forest streams[i], then that forest learns it.
  /// Rows of one stream are processed in order; the result does not depend on `threads`.
  /// Throws InvalidArgument before anything is learned if a stream or a value is out of range.
  void process(std::span<const std::uint32_t> streams, std::span<const float> rows, std::span<double> scores,
               std::size_t threads);

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> ForestBank;

 private:
  ForestBank() = default;
  void check(std::span<const std::uint32_t> streams, std::span<const float> rows, std::size_t scores) const;

  std::size_t row_size_ = 1;
  std::vector<std::unique_ptr<Forest>> forests_;
};

}  // namespace adcore
