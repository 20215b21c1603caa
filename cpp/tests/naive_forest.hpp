// A random cut forest's score as its definition says it, one recursive tree at a time: the oracle of kernel tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

namespace adcore::test {

using Point = std::vector<float>;
using Points = std::vector<Point>;

inline auto leaf_score(double gap, std::size_t copies, std::size_t total, double depth) -> double {
  if (gap > 0) return 1.0 / (depth + 1);
  const auto m = static_cast<double>(copies);
  return (1 - m / (2 * static_cast<double>(total))) / (depth + std::log2(m + 1));
}

/// The score of one tree drawn over the points, for the query: expected inverse depth, not normalised.
class NaiveTree {
 public:
  NaiveTree(const Point& query, std::size_t total, std::mt19937_64& random)
      : query_(query), total_(total), random_(random) {}

  auto score(const Points& points, double depth) -> double {
    std::vector<double> ranges;
    double length = 0;
    double gap = 0;
    for (std::size_t d = 0; d < query_.size(); ++d) {
      const auto [lo, hi] = std::minmax_element(points.begin(), points.end(),
                                                [d](const Point& a, const Point& b) { return a[d] < b[d]; });
      low_.resize(query_.size());
      low_[d] = (*lo)[d];
      ranges.push_back(static_cast<double>((*hi)[d]) - static_cast<double>((*lo)[d]));
      length += ranges.back();
      gap += std::max({0.0, static_cast<double>((*lo)[d]) - query_[d], static_cast<double>(query_[d]) - (*hi)[d]});
    }
    if (!(length > 0)) return leaf_score(gap, points.size(), total_, depth);
    const double probability = gap / (gap + length);
    return probability / (depth + 1) + (1 - probability) * score(side(points, ranges, length), depth + 1);
  }

 private:
  auto side(const Points& points, const std::vector<double>& ranges, double length) -> Points {
    double position = std::uniform_real_distribution<double>(0, length)(random_);
    std::size_t d = 0;
    while (d + 1 < ranges.size() && position >= ranges[d]) position -= ranges[d++];
    const double cut = static_cast<double>(low_[d]) + position;
    Points kept;
    for (const Point& point : points) {
      if ((point[d] <= cut) == (query_[d] <= cut)) kept.push_back(point);
    }
    return kept;
  }

  Point query_;
  std::size_t total_;
  std::mt19937_64& random_;
  Point low_;
};

/// Mean and standard error of the mean.
struct Estimate {
  double mean = 0;
  double error = 0;
};

template <class Scores>
auto estimate(const Scores& scores) -> Estimate {
  double sum = 0;
  double squares = 0;
  for (const double score : scores) {
    sum += score;
    squares += score * score;
  }
  const auto n = static_cast<double>(scores.size());
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, squares / n - mean * mean) / n)};
}

inline auto naive_score(const Points& points, const Point& query, std::size_t trees) -> Estimate {
  std::mt19937_64 random(12345);
  std::vector<double> scores;
  for (std::size_t i = 0; i < trees; ++i) {
    scores.push_back(NaiveTree(query, points.size(), random).score(points, 0));
  }
  return estimate(scores);
}

/// The expected score of points on a line, exactly: a set of points left is always an interval of the sorted points,
/// and the cut falls into each gap in proportion to its length.
class LineScore {
 public:
  LineScore(std::vector<double> sorted, double query)
      : points_(std::move(sorted)), query_(query), known_(points_.size() * points_.size() * points_.size(), -1.0) {}

  auto value() -> double { return score(0, points_.size() - 1, 0); }

 private:
  auto score(std::size_t first, std::size_t last, std::size_t depth) -> double {
    double& result = known_[(first * points_.size() + last) * points_.size() + depth];
    if (result >= 0) return result;
    const double length = points_[last] - points_[first];
    const double gap = std::max({0.0, points_[first] - query_, query_ - points_[last]});
    const auto level = static_cast<double>(depth);
    if (!(length > 0)) {
      result = leaf_score(gap, last - first + 1, points_.size(), level);
    } else {
      const double probability = gap / (gap + length);
      result = probability / (level + 1) + (1 - probability) * after_cut(first, last, depth, length);
    }
    return result;
  }

  auto after_cut(std::size_t first, std::size_t last, std::size_t depth, double length) -> double {
    double expected = 0;
    for (std::size_t i = first; i < last; ++i) {
      const double from = points_[i];
      const double to = points_[i + 1];
      if (!(to > from)) continue;
      const double left = std::clamp(to - query_, 0.0, to - from);  // of the gap, the part right of the query
      if (left > 0) expected += left / length * score(first, i, depth + 1);
      if (to - from - left > 0) expected += (to - from - left) / length * score(i + 1, last, depth + 1);
    }
    return expected;
  }

  std::vector<double> points_;
  double query_;
  std::vector<double> known_;  // by first, last, depth; below 0 where not worked out
};

}  // namespace adcore::test
