// SPDX-License-Identifier: Apache-2.0
// Tells systemd what the daemon does: one datagram to the socket named in NOTIFY_SOCKET (sd_notify(3)).
#pragma once

#include <string_view>

namespace sallyport::daemon {

// `state` as sd_notify has it: "READY=1", "STOPPING=1", "STATUS=…". Does nothing and returns false without a manager.
bool notify_manager(std::string_view state);

}  // namespace sallyport::daemon
