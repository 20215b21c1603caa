// A model that several Python threads may use at once: questions side by side, changes one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace adcore::python {

/// The lock is taken without the interpreter lock (see `without_gil`), or two threads could wait for each other.
template <class Held>
class Guarded {
 public:
  using Model = Held;

  explicit Guarded(std::unique_ptr<Model> model) : model_(std::move(model)) {}

  template <class Question>
  auto ask(Question&& question) const {
    const std::shared_lock lock(mutex_);
    return question(std::as_const(*model_));
  }
  template <class Change>
  auto change(Change&& change) {
    const std::unique_lock lock(mutex_);
    return change(*model_);
  }

 private:
  mutable std::shared_mutex mutex_;
  std::unique_ptr<Model> model_;
};

}  // namespace adcore::python
