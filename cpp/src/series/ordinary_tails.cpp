#include "adcore/series/ordinary_tails.hpp"

namespace adcore {

namespace {

auto bend(double x) noexcept -> double {
  const double off = 1 - x;
  if (std::abs(off) < 1e-3) return off / 3;
  return (1 - x * x + 2 * x * std::log(x)) / (off * off);
}

}  // namespace

auto negative_binomial_score(double x, double size, double share) noexcept -> double {
  const double trials = x + size;
  const double rest = 1 - share;
  const double d =
      x + 2.0 / 3 - (trials + 1.0 / 3) * share + 0.02 * (rest / (x + 1) - share / size + (rest - 0.5) / (trials + 1));
  const double bends = rest * bend((x + 0.5) / (trials * share)) + share * bend((size - 0.5) / (trials * rest));
  return d * std::sqrt((1 + bends) / ((trials + 1.0 / 6) * share * rest));
}

}  // namespace adcore
