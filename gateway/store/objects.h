// SPDX-License-Identifier: Apache-2.0
// Small octets beside the rows that name them: the archive keeps them here instead of in files of their own, so that they
// become durable with a commit that is paid for anyway (docs/adr/0011).
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::store {

struct Object {
    std::string address;  // 64 hex digits: the SHA-256 of the octets
    Bytes octets;
};

// Thread-safe. Whoever calls vouches that the address is the digest of the octets.
class Objects {
public:
    virtual ~Objects() = default;

    // Returns before the octets are durable. They are written by the first group of units that begins after this call, before
    // those units and in the same transaction, and no later group commits without them: a unit submitted afterwards that
    // names the address never becomes durable without the octets. Keeping them again is no fault and heals damage. Error
    // codes: store.read_only (Bug), store.unavailable (Network: the database takes nothing and too much is waiting).
    virtual Status keep(std::string address, Bytes octets) = 0;

    // What was kept, committed or not; absent when nothing was. Error codes: those of the store.
    virtual Result<std::optional<Bytes>> find(const std::string& address) = 0;
    virtual Result<std::optional<std::uint64_t>> size(const std::string& address) = 0;
    // Of what is committed: those whose address is greater than `after`, in order, at most `limit`.
    virtual Result<std::vector<Object>> following(const std::string& after, unsigned limit) = 0;
};

}  // namespace sallyport::store
