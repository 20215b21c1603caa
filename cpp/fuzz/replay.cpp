// The life of a fuzz body without libFuzzer: every file of a corpus, then deterministic mutations of each.
//   fuzz_<noun> <corpus directory> [mutations per file]
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int;

namespace {

using Input = std::vector<std::uint8_t>;

auto read_corpus(const std::filesystem::path& folder) -> std::vector<Input> {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);  // directories have no order of their own, and the mutations must repeat
  std::vector<Input> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

void flip_byte(Input& input, std::mt19937& random) {
  if (!input.empty()) input[random() % input.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
}

void set_byte(Input& input, std::mt19937& random) {
  if (!input.empty()) input[random() % input.size()] = static_cast<std::uint8_t>(random());
}

void truncate(Input& input, std::mt19937& random) { input.resize(random() % (input.size() + 1)); }

void insert_byte(Input& input, std::mt19937& random) {
  const auto at = static_cast<std::ptrdiff_t>(random() % (input.size() + 1));
  input.insert(input.begin() + at, static_cast<std::uint8_t>(random()));
}

auto mutated(Input input, std::mt19937& random) -> Input {
  constexpr void (*kMutations[])(Input&, std::mt19937&) = {flip_byte, set_byte, truncate, insert_byte};
  for (auto rounds = 1 + random() % 4; rounds > 0; --rounds) kMutations[random() % 4](input, random);
  return input;
}

void run(const Input& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

}  // namespace

auto main(int argc, char** argv) -> int {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s <corpus directory> [mutations per file]\n", argv[0]);
    return 2;
  }
  const auto corpus = read_corpus(argv[1]);
  const auto mutations = argc > 2 ? std::stoul(argv[2]) : 0UL;
  std::mt19937 random(1);
  for (const auto& input : corpus) {
    run(input);
    for (auto i = 0UL; i < mutations; ++i) run(mutated(input, random));
  }
  std::printf("%zu inputs, %lu mutations of each\n", corpus.size(), mutations);
  return corpus.empty() ? 1 : 0;  // an empty corpus tests nothing
}
