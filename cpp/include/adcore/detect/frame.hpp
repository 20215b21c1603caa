// How the values of one row of the forest relate to the caller's, at one moment of the stream.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace adcore {

/// One entry per value of a row of the forest: the caller's columns, then the time column where there is one.
/// value = scale * transformed + shift, in the caller's units.
struct Frame {
  std::vector<double> scale;
  std::vector<double> shift;
  std::vector<double> mean;            // the part of the shift that is a statistic, which an anomaly moves
  std::vector<double> centre;          // where the series usually is, in the units of scale * transformed
  std::vector<double> step_deviation;  // usual step from row to row
  std::vector<double> precision;       // smaller changes are none
  bool centred = false;                // transformed values lie around 0
  bool differenced = false;            // they are differences

  void resize(std::size_t block) {
    for (auto* column : {&scale, &shift, &mean, &centre, &step_deviation, &precision}) column->assign(block, 0.0);
  }
};

}  // namespace adcore
