// The three ways a call can fail. Throwing lives in cold functions, so that hot code stays small.
#pragma once

#include <stdexcept>
#include <string>

namespace adcore {

/// The caller's fault: an argument outside what is allowed. The message names the argument, its value and the range.
struct InvalidArgument : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// A sequence fault: the call is legal, but not in the present state of the object.
struct InvalidState : std::logic_error {
  using std::logic_error::logic_error;
};

/// Bytes that are not a snapshot, or one that is damaged or from a newer release.
struct SnapshotError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn, gnu::cold, gnu::noinline]] void throw_invalid_argument(const std::string& name, const std::string& value,
                                                                   const std::string& allowed);
[[noreturn, gnu::cold, gnu::noinline]] void throw_invalid_argument(const std::string& name, double value,
                                                                   const std::string& allowed);
[[noreturn, gnu::cold, gnu::noinline]] void throw_invalid_state(const std::string& what);
[[noreturn, gnu::cold, gnu::noinline]] void throw_snapshot(const std::string& what);

}  // namespace adcore
