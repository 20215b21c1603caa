// A guarded forest, and what never changes about it.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "adcore/forest/forest.hpp"
#include "guarded.hpp"

namespace adcore::python {

class GuardedForest : public Guarded<Forest> {
 public:
  explicit GuardedForest(std::unique_ptr<Forest> forest)
      : Guarded(std::move(forest)),
        row_size_(ask([](const Forest& inner) { return inner.config().row_size(); })),
        dimensions_(ask([](const Forest& inner) { return inner.dimensions(); })) {}

  // No lock is needed for these.
  [[nodiscard]] auto row_size() const noexcept -> std::size_t { return row_size_; }
  [[nodiscard]] auto dimensions() const noexcept -> std::size_t { return dimensions_; }

 private:
  std::size_t row_size_;
  std::size_t dimensions_;
};

}  // namespace adcore::python
