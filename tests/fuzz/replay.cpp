// SPDX-License-Identifier: Apache-2.0
// Stands in for libFuzzer: feeds every file under the folders named as arguments to the target, in name order. Finding no
// file is a failure, for a replay of nothing proves nothing; after --skip-when-missing a folder that does not exist is a skip
// (exit status 77), said aloud.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
    constexpr int Skipped = 77;
    bool may_miss = false;
    std::vector<std::filesystem::path> inputs;
    for (int at = 1; at < count; ++at) {
        if (arguments[at] == std::string_view("--skip-when-missing")) {
            may_miss = true;
            continue;
        }
        std::error_code error;
        if (may_miss && !std::filesystem::exists(arguments[at], error)) {
            std::printf("SKIPPED: there is no %s\n", arguments[at]);
            return Skipped;
        }
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(arguments[at], error)) {
            if (entry.is_regular_file()) inputs.push_back(entry.path());
        }
        if (error) {
            std::fprintf(stderr, "%s: %s\n", arguments[at], error.message().c_str());
            return 1;
        }
    }
    std::sort(inputs.begin(), inputs.end());
    for (const auto& path : inputs) {
        // Named before it is tried, so that a crash is on the line of its input.
        std::printf("%s\n", path.c_str());
        std::fflush(stdout);
        std::ifstream file(path, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)), {});
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    std::printf("%zu inputs\n", inputs.size());
    return inputs.empty() ? 1 : 0;
}
