// SPDX-License-Identifier: Apache-2.0
// Reads a gateway's configuration again: one reload at a time, whoever asks, the service manager by SIGHUP or a command
// through the API.
#pragma once

#include "gateway/base/log.h"
#include "gateway/daemon/gateway.h"

#include <filesystem>
#include <mutex>
#include <string>

namespace sallyport::daemon {

// Thread-safe. The gateway outlives it, and no request may reach the gateway's API after it is gone.
class Reloader {
public:
    // Answers the gateway's API from now on.
    Reloader(Gateway& gateway, std::filesystem::path file, Log log);

    // All of it, or nothing and why; both are in the log. `actor`: who asks, for the audit.
    Result<flow::MapsTaken> reload(const std::string& actor);

private:
    Result<flow::MapsTaken> read_again(const std::string& actor);

    Gateway& m_gateway;
    std::filesystem::path m_file;
    Log m_log;
    std::mutex m_mutex;
};

}  // namespace sallyport::daemon
