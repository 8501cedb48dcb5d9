// SPDX-License-Identifier: Apache-2.0
// The port to what waits for a partner that fetches (SFTP server, later the HTTPS API): frozen messages of ours, which
// count as delivered once the partner has read every octet. A download changes nothing before that.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::transports {

// What happens to a file in /out once it was fetched, by agreement.
enum class AfterFetch : std::uint8_t {
    Keep,     // stays until the partner removes it
    Archive,  // is found under /archive from then on
    Delete,   // is gone for the partner; we keep the octets
};

struct Mail {
    std::string message;  // the gateway's id
    std::string name;     // unique among those of one list; metadata, never a path
    std::uint64_t bytes = 0;
    Instant since{};
    bool fetched = false;
};

// Thread-safe. Error codes: mailbox.missing (no such message for that partner), those of store and archive.
class Mailbox {
public:
    virtual ~Mailbox() = default;
    // Oldest first, at most 10000.
    virtual Result<std::vector<Mail>> waiting(const std::string& partner) = 0;   // /out
    virtual Result<std::vector<Mail>> archived(const std::string& partner) = 0;  // /archive
    // The frozen octets, verified against their address.
    virtual Result<Bytes> read(const std::string& partner, const std::string& message) = 0;
    // Every octet was read and the file closed. Durable before return; again is no fault.
    virtual Status fetched(const std::string& partner,
                           const std::string& message,
                           AfterFetch after,
                           const std::string& remote_address) = 0;
    // The partner removes what it fetched. mailbox.unread (Partner) when it never did.
    virtual Status removed(const std::string& partner,
                           const std::string& message,
                           const std::string& remote_address) = 0;
};

}  // namespace sallyport::transports
