// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/crash_point.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace sallyport {

namespace {

struct Armed {
    std::string point;
    unsigned long pass = 1;
};

const Armed& armed() {
    static const Armed once = [] {
        Armed result;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, nothing in this program sets the environment
        const char* value = std::getenv("SALLYPORT_CRASH_POINT");
        if (value == nullptr) return result;
        const std::string_view text(value);
        const std::size_t colon = text.rfind(':');
        result.point = text.substr(0, colon);
        if (colon != std::string_view::npos) {
            const std::string_view digits = text.substr(colon + 1);
            std::from_chars(digits.data(), digits.data() + digits.size(), result.pass);
        }
        return result;
    }();
    return once;
}

}  // namespace

bool crash_armed() {
    return !armed().point.empty();
}

void crash_pass(const char* point) {
    static std::atomic<unsigned long> passes{0};
    if (armed().point != point) return;
    if (++passes != armed().pass) return;
    ::kill(::getpid(), SIGKILL);
    ::pause();  // the signal is delivered before this returns; nothing may run on
}

}  // namespace sallyport
