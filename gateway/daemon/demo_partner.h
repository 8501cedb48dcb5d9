// SPDX-License-Identifier: Apache-2.0
// The trading partner of the demonstration: an AS2 station of its own, with its own key, that speaks to the gateway only
// over the wire.
#pragma once

#include "certs/keys.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "transports/intake.h"
#include "transports/sender.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sallyport::daemon {

struct DemoPartnerOptions {
    std::string our_id;      // the partner's AS2 name
    std::string gateway_id;  // the gateway's AS2 name
    certs::Identity identity;
    certs::Certificate gateway_certificate;
};

// What reaches the partner, and its answer. Lives in memory: the demonstration is about the gateway's durability.
struct DemoDelivery {
    Bytes payload;
    std::string disposition;
};

class DemoPartner {
public:
    // Listens on a free port of 127.0.0.1 at once. Errors: http.listen.
    static Result<std::unique_ptr<DemoPartner>> start(DemoPartnerOptions options,
                                                      const Clock& clock,
                                                      const Log& log);
    ~DemoPartner();
    DemoPartner(const DemoPartner&) = delete;
    DemoPartner& operator=(const DemoPartner&) = delete;
    DemoPartner(DemoPartner&&) = delete;
    DemoPartner& operator=(DemoPartner&&) = delete;

    std::string url() const;
    void set_gateway_url(const std::string& url);

    Result<transports::Frozen> freeze(const std::string& id, const Bytes& payload);
    Result<transports::Delivery> send(const transports::Frozen& frozen);
    // The first thing that was delivered here, waiting at most that long.
    std::optional<DemoDelivery> await_delivery(std::chrono::milliseconds limit);
    std::size_t deliveries() const;

private:
    class Impl;
    explicit DemoPartner(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::daemon
