// SPDX-License-Identifier: Apache-2.0
// as2_timing [ROUNDS]: whether the time of a failed decryption tells which step failed. By hand, on a quiet machine: three kinds of
// damage in random order, the processor time of each, and Welch's t between every two. |t| below 4.5 (the usual bound of such tests)
// means that this many rounds cannot tell them apart.
#include "certs/cms.h"
#include "certs/cms_stream.h"
#include "certs/keys.h"
#include "gateway/base/clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace sallyport {
namespace {

double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The fastest half: what the machine does beside it is in the rest.
std::vector<double> trimmed(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    times.resize(times.size() / 2);
    return times;
}

double welch(const std::vector<double>& a, const std::vector<double>& b) {
    const auto mean = [](const std::vector<double>& all) {
        double sum = 0;
        for (const double one : all)
            sum += one;
        return sum / static_cast<double>(all.size());
    };
    const auto spread = [&](const std::vector<double>& all) {
        const double middle = mean(all);
        double sum = 0;
        for (const double one : all)
            sum += (one - middle) * (one - middle);
        return sum / static_cast<double>(all.size() - 1) / static_cast<double>(all.size());
    };
    return (mean(a) - mean(b)) / std::sqrt(spread(a) + spread(b));
}

int run(unsigned rounds) {
    const SystemClock clock;
    const auto identity =
        certs::generate_self_signed({.common_name = "timing",
                                     .host_names = {},
                                     .rsa_bits = 2048,
                                     .not_before = clock.now(),
                                     .not_after = clock.now() + std::chrono::hours(1)});
    if (!identity) throw std::runtime_error(identity.error().text());
    const std::string content(10'240, 'x');
    std::mt19937 random(4711);
    constexpr std::array<const char*, 3> Names{
        "bad key padding", "other key", "bad content padding"};
    std::array<std::vector<double>, 3> memory;
    std::array<std::vector<double>, 3> streamed;
    for (unsigned round = 0; round < rounds * 3; ++round) {
        const auto envelope = certs::encrypt(content, {identity->certificate}, {});
        if (!envelope) throw std::runtime_error(envelope.error().text());
        // Made in every round: what ran just before must not tell the kinds apart.
        const auto other = certs::encrypt("y", {identity->certificate}, {});
        if (!other) throw std::runtime_error(other.error().text());
        const auto from = other->find(std::string("\x04\x82\x01\x00", 4)) + 4;
        const std::size_t kind = random() % 3;
        std::string bent = *envelope;
        // The encrypted key stands somewhere before the content; its 256 octets follow 04 82 01 00.
        const auto key = bent.find(std::string("\x04\x82\x01\x00", 4)) + 4;
        if (kind == 0)
            bent[key + 9] = static_cast<char>(bent[key + 9] ^ 1);  // whatever RSA makes of it
        if (kind == 1)
            bent.replace(key, 256, *other, from, 256);  // well formed, of another message
        if (kind == 2) bent.back() = static_cast<char>(bent.back() ^ 1);
        double start = thread_seconds();
        const auto held = certs::decrypt(bent, {*identity}, {certs::Cipher::Aes256Cbc}, {});
        const double in_memory = thread_seconds() - start;
        start = thread_seconds();
        const auto flowed = certs::decrypt_stream(
            certs::MemoryOctets(bent), {*identity}, {certs::Cipher::Aes256Cbc}, {}, [](BytesView) {
                return Status();
            });
        const double in_stream = thread_seconds() - start;
        if (!held) memory.at(kind).push_back(in_memory);
        if (!flowed) streamed.at(kind).push_back(in_stream);
    }
    int told = 0;
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = a + 1; b < 3; ++b) {
            const double in_memory = welch(trimmed(memory.at(a)), trimmed(memory.at(b)));
            const double in_stream = welch(trimmed(streamed.at(a)), trimmed(streamed.at(b)));
            std::cout << Names.at(a) << " / " << Names.at(b) << ": t " << in_memory
                      << " in memory, " << in_stream << " streamed\n";
            told += std::abs(in_memory) > 4.5 || std::abs(in_stream) > 4.5 ? 1 : 0;
        }
    std::cout << (told == 0 ? "not told apart\n" : "TOLD APART\n");
    return told == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sallyport

int main(int count, char** words) {
    try {
        return sallyport::run(count > 1 ? static_cast<unsigned>(std::stoul(words[1])) : 2000);
    } catch (const std::exception& thrown) {
        std::cerr << "as2_timing: " << thrown.what() << '\n';
        return 2;
    }
}
