// SPDX-License-Identifier: Apache-2.0
// Inside the HTTP server: where a body goes while it arrives, and how much of everybody's room it takes. Only what has
// arrived counts, never what a header announces.
#pragma once

#include "certs/spool.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "transports/http_server.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace sallyport::transports {

// Octets of all bodies that are being read or handled. Thread-safe.
class BodyRoom {
public:
    BodyRoom(std::uint64_t memory, std::uint64_t disk, unsigned share_of_address)
        : m_memory{memory, 0}, m_disk{disk, 0}, m_share(share_of_address) {}

    // False: there is no room for it; nothing was taken.
    bool take(const std::string& address, std::uint64_t memory, std::uint64_t disk);
    void give_back(const std::string& address, std::uint64_t memory, std::uint64_t disk);

private:
    struct Pool {
        std::uint64_t most;
        std::uint64_t used;
    };
    struct Use {
        std::uint64_t memory = 0;
        std::uint64_t disk = 0;
    };
    static bool fits(const Pool& pool, std::uint64_t mine, std::uint64_t more, unsigned share);

    Pool m_memory;
    Pool m_disk;
    unsigned m_share;
    Guarded<std::map<std::string, Use>> m_uses;
};

// One body. Used by one thread; gives its room back when it goes.
class BodyTaker {
public:
    BodyTaker(BodyRoom& room, std::string address) : m_room(room), m_address(std::move(address)) {}
    ~BodyTaker() { drop(); }
    BodyTaker(const BodyTaker&) = delete;
    BodyTaker& operator=(const BodyTaker&) = delete;
    BodyTaker(BodyTaker&&) = delete;
    BodyTaker& operator=(BodyTaker&&) = delete;

    void begin(std::size_t spool_above,
               std::filesystem::path spool_folder,
               std::shared_ptr<BodyParts> parts = nullptr);
    // Error codes: http.busy (Network: too much is being received at once), spool.* (Operator).
    Status take(BytesView octets);
    std::uint64_t size() const { return m_size; }
    // Hands the body over; the room stays taken until drop().
    void finish(HttpRequest& request);
    void drop();

private:
    Status spill();

    BodyRoom& m_room;
    std::string m_address;  // without port
    std::size_t m_spool_above = 0;
    std::filesystem::path m_folder;
    Bytes m_body;
    std::unique_ptr<certs::Spool> m_spool;
    std::shared_ptr<BodyParts> m_parts;
    std::uint64_t m_size = 0;
    std::uint64_t m_memory = 0;  // taken from the room
    std::uint64_t m_disk = 0;
};

}  // namespace sallyport::transports
