// How much there is to tell in a set of texts.
#pragma once

#include <span>
#include <string_view>

namespace adcore {

/// The size in bytes of the texts, one after the other, as an ideal arithmetic coder would pack them that learns on the
/// way which byte follows which. Depends on the order of the texts: give them sorted.
[[nodiscard]] auto information_bytes(std::span<const std::string_view> texts) -> double;

}  // namespace adcore
