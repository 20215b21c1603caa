#include "adcore/base/error.hpp"

#include <charconv>
#include <cmath>

namespace adcore {

void throw_invalid_argument(const std::string& name, const std::string& value, const std::string& allowed) {
  throw InvalidArgument(name + " = " + value + " is not allowed: " + allowed);
}

void throw_invalid_argument(const std::string& name, double value, const std::string& allowed) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  throw_invalid_argument(name, std::string(digits, end.ptr), allowed);
}

void throw_invalid_state(const std::string& what) { throw InvalidState(what); }

void throw_snapshot(const std::string& what) { throw SnapshotError("not a usable snapshot: " + what); }

}  // namespace adcore
