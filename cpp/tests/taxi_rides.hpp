// The taxi rides of New York, half hours of 2014 and 2015, where the reference data of the field are.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace adcore::testing {

/// Empty where the file is not there.
inline auto taxi_rides() -> std::vector<double> {
  const char* shared = std::getenv("ADCORE_SHARED");
  std::ifstream file(std::string(shared != nullptr ? shared : "") + "/quality/equivalence/nyc_taxi.csv");
  std::vector<double> values;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) values.push_back(std::stod(line.substr(line.find(',') + 1)));
  return values;
}

}  // namespace adcore::testing
