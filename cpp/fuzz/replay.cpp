// The life of a fuzz body without libFuzzer: every file of a corpus, then mutations, the same sequence every time.
//   fuzz_<noun> <corpus directory> [seconds of mutations]
#include <algorithm>
#include <chrono>
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

// A body that fails ends the process, so the input is kept before it runs.
void run_kept(const Input& input) {
  std::ofstream("failing_input", std::ios::binary)
      .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
  run(input);
}

auto run_mutations(const std::vector<Input>& corpus, std::chrono::seconds duration) -> std::size_t {
  const auto end = std::chrono::steady_clock::now() + duration;
  std::mt19937 random(1);
  std::size_t count = 0;
  for (; std::chrono::steady_clock::now() < end; ++count) run_kept(mutated(corpus[count % corpus.size()], random));
  std::filesystem::remove("failing_input");
  return count;
}

}  // namespace

auto main(int argc, char** argv) -> int {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s <corpus directory> [seconds of mutations]\n", argv[0]);
    return 2;
  }
  const auto corpus = read_corpus(argv[1]);
  if (corpus.empty()) return 1;  // an empty corpus tests nothing
  for (const auto& input : corpus) run(input);
  const auto count = run_mutations(corpus, std::chrono::seconds(argc > 2 ? std::stol(argv[2]) : 0));
  std::printf("%zu inputs, %zu mutations\n", corpus.size(), count);
}
