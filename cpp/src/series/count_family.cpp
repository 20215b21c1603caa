#include "adcore/series/count_family.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/log_gamma.hpp"
#include "adcore/base/log_space.hpp"
#include "adcore/base/normal_tail.hpp"
#include "adcore/series/ordinary_tails.hpp"
#include "adcore/series/ratio_families.hpp"

namespace adcore {

namespace {

constexpr double kLeastDispersion = 1e-7;
// Half an event in all the time seen: what is left of Jeffreys' prior where nothing ever happened.
constexpr double kPriorEvents = 0.5;
// Of the mean rate: no hour is so quiet that nothing could happen.
constexpr double kLeastShare = 0.05;
// One surprising count is not yet a burst.
constexpr double kMostScore = 4;

// A negative binomial distribution.
struct Counts {
  double size = 0;
  double share = 0;  // mean / (mean + size)
  double rest = 0;   // 1 - share

  Counts(double mean, double dispersion) : size(1 / dispersion) {
    share = mean / (mean + size);
    rest = size / (mean + size);
  }

  // ln P(X <= to), ln P(X >= from); exact in the far tail, to three digits elsewhere.
  [[nodiscard]] auto lower(double to, double most = kOrdinaryScore) const noexcept -> double {
    if (to < kFewCounts) {
      const double sum = sum_to(to);
      if (sum > kOrdinaryTail) return std::min(std::log(sum), 0.0);
    } else if (size >= kLeastSize) {
      const double score = negative_binomial_score(to, size, share);
      if (score > -most) return log_normal_upper_tail(-score);
    }
    return log_beta_lower_tail(size, to + 1, rest, share);
  }
  [[nodiscard]] auto upper(double from, double most = kOrdinaryScore) const noexcept -> double {
    if (from <= 0) return 0;
    if (from <= kFewCounts) {
      const double sum = 1 - sum_to(from - 1);
      if (sum > kOrdinaryTail) return std::log(sum);
    } else if (size >= kLeastSize) {
      const double score = negative_binomial_score(from - 1, size, share);
      if (score < most) return log_normal_upper_tail(score);
    }
    return log_beta_lower_tail(from, size, share, rest);
  }

 private:
  static constexpr double kFewCounts = 12;
  static constexpr double kLeastSize = 8;
  static constexpr double kOrdinaryTail = 1e-3;

  [[nodiscard]] auto sum_to(double last) const noexcept -> double {
    double term = std::exp(size * std::log1p(-share));
    double sum = term;
    for (int k = 1; k <= last; ++k) sum += term *= share * (size + k - 1) / k;
    return sum;
  }
};

}  // namespace

auto CountFamily::rate(const Residual& r) const noexcept -> double {
  return std::max(r.mean, kLeastShare * (sum_ + kPriorEvents) / (count_ + 1.0));
}

auto CountFamily::dispersion(double rate) const noexcept -> double {
  const double found = squares_ > 0 ? std::max(excess_, 0.0F) / static_cast<double>(squares_) : 0;
  const double doubt = 1 / (sum_ + kPriorEvents);
  return std::max(found + std::min(doubt, 1 / rate), kLeastDispersion);
}

auto CountFamily::log_density(const Residual& r) const noexcept -> double {
  const double mean = rate(r);
  const double size = 1 / dispersion(mean);
  const double x = std::max(r.value, 0.0);
  return log_gamma(x + size) - log_gamma(size) - log_gamma(x + 1) - size * std::log1p(mean / size) -
         x * std::log1p(size / mean);
}

auto CountFamily::tails(const Residual& r) const noexcept -> LogTails {
  const double mean = rate(r);
  const Counts counts(mean, dispersion(mean));
  const double x = std::max(r.value, 0.0);
  LogTails tails{counts.lower(x), counts.upper(x), 0};
  // Where the density peaks, and the count on the other side that is as likely as this one: by the gamma distribution
  // with the same mean and variance, which is near enough to say what counts as "no likelier".
  const double mode = mean - 1 - mean / counts.size;
  if (mode <= 0) {
    tails.both = tails.upper;
    return tails;
  }
  const double other = mode * mirrored_ratio(std::max(x, 0.5) / mode);
  if (x > mode)
    tails.both =
        other >= 0.5 ? log_add_exp(tails.upper, counts.lower(std::floor(other), LogTails::kOtherSide)) : tails.upper;
  else tails.both = log_add_exp(tails.lower, counts.upper(std::ceil(other), LogTails::kOtherSide));
  tails.both = std::min(tails.both, 0.0);
  return tails;
}

auto CountFamily::quantiles(const Residual& r) const noexcept -> Quantiles {
  const double mean = rate(r);
  return gamma_quantiles(mean, 1 / (1 / mean + dispersion(mean)));
}

void CountFamily::learn(const Residual& r, double weight, double kept) noexcept {
  const double mean = rate(r);
  const double variance = mean * (1 + mean * dispersion(mean));
  const double most = std::max(kMostScore * std::sqrt(variance), 1.0);
  const double error = std::clamp(r.value - mean, -most, most);
  const auto fade = [&](float& sum, double change) { sum = static_cast<float>(sum * kept + weight * change); };
  fade(count_, 1);
  fade(excess_, error * error - mean);
  fade(squares_, mean * mean);
  fade(sum_, mean + error);
}

auto CountFamily::is_possible() const noexcept -> bool {
  return std::isfinite(count_) && std::isfinite(excess_) && std::isfinite(squares_) && std::isfinite(sum_) &&
         count_ >= 0 && squares_ >= 0;
}

}  // namespace adcore
