// SPDX-License-Identifier: Apache-2.0
// Who guesses passwords waits longer and longer: points per network address, shared by every door of the process.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace sallyport::transports {

struct PenaltyOptions {
    double points = 10;                   // a ban begins at this many
    std::chrono::seconds halved_in{300};  // half of the points are forgotten in this time
    std::chrono::seconds ban{60};         // the first; every further one within a day doubles
    std::chrono::seconds longest_ban{3600 * 4};
    std::size_t addresses = 10'000;  // remembered; beyond, the least guilty are forgotten
};

// Thread-safe. `address` without port; IPv6 addresses count by their /64.
class Penalties {
public:
    Penalties(PenaltyOptions options, const Clock& clock) : m_options(options), m_clock(clock) {}

    // A failure worth `points`. Returns true when a ban begins with it.
    bool fail(const std::string& address, double points);
    bool banned(const std::string& address) const;
    // How long a banned address still has to wait; zero when it is not banned.
    std::chrono::seconds remaining(const std::string& address) const;
    void forget(const std::string& address);  // for the operator

private:
    using Moment = std::chrono::steady_clock::time_point;
    struct Record {
        double points = 0;
        Moment at{};
        Moment banned_until{};
        unsigned bans = 0;
    };
    void shed(std::map<std::string, Record>& records) const;

    const PenaltyOptions m_options;
    const Clock& m_clock;
    Guarded<std::map<std::string, Record>> m_records;
};

// "192.0.2.7" of "192.0.2.7:1234", "2001:db8:1:2" (the /64) of "[2001:db8:1:2::9]:22".
std::string penalty_key(const std::string& address);

}  // namespace sallyport::transports
