#include "adcore/series/config.hpp"

#include "adcore/base/error.hpp"

namespace adcore {

void SeriesConfig::validate() const {
  if (bucket_span <= 0) throw_invalid_argument("bucket_span", static_cast<double>(bucket_span), "above 0 ms");
}

}  // namespace adcore
