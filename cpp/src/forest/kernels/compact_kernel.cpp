// Compiled once per instruction set; ADCORE_KERNEL_LEVEL names it and is the namespace of everything here.
#include "../compact_forest_half.hpp"
#include "compact_few.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact {

namespace {

constexpr std::size_t kAlignment = 64;

/// Hands out aligned pieces of the scratch memory.
class Scratch {
 public:
  ADCORE_INLINE explicit Scratch(std::byte* memory) noexcept : memory_(memory) {}
  template <class T>
  ADCORE_INLINE auto take(std::size_t count) noexcept -> T* {
    auto* piece = reinterpret_cast<T*>(memory_ + used_);
    used_ += (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    return piece;
  }
  [[nodiscard]] ADCORE_INLINE auto used() const noexcept -> std::size_t { return used_; }

 private:
  std::byte* memory_;
  std::size_t used_ = 0;
};

template <class S>
ADCORE_INLINE void allot(Scratch& scratch, Query<S>& query, Group& group) noexcept {
  const std::size_t dimensions = query.shape.dimensions();
  const std::size_t words = query.shape.words();
  query.up_to_query = scratch.take<std::uint64_t>(words * query.shape.width());
  group.members = scratch.take<std::uint64_t>(kPaths * words);
  group.selected = scratch.take<std::uint64_t>(kPaths * words);
  group.lo = scratch.take<float>(dimensions * kPaths);
  group.hi = scratch.take<float>(dimensions * kPaths);
  group.points = scratch.take<float>(kFew * dimensions * kPaths);
}

auto scratch_bytes(std::size_t dimensions, std::size_t stride) -> std::size_t {
  alignas(kAlignment) std::byte nothing[kAlignment];
  Scratch scratch(nothing);
  Query<Shape<0, 0>> query{{dimensions, stride / kWordPoints}, {}};
  Group group;
  allot(scratch, query, group);
  return scratch.used() + kAlignment;
}

template <class S>
ADCORE_INLINE void start_query(Query<S>& query, std::uint64_t* column) noexcept {
  const SampleColumns& sample = query.sample;
  for (std::size_t d = 0; d < query.shape.dimensions(); ++d) {
    select_up_to(sample.values + d * sample.stride, query.point[d], query.shape.words(), column);
    for (std::size_t w = 0; w < query.shape.words(); ++w) query.up_to_query[w * query.shape.width() + d] = column[w];
    const float below = sample.lo[d] - query.point[d];
    const float above = query.point[d] - sample.hi[d];
    const float gap = below > above ? below : above;
    query.root_gap += gap > 0 ? gap : 0.0F;
  }
}

template <class S>
ADCORE_INLINE void start_group(const Query<S>& query, Group& group) noexcept {
  const SampleColumns& sample = query.sample;
  const Ints used = lane_numbers() < static_cast<std::int32_t>(group.paths);
  const auto tree = bits_as<Hashes>(lane_numbers() + static_cast<std::int32_t>(group.first_tree));
  group.key = scramble(tree * 0x85ebca6bU + query.seed);
  group.draws = Ints{};
  group.depth = Ints{};
  group.mass = used & static_cast<std::int32_t>(sample.count);
  group.weight = spread(1.0F);
  group.score = Floats{};
  group.gap = spread(query.root_gap);
  for (std::size_t i = 0; i < kPaths; ++i) {
    group.misses[i] = 0;
    fill(group.members + i * query.shape.words(), sample.count, query.shape.words());
  }
  for (std::size_t d = 0; d < query.shape.dimensions(); ++d) {
    store_floats(group.lo + d * kPaths, spread(sample.lo[d]));
    store_floats(group.hi + d * kPaths, spread(sample.hi[d]));
  }
}

template <class S>
void score_in(const S& shape, const SampleColumns& sample, const float* point, std::uint32_t seed, std::size_t trees,
              float* scores, std::byte* memory) {
  const auto past = reinterpret_cast<std::uintptr_t>(memory) % kAlignment;
  Scratch scratch(memory + (kAlignment - past) % kAlignment);
  Query<S> query{shape, sample, point, seed, trees};
  Group group;
  allot(scratch, query, group);
  start_query(query, group.selected);
  for (std::size_t first = 0; first < trees; first += kPaths) {
    group.first_tree = first;
    group.paths = trees - first < kPaths ? trees - first : kPaths;
    start_group(query, group);
    walk_crowds(query, group);
    walk_few(query, group);
    for (std::size_t i = 0; i < group.paths; ++i) scores[first + i] = group.score[i];
  }
}

// Full samples of the default size, and points of one or two values and the usual shingle, are worth code of their own.
void score(const SampleColumns& sample, const float* point, std::uint32_t seed, std::size_t trees, float* scores,
           std::byte* scratch) {
  const std::size_t words = sample.stride / kWordPoints;
  if (words == 4 && sample.dimensions == 8) {
    score_in(Shape<8, 4>{8, 4}, sample, point, seed, trees, scores, scratch);
  } else if (words == 4 && sample.dimensions == 16) {
    score_in(Shape<16, 4>{16, 4}, sample, point, seed, trees, scores, scratch);
  } else if (words == 4) {
    score_in(Shape<0, 4>{sample.dimensions, 4}, sample, point, seed, trees, scores, scratch);
  } else {
    score_in(Shape<0, 0>{sample.dimensions, words}, sample, point, seed, trees, scores, scratch);
  }
}

void decode(const std::uint16_t* codes, std::size_t count, std::size_t stride, float centre, float scale, float* values,
            float* lo, float* hi) {
#if defined(__AVX512F__)
  // A half is a float exactly: the processor's instruction gives the bits that the arithmetic below gives.
  for (std::size_t i = 0; i < stride; i += 16) {
    const __m512 halves = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i)));
    const __m512 scaled = _mm512_mul_ps(_mm512_set1_ps(scale), halves);
    _mm512_storeu_ps(values + i, _mm512_add_ps(_mm512_set1_ps(centre), scaled));
  }
#else
  for (std::size_t i = 0; i < stride; ++i) values[i] = centre + scale * from_half(codes[i]);
#endif
  Floats least = spread(kInfinity);
  Floats most = spread(-kInfinity);
  for (std::size_t i = 0; i < count; i += kPaths) {
    const Ints dead = lane_numbers() >= static_cast<std::int32_t>(count - i);
    least = minimum_alive(least, load_floats(values + i), dead);
    most = maximum_alive(most, load_floats(values + i), dead);
  }
  *lo = least[0];
  *hi = most[0];
  for (std::size_t i = 1; i < kPaths; ++i) {
    *lo = least[i] < *lo ? least[i] : *lo;
    *hi = most[i] > *hi ? most[i] : *hi;
  }
}

constexpr CompactKernel kKernel = {decode, scratch_bytes, score};

}  // namespace

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

auto compact_kernel() noexcept -> const CompactKernel& { return compact::kKernel; }

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL
