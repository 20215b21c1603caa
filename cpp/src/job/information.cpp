#include "adcore/job/information.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace adcore {

namespace {

constexpr std::size_t kSymbols = 257;  // bytes, and the end of a text
constexpr std::size_t kEnd = 256;
constexpr double kBitsPerByte = 8.0;

// The probability of a symbol after another: seen pairs, with the frequency of the symbol itself as what one pair says
// before it was seen, and a uniform share below that.
class PairModel {
 public:
  PairModel() : pairs_(kSymbols * kSymbols) {}

  [[nodiscard]] auto probability(std::size_t before, std::size_t symbol) const noexcept -> double {
    const double base = (singles_[symbol] + 1.0 / kSymbols) / (total_ + 1.0);
    return (pairs_[before * kSymbols + symbol] + base) / (followers_[before] + 1.0);
  }
  void learn(std::size_t before, std::size_t symbol) noexcept {
    ++pairs_[before * kSymbols + symbol];
    ++followers_[before];
    ++singles_[symbol];
    ++total_;
  }

 private:
  std::vector<std::uint32_t> pairs_;
  std::array<double, kSymbols> followers_{};
  std::array<double, kSymbols> singles_{};
  double total_ = 0.0;
};

}  // namespace

auto information_bytes(std::span<const std::string_view> texts) -> double {
  PairModel model;
  double bits = 0.0;
  const auto take = [&](std::size_t before, std::size_t symbol) {
    bits -= std::log2(model.probability(before, symbol));
    model.learn(before, symbol);
    return symbol;
  };
  for (const auto text : texts) {
    std::size_t before = kEnd;
    for (const char byte : text) before = take(before, static_cast<unsigned char>(byte));
    take(before, kEnd);
  }
  return std::ceil(bits / kBitsPerByte);
}

}  // namespace adcore
