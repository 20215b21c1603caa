// RowReader: rows of a batch as the detectors see them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "adcore/job/columns.hpp"
#include "adcore/job/job_bucket.hpp"
#include "adcore/job/kept_values.hpp"
#include "adcore/job/record_row.hpp"

namespace adcore {

/// Throws InvalidArgument if columns differ in length or number, or a code has no label.
void check_batch(const FieldPlan& plan, const JobBatch& batch);

/// Labels become values of a dictionary when a row first has them: codes follow the rows, and not how a batch happens
/// to order its labels, or which of them no row has.
class RowReader {
 public:
  /// All are borrowed. Checks the batch.
  RowReader(const FieldPlan& plan, const JobBatch& batch, std::vector<KeptValues>& kept, MemoryBudget& budget);

  /// The row as a record of `bucket`, valid until the next call. Its events are NaN, or not above 0, where it stands
  /// for none.
  auto read(std::size_t row, JobBucket& bucket) -> RecordRow&;
  /// Analysed fields that the row read last lacks.
  [[nodiscard]] auto missing_fields() const noexcept -> std::size_t;
  /// Kept values were renumbered.
  void forget_codes();

 private:
  struct CachedCode {
    std::uint64_t stamp = 0;  // of a refused code: MemoryBudget::releases(); of others: the bucket's serial
    std::uint32_t code = kNone;
  };
  void read_key(std::size_t column, std::size_t row, JobBucket& bucket);
  [[nodiscard]] auto kept_code(std::size_t column, std::uint32_t label, const JobBucket& bucket) -> std::uint32_t;
  [[nodiscard]] auto influencer_code(std::size_t column, std::uint32_t label, JobBucket& bucket) -> std::uint32_t;

  const FieldPlan& plan_;
  const JobBatch& batch_;
  std::vector<KeptValues>& kept_;
  MemoryBudget& budget_;
  std::vector<std::vector<CachedCode>> kept_codes_;        // by key column and label
  std::vector<std::vector<CachedCode>> influencer_codes_;  // by key column and label
  std::vector<double> metrics_;
  std::vector<std::uint32_t> codes_;
  std::vector<std::string_view> texts_;
  std::vector<std::uint32_t> influencers_;
  RecordRow record_{};
};

}  // namespace adcore
