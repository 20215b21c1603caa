// Input data that cannot be used. The core never sees such data, so the error lives on this side of the border.
#pragma once

#include <stdexcept>

namespace adcore::python {

/// The message says where: row and column. Becomes adcore.errors.DataError.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace adcore::python
