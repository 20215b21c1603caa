#include "adcore/series/rare_population.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/error.hpp"
#include "adcore/series/mass_up_to.hpp"

namespace adcore {

namespace {

constexpr std::size_t kPeopleNodeBytes = 48;

void put(ByteWriter& out, const PeopleCounter& counter) {
  for (const auto longest : counter.registers()) out.put(longest);
}

auto get(ByteReader& in) -> PeopleCounter {
  std::array<std::uint8_t, PeopleCounter::kRegisters> registers{};
  for (auto& longest : registers) longest = in.get<std::uint8_t>();
  PeopleCounter counter;
  counter.set_registers(registers);
  return counter;
}

/// ln of the probability that of `all` occurrences `rare` or more are of values which are each drawn with probability
/// p. Both may be fractions; one that is all of a person's has p itself.
auto log_so_often(double rare, double all, double log_p) noexcept -> double {
  const double p = std::exp(log_p);
  return p < 1.0 ? log_beta_lower_tail(rare, all - rare + 1.0, p, -std::expm1(log_p)) : 0.0;
}

// For every person: the rarer first, each with the occurrences of those before it.
void weigh_occurrences(std::span<const RareShow> shows, std::span<RareAssessment> found) {
  std::vector<std::size_t> order(shows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (shows[a].person != shows[b].person) return shows[a].person < shows[b].person;
    if (found[a].log_probability != found[b].log_probability)
      return found[a].log_probability < found[b].log_probability;
    return shows[a].value < shows[b].value;
  });
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double all = 0.0;
    for (; last < order.size() && shows[order[last]].person == shows[order[first]].person; ++last) {
      all += shows[order[last]].occurrences;
    }
    double rare = 0.0;
    for (; first < last; ++first) {
      rare += shows[order[first]].occurrences;
      double& log_p = found[order[first]].log_probability;
      log_p = log_so_often(rare, all, log_p);
    }
  }
}

}  // namespace

void RarePopulation::assess(std::span<const RareShow> shows, bool frequent, std::span<RareAssessment> found) const {
  std::vector<double> counts;  // with this person
  for (const auto& show : shows) {
    const auto known = values_.find(show.value);
    PeopleCounter with = known == values_.end() ? PeopleCounter{} : known->second;
    with.add(show.person);
    counts.push_back(with.count());
  }
  MassUpTo mass(counts);
  double total = 0.0;
  double squares = 0.0;
  for (const auto& [value, counter] : values_) {
    const double count = counter.count();
    mass.add(count);
    total += count;
    squares += count * count;
  }
  const double people = people_.count();
  for (std::size_t i = 0; i < shows.size(); ++i) {
    const auto known = values_.find(shows[i].value);
    const double before = known == values_.end() ? 0.0 : known->second.count();
    const double new_here = counts[i] - before;  // 1 or 0: the person is one more who shows the value, or not
    found[i] = {.log_probability = std::log(std::min(1.0, (mass.at(counts[i]) + new_here) / (total + new_here))),
                .expected = people > 0.0 ? std::min(1.0, before / people) : 0.0,
                .first_occurrence = known == values_.end()};
    if (total > 0.0) found[i].relative_rarity = squares / total / counts[i];
  }
  if (frequent) weigh_occurrences(shows, found);
}

void RarePopulation::learn(std::int64_t bucket_start, std::span<const RareShow> shows) {
  static_cast<void>(age_.learn(bucket_span_, bucket_start));
  for (const auto& show : shows) {
    people_.add(show.person);
    values_[show.value].add(show.person);
  }
}

auto RarePopulation::memory_bytes() const noexcept -> std::size_t {
  return sizeof(*this) + values_.size() * (sizeof(PeopleCounter) + kPeopleNodeBytes);
}

void RarePopulation::write(ByteWriter& out) const {
  age_.write(out);
  put(out, people_);
  out.put_count(values_.size());
  for (const auto& [value, counter] : values_) {
    out.put(value);
    put(out, counter);
  }
}

void RarePopulation::read(ByteReader& in) {
  age_.read(in);
  people_ = get(in);
  values_.clear();
  for (auto count = in.get_count(in.remaining()); count > 0; --count) {
    const auto value = in.get<std::uint32_t>();
    if (!values_.emplace(value, get(in)).second) throw_snapshot("a rare value that is there twice");
  }
}

}  // namespace adcore
