// SPDX-License-Identifier: Apache-2.0
// A write to a closed connection is an error value, not the end of the process: OpenSSL writes without MSG_NOSIGNAL.
#pragma once

#include <csignal>

namespace sallyport::transports {

// Blocks SIGPIPE in this thread for the life of the object; a pending one is consumed before it is unblocked.
class SignalGuard {
public:
    SignalGuard() {
        sigemptyset(&m_pipe);
        sigaddset(&m_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    ~SignalGuard() {
        const timespec at_once{};
        while (sigtimedwait(&m_pipe, nullptr, &at_once) == SIGPIPE) {
        }
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }
    SignalGuard(const SignalGuard&) = delete;
    SignalGuard& operator=(const SignalGuard&) = delete;
    SignalGuard(SignalGuard&&) = delete;
    SignalGuard& operator=(SignalGuard&&) = delete;

private:
    sigset_t m_pipe{};
    sigset_t m_before{};
};

}  // namespace sallyport::transports
