// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/signals.h"

#include <csignal>
#include <utility>

namespace sallyport::daemon {
namespace {

sigset_t set_of(const std::vector<int>& signals) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals)
        ::sigaddset(&set, signal);
    return set;
}

}  // namespace

SignalWait::SignalWait(std::vector<int> signals) : m_signals(std::move(signals)) {
    const sigset_t set = set_of(m_signals);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A peer that goes away is an error of the write, not the end of the process.
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
}

int SignalWait::wait() const {
    const sigset_t set = set_of(m_signals);
    int signal = 0;
    while (::sigwait(&set, &signal) != 0) {
    }
    return signal;
}

}  // namespace sallyport::daemon
