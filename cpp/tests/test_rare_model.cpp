#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/series/bucket_time.hpp"
#include "adcore/series/mass_up_to.hpp"
#include "adcore/series/people_counter.hpp"
#include "adcore/series/rare_model.hpp"
#include "adcore/series/rare_population.hpp"
#include "adcore/series/rarity.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

using Values = std::vector<std::uint32_t>;

auto assess(const RareModel& model, std::int64_t bucket, const Values& values) -> std::vector<RareAssessment> {
  std::vector<RareAssessment> found(values.size());
  model.assess(bucket * kMsPerHour, values, found);
  return found;
}

auto log_p(const RareModel& model, std::int64_t bucket, std::uint32_t value) -> double {
  return assess(model, bucket, {value})[0].log_probability;
}

/// `usual` values in every bucket.
auto steady(std::uint32_t usual, std::int64_t buckets) -> RareModel {
  RareModel model(kMsPerHour);
  Values values(usual);
  for (std::uint32_t i = 0; i < usual; ++i) values[i] = i;
  for (std::int64_t bucket = 0; bucket < buckets; ++bucket) model.learn(bucket * kMsPerHour, values);
  return model;
}

template <class Model>
auto bytes_of(const Model& model) -> std::vector<std::byte> {
  ByteWriter out(testing::kTestKind, 1);
  model.write(out);
  return out.finish();
}

template <class Model>
auto restored(const std::vector<std::byte>& bytes) -> Model {
  ByteReader in(bytes, testing::kTestKind, 1);
  Model model(kMsPerHour);
  model.read(in);
  in.finish();
  return model;
}

TEST(MassUpTo, SumsWhatIsNotAboveAThreshold) {
  MassUpTo mass({3, 1, 3});
  for (const double count : {0.5, 1.0, 2.0, 3.0, 7.0}) mass.add(count);
  EXPECT_EQ(mass.at(1), 1.5);
  EXPECT_EQ(mass.at(3), 6.5);
}

TEST(Rarity, OfTwoIsTheirJointProbability) {
  EXPECT_NEAR(std::exp(log_joint_of_two(std::log(0.01), std::log(0.01))), 1.31371e-3, 1e-8);
}

TEST(RareModel, SaysLittleForTwentyBuckets) {
  EXPECT_FALSE(steady(5, 19).informative());
  EXPECT_TRUE(steady(5, 20).informative());
}

TEST(RareModel, FindsANewValueRareAndUsualOnesNot) {
  const auto model = steady(5, 300);
  const auto found = assess(model, 300, {0, 99});
  EXPECT_GT(found[0].log_probability, std::log(0.3));
  EXPECT_FALSE(found[0].first_occurrence);
  EXPECT_NEAR(found[0].expected, 1, 1e-12);
  EXPECT_LT(found[1].log_probability, std::log(0.01));
  EXPECT_TRUE(found[1].first_occurrence);
  EXPECT_EQ(found[1].expected, 0);
  EXPECT_GT(found[1].relative_rarity, 100);
  EXPECT_LT(found[0].relative_rarity, 1.1);
}

TEST(RareModel, FindsItRarerTheLongerItWasNotSeen) {
  EXPECT_LT(log_p(steady(5, 1000), 1000, 99), log_p(steady(5, 100), 100, 99));
  EXPECT_LT(log_p(steady(20, 300), 300, 99), log_p(steady(2, 300), 300, 99));
}

TEST(RareModel, GetsUsedToAValue) {
  auto model = steady(5, 300);
  double before = log_p(model, 300, 99);
  for (std::int64_t bucket = 300; bucket < 340; ++bucket) {
    model.learn(bucket * kMsPerHour, Values{0, 1, 2, 3, 4, 99});
    const double now = log_p(model, bucket + 1, 99);
    EXPECT_GT(now, before);
    before = now;
  }
  EXPECT_GT(before, std::log(0.035));
}

TEST(RareModel, FindsOneOfManyRareValuesNotRare) {
  RareModel model(kMsPerHour);
  for (std::uint32_t bucket = 0; bucket < 300; ++bucket) model.learn(bucket * kMsPerHour, Values{0, 1000 + bucket});
  EXPECT_GT(log_p(model, 300, 99), std::log(0.2));
}

TEST(RareModel, FindsAMissedPaceSurprising) {
  RareModel daily(kMsPerHour);
  for (std::int64_t bucket = 0; bucket < 1000; ++bucket) {
    daily.learn(bucket * kMsPerHour, bucket % 24 == 0 ? Values{0, 7} : Values{0});
  }
  // Seen last in bucket 984.
  EXPECT_GT(log_p(daily, 1008, 7), log_p(daily, 1200, 7) + 1);
}

TEST(RareModel, LetsOldOccurrencesFade) {
  auto model = steady(2, 100);
  for (std::int64_t bucket = 100; bucket < 6000; ++bucket) model.learn(bucket * kMsPerHour, Values{1});
  // A share 0.0005 a bucket: of the first hundred e^-2.95 are left, and nothing else of value 0.
  const double hundred = (1 - std::exp(-0.05)) * std::exp(-0.0005 * 5900);
  const double all = 1 - std::exp(-0.0005 * 6000);
  EXPECT_NEAR(assess(model, 6000, {0})[0].expected, hundred / all, 1e-4);
}

TEST(RareModel, OutlivesLongGaps) {
  auto model = steady(3, 100);
  model.learn(4'000'000'000LL * kMsPerHour, Values{5});
  EXPECT_TRUE(std::isfinite(log_p(model, 4'000'000'001LL, 0)));
  EXPECT_GT(log_p(model, 4'000'000'001LL, 5), std::log(0.3));
}

TEST(RareModel, ForgetsAValue) {
  auto model = steady(3, 50);
  model.forget(1);
  EXPECT_EQ(model.size(), 2U);
  EXPECT_TRUE(assess(model, 50, {1})[0].first_occurrence);
}

TEST(RareModel, GoesOnFromASnapshot) {
  auto original = steady(4, 77);
  const auto bytes = bytes_of(original);
  auto copy = restored<RareModel>(bytes);
  for (std::int64_t bucket = 77; bucket < 120; ++bucket) {
    const Values values{0, static_cast<std::uint32_t>(bucket % 9)};
    for (auto* model : {&original, &copy}) model->learn(bucket * kMsPerHour, values);
    ASSERT_EQ(log_p(original, bucket + 1, 50), log_p(copy, bucket + 1, 50));
  }
  EXPECT_EQ(bytes_of(original), bytes_of(copy));
}

TEST(RareModel, RefusesWhatCannotBe) {
  const auto bytes_with = [](double unit, double count, std::uint32_t copies) {
    ByteWriter out(testing::kTestKind, 1);
    for (const std::int64_t number : {0, 10, 11}) out.put(number);  // first, last, number of buckets
    for (const double number : {unit, 11.0, 1.0}) out.put(number);
    out.put(std::int64_t{0});
    out.put_count(copies);
    for (std::uint32_t i = 0; i < copies; ++i) {
      out.put(std::uint32_t{7});
      out.put(count);
      out.put(0.0);
      out.put(std::int64_t{3});
    }
    return out.finish();
  };
  EXPECT_EQ(restored<RareModel>(bytes_with(1, 2, 1)).size(), 1U);
  EXPECT_THROW(restored<RareModel>(bytes_with(0, 2, 1)), SnapshotError);
  EXPECT_THROW(restored<RareModel>(bytes_with(1, -2, 1)), SnapshotError);
  EXPECT_THROW(restored<RareModel>(bytes_with(1, std::nan(""), 1)), SnapshotError);
  EXPECT_THROW(restored<RareModel>(bytes_with(1, 2, 2)), SnapshotError);
}

TEST(PeopleCounter, CountsAFewNearlyExactlyAndManyRoughly) {
  PeopleCounter counter;
  double next = 1;
  for (std::uint64_t person = 1; person <= 100'000; ++person) {
    counter.add(person);
    counter.add(person);  // once more is the same
    if (static_cast<double>(person) < next) continue;
    const auto expected = static_cast<double>(person);
    EXPECT_NEAR(counter.count(), expected, person <= 8 ? 1.0 : 0.25 * expected) << person;
    next *= 2;
  }
}

/// 50 people of whom all show value 0 and ten in turn value 1.
auto population(std::int64_t buckets) -> RarePopulation {
  RarePopulation model(kMsPerHour);
  for (std::int64_t bucket = 0; bucket < buckets; ++bucket) {
    std::vector<RareShow> shows;
    for (std::uint64_t person = 0; person < 50; ++person) {
      shows.push_back({person, 0, 3});
      if (person < 10) shows.push_back({person, 1, 1});
    }
    model.learn(bucket * kMsPerHour, shows);
  }
  return model;
}

auto assess(const RarePopulation& model, const std::vector<RareShow>& shows, bool frequent)
    -> std::vector<RareAssessment> {
  std::vector<RareAssessment> found(shows.size());
  model.assess(shows, frequent, found);
  return found;
}

TEST(RarePopulation, FindsWhatFewPeopleShow) {
  const auto model = population(30);
  EXPECT_TRUE(model.informative());
  const auto found = assess(model, {{3, 0, 1}, {30, 1, 1}, {30, 77, 1}}, false);
  EXPECT_NEAR(found[0].log_probability, 0, 0.1);
  EXPECT_NEAR(std::exp(found[1].log_probability), 11.0 / 61, 0.05);
  EXPECT_NEAR(std::exp(found[2].log_probability), 1.0 / 61, 0.005);
  EXPECT_TRUE(found[2].first_occurrence);
  EXPECT_NEAR(found[1].expected, 0.2, 0.05);
  EXPECT_GT(found[2].relative_rarity, 10);
}

TEST(RarePopulation, CountsAPersonOnce) {
  EXPECT_NEAR(assess(population(30), {{30, 77, 1}}, false)[0].log_probability,
              assess(population(300), {{30, 77, 1}}, false)[0].log_probability, 1e-12);
}

TEST(RarePopulation, FindsThoseWhoShowRareValuesOften) {
  const auto model = population(30);
  const auto once = assess(model, {{30, 77, 1}, {30, 0, 9}}, true);
  const auto often = assess(model, {{30, 77, 8}, {30, 0, 2}}, true);
  const auto usual = assess(model, {{30, 0, 9}, {3, 77, 1}}, true);
  EXPECT_LT(often[0].log_probability, once[0].log_probability - 10);
  EXPECT_GT(once[0].log_probability, std::log(0.1));
  EXPECT_NEAR(usual[0].log_probability, 0, 0.1);
  EXPECT_NEAR(usual[1].log_probability, std::log(1.0 / 61), 0.1);  // all that person shows, once
}

TEST(RarePopulation, GoesOnFromASnapshot) {
  const auto model = population(25);
  const auto bytes = bytes_of(model);
  const auto copy = restored<RarePopulation>(bytes);
  EXPECT_EQ(bytes_of(copy), bytes);
  EXPECT_EQ(copy.size(), 2U);
  EXPECT_EQ(assess(copy, {{5, 9, 1}}, true)[0].log_probability, assess(model, {{5, 9, 1}}, true)[0].log_probability);
}

TEST(RarePopulation, RefusesWhatCannotBe) {
  PeopleCounter counter;
  auto registers = counter.registers();
  registers[5] = 59;
  EXPECT_THROW(counter.set_registers(registers), SnapshotError);
  registers[5] = 58;
  EXPECT_NO_THROW(counter.set_registers(registers));
}

}  // namespace
}  // namespace adcore
