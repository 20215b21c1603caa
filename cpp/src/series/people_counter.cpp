#include "adcore/series/people_counter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"

namespace adcore {

namespace {

constexpr unsigned kRegisterBits = 7;
constexpr int kMostRun = 64 - static_cast<int>(kRegisterBits) + 1;

}  // namespace

void PeopleCounter::add(std::uint64_t person) noexcept {
  const std::uint64_t hash = mix_bits(person + 0x9e3779b97f4a7c15ULL);
  auto& longest = longest_[hash >> (64U - kRegisterBits)];
  const int run = std::min(std::countl_zero(hash << kRegisterBits) + 1, kMostRun);
  longest = std::max(longest, static_cast<std::uint8_t>(run));
}

auto PeopleCounter::count() const noexcept -> double {
  constexpr auto kAll = static_cast<double>(kRegisters);
  constexpr double kBias = 0.7213 / (1.0 + 1.079 / kAll);
  double sum = 0.0;
  double empty = 0.0;
  for (const auto longest : longest_) {
    sum += std::ldexp(1.0, -longest);
    empty += longest == 0 ? 1.0 : 0.0;
  }
  const double estimate = kBias * kAll * kAll / sum;
  return estimate <= 2.5 * kAll && empty > 0.0 ? kAll * std::log(kAll / empty) : estimate;
}

void PeopleCounter::set_registers(const std::array<std::uint8_t, kRegisters>& registers) {
  if (*std::max_element(registers.begin(), registers.end()) > kMostRun)
    throw_snapshot("a count of people that cannot be");
  longest_ = registers;
}

}  // namespace adcore
