// SPDX-License-Identifier: Apache-2.0
// Signals as something a thread waits for, not something that interrupts one.
#pragma once

#include <vector>

namespace sallyport::daemon {

// Blocks the signals for this thread and every thread made after it, and ignores SIGPIPE. Construct before other threads.
class SignalWait {
public:
    explicit SignalWait(std::vector<int> signals);
    int wait() const;  // the number of the signal that came

private:
    std::vector<int> m_signals;
};

}  // namespace sallyport::daemon
