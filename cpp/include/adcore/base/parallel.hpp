// Work split over threads, for tasks that do not depend on each other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace adcore {

/// Calls work(first, last) on `threads` disjoint ranges that cover 0..count, and waits for all of them.
/// The first exception thrown is thrown again here.
template <class Work>
void parallel_ranges(std::size_t count, std::size_t threads, const Work& work) {
  threads = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(count, 1));
  if (threads == 1) return work(std::size_t{0}, count);
  std::exception_ptr failure;
  std::mutex failure_guard;
  const auto guarded = [&](std::size_t part) {
    try {
      work(count * part / threads, count * (part + 1) / threads);
    } catch (...) {
      const std::scoped_lock lock(failure_guard);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::jthread> others;
  others.reserve(threads - 1);
  for (std::size_t part = 1; part < threads; ++part) others.emplace_back(guarded, part);
  guarded(0);
  others.clear();  // joins
  if (failure) std::rethrow_exception(failure);
}

}  // namespace adcore
