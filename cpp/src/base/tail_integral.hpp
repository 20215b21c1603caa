// The integral of e^h(u) over u >= 0, where h falls from 0: what a tail is, in units of its first height.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace adcore {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Of series and fractions: terms that are less, of the sum, change nothing.
inline constexpr double kTailPrecision = 1e-16;

/// Gauss-Legendre nodes and weights on [0, 1].
struct QuadratureNode {
  double at;
  double weight;
};
inline constexpr QuadratureNode kQuadrature[] = {
    {0.0013680690752592182, 0.0035093050047350483}, {0.0071942442273658323, 0.0081371973654528353},
    {0.017618872206246785, 0.01269603265463103},    {0.032546962031130155, 0.017136931456510717},
    {0.051839422116973938, 0.02141794901111334},    {0.075316193133715015, 0.025499029631188088},
    {0.1027581020160288, 0.029342046739267774},     {0.13390894062985516, 0.032911111388180923},
    {0.1684778665348924, 0.036172897054424253},     {0.20614212137961884, 0.039096947893535153},
    {0.2465500455338853, 0.041655962113473378},     {0.28932436193468233, 0.043826046502201906},
    {0.33406569885893618, 0.045586939347881942},    {0.38035631887393146, 0.046922199540402283},
    {0.42776401920860175, 0.04781936003963743},     {0.47584616715613084, 0.0482700442573639},
    {0.52415383284386916, 0.0482700442573639},      {0.57223598079139825, 0.04781936003963743},
    {0.61964368112606854, 0.046922199540402283},    {0.66593430114106382, 0.045586939347881942},
    {0.71067563806531767, 0.043826046502201906},    {0.7534499544661147, 0.041655962113473378},
    {0.79385787862038116, 0.039096947893535153},    {0.8315221334651076, 0.036172897054424253},
    {0.86609105937014484, 0.032911111388180923},    {0.8972418979839712, 0.029342046739267774},
    {0.92468380686628499, 0.025499029631188088},    {0.94816057788302606, 0.02141794901111334},
    {0.96745303796886984, 0.017136931456510717},    {0.98238112779375322, 0.01269603265463103},
    {0.99280575577263417, 0.0081371973654528353},   {0.99863193092474078, 0.0035093050047350483},
};

/// How far e^h falls before the rest is left out.
inline constexpr double kTailDepth = 36.0;

/// The u at which a parabola of this slope and curvature at 0 (both as falls, >= 0) has fallen by kTailDepth; above 0
/// even where they are beyond all numbers.
[[nodiscard]] inline auto parabola_reach(double slope, double curvature) noexcept -> double {
  const double reach = 2.0 * kTailDepth / (slope + std::sqrt(slope * slope + 2.0 * curvature * kTailDepth));
  return std::max(reach, std::numeric_limits<double>::min());
}

/// The integral of e^h(u), begun with a reach that is about right. u = reach t^2 puts more nodes near 0, where h may
/// bend on a scale far below the reach.
template <class LogHeight>
[[nodiscard]] auto tail_integral(double reach, LogHeight&& log_height) noexcept -> double {
  while (log_height(reach) > -kTailDepth) reach *= 1.25;
  double sum = 0.0;
  for (const auto& node : kQuadrature) {
    sum += node.weight * node.at * std::exp(log_height(reach * node.at * node.at));
  }
  return 2.0 * reach * sum;
}

}  // namespace adcore
