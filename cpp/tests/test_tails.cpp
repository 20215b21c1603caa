// Tails in log space against mpmath, and the laws that hold between them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/gamma_tail.hpp"
#include "adcore/base/log_gamma.hpp"
#include "adcore/base/log_space.hpp"
#include "adcore/base/normal_tail.hpp"

namespace adcore {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();

struct NormalRow {
  double z, log_tail;
};
struct GammaRow {
  double a, x, log_upper, log_lower;
};
struct BetaRow {
  double a, b, x, y, log_tail;
};

// tail_golden.inc: rows NORMAL(...), GAMMA(...), BETA(...). Shapes lie on both sides of each change of method; values
// reach from probabilities next to 1 down to ln p = -1e8. Red is right only where a tail is meant to differ from the
// distribution's.
#define NORMAL(...) {__VA_ARGS__},
#define GAMMA(...)
#define BETA(...)
constexpr NormalRow kNormal[] = {
#include "tail_golden.inc"
};
#undef NORMAL
#undef GAMMA
#define NORMAL(...)
#define GAMMA(...) {__VA_ARGS__},
constexpr GammaRow kGamma[] = {
#include "tail_golden.inc"
};
#undef GAMMA
#undef BETA
#define GAMMA(...)
#define BETA(...) {__VA_ARGS__},
constexpr BetaRow kBeta[] = {
#include "tail_golden.inc"
};

/// Relative to the logarithm itself: next to p = 1 that is relative to 1 - p.
void expect_same(double found, double expected) {
  EXPECT_LE(std::abs(found - expected), 1e-10 * std::abs(expected) + 1e-300) << found << " instead of " << expected;
}

TEST(Tails, OfTheNormalAreThoseOfMpmath) {
  for (const auto& row : kNormal) {
    SCOPED_TRACE(row.z);
    expect_same(log_normal_upper_tail(row.z), row.log_tail);
    expect_same(normal_quantile_of_log_tail(row.log_tail), row.z);
  }
}

TEST(Tails, OfTheGammaAreThoseOfMpmath) {
  for (const auto& row : kGamma) {
    SCOPED_TRACE(::testing::Message() << "a = " << row.a << ", x = " << row.x);
    expect_same(log_gamma_upper_tail(row.a, row.x), row.log_upper);
    expect_same(log_gamma_lower_tail(row.a, row.x), row.log_lower);
  }
}

TEST(Tails, OfTheBetaAreThoseOfMpmath) {
  for (const auto& row : kBeta) {
    SCOPED_TRACE(::testing::Message() << "a = " << row.a << ", b = " << row.b << ", x = " << row.x);
    expect_same(log_beta_lower_tail(row.a, row.b, row.x, row.y), row.log_tail);
  }
}

TEST(Tails, OfTheNormalGoBackToTheirQuantile) {
  for (double z = -8.0; z < 300.0; z += 0.37) {
    EXPECT_NEAR(normal_quantile_of_log_tail(log_normal_upper_tail(z)), z,
                1e-12 * std::max(1.0, std::abs(z)) * (z < -5.0 ? 1e3 : 1.0));
  }
}

TEST(Tails, EndWhereTheSupportEnds) {
  EXPECT_EQ(log_normal_upper_tail(kNoEnd), -kNoEnd);
  EXPECT_EQ(log_normal_upper_tail(-kNoEnd), 0.0);
  EXPECT_EQ(normal_quantile_of_log_tail(-kNoEnd), kNoEnd);
  EXPECT_EQ(normal_quantile_of_log_tail(0.0), -kNoEnd);
  EXPECT_EQ(log_gamma_upper_tail(2.0, 0.0), 0.0);
  EXPECT_EQ(log_gamma_upper_tail(2.0, kNoEnd), -kNoEnd);
  EXPECT_EQ(log_gamma_lower_tail(2.0, 0.0), -kNoEnd);
  EXPECT_EQ(log_gamma_lower_tail(2.0, kNoEnd), 0.0);
  EXPECT_EQ(log_beta_lower_tail(2.0, 3.0, 0.0), -kNoEnd);
  EXPECT_EQ(log_beta_lower_tail(2.0, 3.0, 1.0), 0.0);
}

// Counts as large as a summary field can say: the curvature of the integrand is no number any more.
TEST(Tails, OfTheBetaEndForAllParameters) {
  const double tail = log_beta_lower_tail(4e204, 1e7, 1.0, 1e-195);
  EXPECT_LT(tail, -1e9);
  EXPECT_TRUE(std::isfinite(tail));
}

TEST(Tails, OfTheGammaWithTwoDegreesAreExponential) {
  for (const double x : {1e-300, 1e-9, 0.5, 3.0, 700.0, 1e9}) expect_same(log_gamma_upper_tail(1.0, x), -x);
}

TEST(Tails, OfTheBetaAreMirrored) {
  for (const double x : {1e-12, 0.03, 0.4, 0.97}) {
    const double upper = log_beta_lower_tail(7.0, 150.0, x);
    expect_same(log_one_minus_exp(log_beta_lower_tail(150.0, 7.0, 1.0 - x, x)), upper);
  }
}

TEST(Tails, NeverRiseWithTheDistance) {
  for (const double a : {0.3, 42.0, 99.0, 101.0, 3e6}) {
    double before = 0.0;
    for (double x = a / 2; x < 2 * a + 800.0; x *= 1.001) {
      const double tail = log_gamma_upper_tail(a, x);
      EXPECT_LE(tail, before + 1e-13 * std::abs(before)) << a << " " << x;
      before = tail;
    }
  }
}

TEST(LogGamma, IsExactAlsoNextToItsZeros) {
  expect_same(log_gamma(1.0 + 0x1p-30), -5.3757397843110445e-10);
  expect_same(log_gamma(2.0 - 0x1p-30), -3.937485951913021e-10);
  expect_same(log_gamma(0.5), 0.57236494292470009);
  expect_same(log_gamma(1e-300), 690.77552789821371);
  expect_same(log_gamma(1e10), 220258509288.81058);
  for (double x = 0.01; x < 40.0; x += 0.01) EXPECT_NEAR(log_gamma(x), std::lgamma(x), 1e-13 * (1.0 + x));
}

TEST(LogSpace, AddsAndSubtractsWhatWouldUnderflow) {
  expect_same(log_add_exp(-1000.0, -1000.0), -1000.0 + std::log(2.0));
  EXPECT_EQ(log_add_exp(-kNoEnd, -3.0), -3.0);
  EXPECT_EQ(log_add_exp(-kNoEnd, -kNoEnd), -kNoEnd);
  expect_same(log_one_minus_exp(-1e-20), std::log(1e-20));
  EXPECT_EQ(log_one_minus_exp(-800.0), -std::exp(-800.0));
  EXPECT_EQ(log_one_minus_exp(0.0), -kNoEnd);
}

TEST(LogSpace, RemaindersKeepTheirDigits) {
  for (const double v : {1e-12, -1e-12}) {
    expect_same(log1p_remainder(v), v * v / 2 * (1 - 2 * v / 3));
    expect_same(expm1_remainder(v), v * v / 2 * (1 + v / 3));
  }
  for (const double edge : {0.5, -0.4, -0.5}) {
    expect_same(log1p_remainder(edge + 1e-12), log1p_remainder(edge - 1e-12) + 2e-12 * (edge / (1 + edge)));
    expect_same(expm1_remainder(edge + 1e-12), expm1_remainder(edge - 1e-12) + 2e-12 * std::expm1(edge));
  }
}

}  // namespace
}  // namespace adcore
