// Tails of distributions and scores of probabilities, in log space: for whoever checks them against other libraries.
#include "bindings.hpp"

#include <cstddef>
#include <string>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/error.hpp"
#include "adcore/base/gamma_tail.hpp"
#include "adcore/base/normal_tail.hpp"
#include "adcore/score/extreme_probability.hpp"
#include "adcore/score/joint_probability.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore::python {
namespace {

void check_length(const char* name, const DoubleArray& values, std::size_t length) {
  if (static_cast<std::size_t>(values.size()) == length) return;
  throw_invalid_argument(name, std::to_string(values.size()) + " values", std::to_string(length) + " values");
}

/// `function` of the values at each place of the arrays.
template <auto function, class... Arrays>
auto at_each(std::size_t length, const Arrays&... arrays) -> DoubleArray {
  auto found = make_array<double>({length});
  const auto out = mutable_view(found);
  without_gil([&] {
    for (std::size_t i = 0; i < length; ++i) out[i] = function(view(arrays)[i]...);
  });
  return found;
}

template <auto function>
auto of_one(const DoubleArray& x) -> DoubleArray {
  return at_each<function>(static_cast<std::size_t>(x.size()), x);
}

template <auto function>
auto of_gamma(const DoubleArray& a, const DoubleArray& x) -> DoubleArray {
  check_length("x", x, static_cast<std::size_t>(a.size()));
  return at_each<function>(static_cast<std::size_t>(a.size()), a, x);
}

auto of_beta(const DoubleArray& a, const DoubleArray& b, const DoubleArray& x, const DoubleArray& y) -> DoubleArray {
  const auto length = static_cast<std::size_t>(a.size());
  check_length("b", b, length);
  check_length("x", x, length);
  check_length("y", y, length);
  constexpr auto kTail = static_cast<double (*)(double, double, double, double) noexcept>(&log_beta_lower_tail);
  return at_each<kTail>(length, a, b, x, y);
}

auto joint(const DoubleArray& log_probabilities) -> double {
  return without_gil([&] { return log_joint_probability(view(log_probabilities)); });
}

auto extreme(const DoubleArray& log_probabilities, std::size_t count) -> double {
  return without_gil([&] { return log_extreme_probability(smallest_of(view(log_probabilities), count)); });
}

}  // namespace

void bind_tails(py::module_& module) {
  module.def("log_normal_upper_tail", &of_one<&log_normal_upper_tail>, py::arg("z"), "ln(1 - Phi(z)).");
  module.def("normal_quantile_of_log_tail", &of_one<&normal_quantile_of_log_tail>, py::arg("log_tail"));
  module.def("log_gamma_upper_tail", &of_gamma<&log_gamma_upper_tail>, py::arg("a"), py::arg("x"), "ln Q(a, x).");
  module.def("log_gamma_lower_tail", &of_gamma<&log_gamma_lower_tail>, py::arg("a"), py::arg("x"), "ln P(a, x).");
  module.def("log_beta_lower_tail", &of_beta, py::arg("a"), py::arg("b"), py::arg("x"), py::arg("y"),
             "ln I_x(a, b), y being 1 - x.");
  module.def("raw_score", &of_one<&raw_score>, py::arg("log_probability"), "0 to 100.");
  module.def("log_probability_of_raw_score", &of_one<&log_probability_of_raw_score>, py::arg("score"));
  module.def("log_joint_probability", &joint, py::arg("log_probabilities"));
  module.def("log_extreme_probability", &extreme, py::arg("log_probabilities"), py::arg("count"),
             "Of the `count` smallest being as small as they are.");
}

}  // namespace adcore::python
