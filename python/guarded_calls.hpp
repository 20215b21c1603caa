// What bindings do with every guarded model. The interpreter lock is given back before the model's own is taken.
#pragma once

#include "bindings.hpp"

#include <memory>
#include <utility>

#include "guarded.hpp"

namespace adcore::python {

template <class Held, class Question>
auto ask(const Held& held, Question&& question) {
  return without_gil([&] { return held.ask(question); });
}

template <class Held, class Change>
auto change(Held& held, Change&& changed) {
  return without_gil([&] { return held.change(changed); });
}

/// A property or method that asks the model one thing.
template <class Held, auto member, class... Arguments>
auto fact(const Held& held, Arguments... arguments) {
  return ask(held, [&](const auto& model) { return (model.*member)(arguments...); });
}

/// A method that changes the model.
template <class Held, auto member, class... Arguments>
auto call(Held& held, Arguments... arguments) {
  return change(held, [&](auto& model) { return (model.*member)(arguments...); });
}

template <class Held, class... Arguments>
auto make(const Arguments&... arguments) -> std::unique_ptr<Held> {
  using Model = Held::Model;
  return without_gil([&] { return std::make_unique<Held>(std::make_unique<Model>(arguments...)); });
}

template <class Held>
auto clone(const Held& held) -> std::unique_ptr<Held> {
  using Model = Held::Model;
  return ask(held, [](const Model& model) { return std::make_unique<Held>(std::make_unique<Model>(model)); });
}

template <class Held>
auto to_bytes(const Held& held) -> py::bytes {
  return pack_bytes(ask(held, [](const auto& model) { return model.to_bytes(); }));
}

template <class Held>
auto from_bytes(const py::bytes& bytes) -> std::unique_ptr<Held> {
  using Model = Held::Model;
  return without_gil([view = view_bytes(bytes)] {
    // A constructor call without a move: some models cannot be moved.
    return std::make_unique<Held>(std::unique_ptr<Model>(new Model(Model::from_bytes(view))));
  });
}

}  // namespace adcore::python
