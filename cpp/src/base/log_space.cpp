#include "adcore/base/log_space.hpp"

#include <cstddef>

namespace adcore {

namespace {

/// 1 / 3, 1 / 5, 1 / 7, ...
constexpr double kInverseOdd[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13,
                                  1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23, 1.0 / 25};
/// 1 / 2!, 1 / 3!, 1 / 4!, ...
constexpr double kInverseFactorial[] = {1.0 / 2,
                                        1.0 / 6,
                                        1.0 / 24,
                                        1.0 / 120,
                                        1.0 / 720,
                                        1.0 / 5'040,
                                        1.0 / 40'320,
                                        1.0 / 362'880,
                                        1.0 / 3'628'800,
                                        1.0 / 39'916'800,
                                        1.0 / 479'001'600,
                                        1.0 / 6'227'020'800.0,
                                        1.0 / 87'178'291'200.0,
                                        1.0 / 1'307'674'368'000.0};

/// The polynomial in x with these coefficients, lowest first.
template <std::size_t Terms>
auto polynomial(const double (&coefficients)[Terms], double x) noexcept -> double {
  double sum = coefficients[Terms - 1];
  for (std::size_t k = Terms - 1; k-- > 0;) sum = sum * x + coefficients[k];
  return sum;
}

}  // namespace

auto log1p_remainder(double v) noexcept -> double {
  if (v > 0.5 || v < -0.4) return v - std::log1p(v);
  // ln(1 + v) = 2 artanh(r), r = v / (2 + v), and v - 2 r = r v; what is left of the series is of third order.
  const double r = v / (2.0 + v);
  const double square = r * r;
  return r * (v - 2.0 * square * polynomial(kInverseOdd, square));
}

auto expm1_remainder(double v) noexcept -> double {
  if (std::abs(v) > 0.5) return std::expm1(v) - v;
  return v * v * polynomial(kInverseFactorial, v);
}

}  // namespace adcore
