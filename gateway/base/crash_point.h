// SPDX-License-Identifier: Apache-2.0
// Crash points: places where the crash harness may have the process die as if the power had gone.
//
// Compiled in always, inert unless the environment variable SALLYPORT_CRASH_POINT names the point: "store.commit.before" dies
// at the first pass, "store.commit.before:7" at the seventh. Dying is SIGKILL: no handler, no flush, no destructor.
// The names in use: tests/crash/crash.py --list-points, which reads the sources.
#pragma once

namespace sallyport {

// True while a crash point is armed. Read from the environment once, at the first call.
bool crash_armed();
void crash_pass(const char* point);

}  // namespace sallyport

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): the name must be a literal that grep finds
#define CRASH_POINT(name)                                              \
    do {                                                               \
        if (::sallyport::crash_armed()) ::sallyport::crash_pass(name); \
    } while (false)
