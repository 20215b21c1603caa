#include "adcore/bucket/open_buckets.hpp"

#include <utility>

namespace adcore {

namespace {

constexpr std::size_t kNodeBytes = 64;  // a node of std::map with its key and pointer, as allocators round it

}  // namespace

auto OpenBuckets::find(std::int64_t number) noexcept -> OpenBucket* {
  OpenBucket*& place = cached(number);
  if (place != nullptr && place->number() == number) return place;
  const auto found = all_.find(number);
  return found == all_.end() ? nullptr : place = found->second.get();
}

auto OpenBuckets::open(std::int64_t number, std::size_t entities) -> OpenBucket& {
  std::unique_ptr<OpenBucket> bucket;
  if (spare_.empty()) {
    bucket = std::make_unique<OpenBucket>(*plan_);
  } else {
    bucket = std::move(spare_.back());
    spare_.pop_back();
  }
  bucket->reset(number, expected_, entities);
  return *(cached(number) = all_.emplace(number, std::move(bucket)).first->second.get());
}

void OpenBuckets::close_oldest() {
  const auto oldest = all_.begin();
  OpenBucket*& place = cached(oldest->first);
  if (place == oldest->second.get()) place = nullptr;
  expected_ = oldest->second->size();
  if (spare_.size() < kMostSpare) spare_.push_back(std::move(oldest->second));
  all_.erase(oldest);
}

auto OpenBuckets::memory_bytes() const noexcept -> std::size_t {
  std::size_t sum = sizeof(*this) + all_.size() * kNodeBytes;
  for (const auto& [number, bucket] : all_) sum += bucket->memory_bytes();
  for (const auto& bucket : spare_) sum += bucket->memory_bytes();
  return sum;
}

}  // namespace adcore
