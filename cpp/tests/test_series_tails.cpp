// Distributions of the series room against known values, and quick forms against exact ones.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/gamma_tail.hpp"
#include "adcore/base/normal_tail.hpp"
#include "adcore/series/combination.hpp"
#include "adcore/series/count_family.hpp"
#include "adcore/series/ordinary_tails.hpp"
#include "adcore/series/ratio_families.hpp"
#include "adcore/series/student.hpp"
#include "series_streams.hpp"

namespace adcore::testing {
namespace {

struct StudentCase {
  double freedom, t, log_tail;
};

TEST(Student, far_tails_have_all_digits) {
  // ln of the regularised incomplete beta function by mpmath, 60 digits.
  const std::vector<StudentCase> cases = {
      {0.5, 3, -1.6947013017194774},    {1, 1e6, -14.960240443814008},  {3, 50, -11.639784763243978},
      {4, 2.5, -3.3997003306226389},    {4, 1e10, -91.004791431093718}, {30, 12, -28.907531385111042},
      {500, 3.5, -8.2804314556309648},  {500, 40, -362.66252859537053}, {2000, 1000, -6221.3246178455025},
      {5000, 1e4, -24764.021438354958},
  };
  for (const auto& [freedom, t, log_tail] : cases)
    EXPECT_NEAR(log_student_upper_tail(t, freedom), log_tail, 1e-9 * std::abs(log_tail)) << freedom << " " << t;
}

TEST(Student, ordinary_tails_have_six) {
  for (const double freedom : {12.0, 20.0, 100.0, 3000.0}) {
    for (double t = 0; t < 3; t += 0.1) {
      const double exact =
          log_beta_lower_tail(freedom / 2, 0.5, freedom / (freedom + t * t), t * t / (freedom + t * t)) -
          std::numbers::ln2;
      EXPECT_NEAR(log_student_upper_tail(t, freedom), exact, 1e-6) << freedom << " " << t;
    }
  }
}

TEST(Student, four_degrees_have_a_closed_form) {
  for (const double t : {-30.0, -2.0, 0.0, 0.5, 3.0, 100.0, 1e8})
    EXPECT_NEAR(log_student4_upper_tail(t), log_student_upper_tail(t, 4),
                1e-12 + 1e-10 * std::abs(t == 0 ? 1 : log_student4_upper_tail(t)));
}

TEST(Student, density_is_the_slope_of_the_tail) {
  for (const double freedom : {1.0, 4.0, 30.0, 1000.0}) {
    for (const double t : {0.0, 1.0, 5.0}) {
      constexpr double kStep = 1e-4;
      const double left = std::exp(log_student_upper_tail(t - kStep, freedom));
      const double right = std::exp(log_student_upper_tail(t + kStep, freedom));
      EXPECT_NEAR(log_student_density(t, freedom), std::log((left - right) / (2 * kStep)), 0.02);
    }
  }
}

TEST(OrdinaryTails, have_three_digits_of_the_probability) {
  for (const double shape : {16.0, 100.0, 1e4}) {
    for (double z = -2.9; z < 3; z += 0.1) {
      const double y = shape + z * std::sqrt(shape);
      EXPECT_NEAR(log_normal_upper_tail(gamma_score(shape, y)), log_gamma_upper_tail(shape, y), 1e-3);
    }
  }
  for (const double size : {8.0, 50.0, 1e6}) {
    for (const double mean : {20.0, 300.0}) {
      const double share = mean / (mean + size);
      for (double x = std::ceil(mean / 3); x < 2 * mean; x += std::ceil(mean / 20)) {
        const double score = negative_binomial_score(x, size, share);
        if (std::abs(score) > kOrdinaryScore) continue;
        const double exact = log_beta_lower_tail(size, x + 1, 1 - share, share);
        EXPECT_NEAR(log_normal_upper_tail(-score), exact, 6e-3) << size << " " << mean << " " << x;
      }
    }
  }
}

TEST(MirroredRatio, is_as_likely) {
  for (const double ratio : {1e-9, 0.01, 0.5, 0.99, 1.0, 1.01, 2.0, 30.0, 600.0}) {
    const double other = mirrored_ratio(ratio);
    EXPECT_TRUE(ratio == 1 || (ratio < 1) == (other > 1)) << ratio;
    EXPECT_NEAR(other - std::log(other), ratio - std::log(ratio), 1e-6 * (ratio - std::log(ratio))) << ratio;
  }
}

TEST(CountFamily, tails_of_all_counts_make_one) {
  CountFamily family;
  Residual r{.mean = 6, .offset = 0.5};
  for (int i = 0; i < 300; ++i) {
    r.value = i % 3 == 0 ? 2 : 8;
    family.learn(r, 1, 1);
  }
  double sum = 0;
  for (double x = 0; x < 200; ++x) {
    r.value = x;
    sum += std::exp(family.log_density(r));
    const auto tails = family.tails(r);
    if (x > 0) {
      auto below = r;
      below.value = x - 1;
      EXPECT_NEAR(std::exp(tails.upper) + std::exp(family.tails(below).lower), 1, 5e-3) << x;
    }
    EXPECT_LE(tails.both, 0);
  }
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(RatioFamilies, nothing_is_out_of_proportion_to_hardly_anything) {
  RatioFamilies families;
  Random random(8);
  for (int i = 0; i < 300; ++i)
    families.learn({.value = std::exp(0.3 * normal(random)), .mean = 1, .least_base = 0.1}, 1, 1);
  const Residual tenth{.value = 0.3, .mean = 0.1, .least_base = 0.1};
  for (const double mean : {0.0, 1e-9, 0.05}) {
    const Residual quiet{.value = 0.3, .mean = mean, .least_base = 0.1};
    ASSERT_TRUE(quiet.has_ratio());
    EXPECT_EQ(families.log_normal_tails(quiet).both, families.log_normal_tails(tenth).both);
    EXPECT_EQ(families.gamma_tails(quiet).both, families.gamma_tails(tenth).both);
  }
  const Residual twice{.value = 0.3, .mean = 0.2, .least_base = 0.1};
  EXPECT_GT(families.log_normal_tails(twice).both, families.log_normal_tails(tenth).both);
}

TEST(Combination, of_two_probabilities) {
  const auto p = [](double single, double multi) {
    return std::exp(combined_log_probability(std::log(single), std::log(multi), correlation_with_mean(12)));
  };
  EXPECT_NEAR(p(1e-3, 1e-6), 3.10492e-6, 1e-11);
  EXPECT_NEAR(p(1e-3, 0.8), 1.68585e-3, 1e-8);
  EXPECT_NEAR(p(0.04, 0.04), 0.0550173, 1e-7);
  EXPECT_NEAR(p(1e-10, 1e-10), 3.24872e-13, 1e-18);
  EXPECT_NEAR(combined_log_probability(0, 0, correlation_with_mean(9)), 0, 1e-12);
}

TEST(Combination, impact_tells_which) {
  EXPECT_NEAR(multi_bucket_impact(-1, -10), 5, 1e-12);
  EXPECT_NEAR(multi_bucket_impact(-2, -3), 1.0857, 1e-4);
  EXPECT_NEAR(multi_bucket_impact(-3, -6), 4.343, 1e-3);
  EXPECT_NEAR(multi_bucket_impact(-10, -1), -5, 1e-12);
  EXPECT_NEAR(multi_bucket_impact(-4, -4), 0, 1e-12);
}

}  // namespace
}  // namespace adcore::testing
