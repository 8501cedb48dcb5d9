// SPDX-License-Identifier: Apache-2.0
// Looks at every certificate in use once an hour, and after each reload: alarms and gauges (flow/cert_alerts.h), planned
// changes, and, where a partner file asks for it, whether a certificate was revoked.
#pragma once

#include "config/load.h"
#include "gateway/base/error.h"
#include "gateway/flow/steps.h"

#include <chrono>
#include <functional>
#include <memory>

namespace sallyport::daemon {

class CertWatch {
public:
    // `tools` outlives it. `decided` is called after what is believed of a certificate may have changed.
    explicit CertWatch(const flow::Tools& tools,
                       std::function<void()> decided = {},
                       std::chrono::milliseconds every = std::chrono::hours{1});
    ~CertWatch();
    CertWatch(const CertWatch&) = delete;
    CertWatch& operator=(const CertWatch&) = delete;
    CertWatch(CertWatch&&) = delete;
    CertWatch& operator=(CertWatch&&) = delete;

    void start();
    void stop();
    // Looked at soon, by the watch's own thread. Any thread.
    void use(const config::Configuration& configuration);
    // One look, on the calling thread: how many things were said. Errors: of the store and of unreadable files.
    Result<std::size_t> look();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::daemon
