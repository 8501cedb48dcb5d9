// SPDX-License-Identifier: Apache-2.0
// Inside the store only: objects that wait for the writer's next group.
#pragma once

#include "gateway/store/objects.h"
#include "gateway/store/sql.h"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::store {

// Thread-safe.
class PendingObjects {
public:
    using Shared = std::shared_ptr<const Bytes>;
    struct Waiting {
        std::string address;
        Shared octets;
    };

    // Octets that may wait; above half of it the writer should not wait for a unit.
    static constexpr std::size_t Room = std::size_t{64} << 20U;
    static constexpr std::size_t Many = std::size_t{4} << 20U;

    // True: so much waits that it should be written now. Error codes: store.unavailable.
    Result<bool> add(std::string address, Bytes octets);
    std::optional<Bytes> find(const std::string& address) const;
    std::optional<std::uint64_t> size(const std::string& address) const;

    // For the writer: what waits now; and, once that is committed, that it no longer does.
    std::vector<Waiting> waiting() const;
    void settled(const std::vector<Waiting>& written);

private:
    mutable std::mutex m_mutex;
    std::map<std::string, Shared, std::less<>> m_waiting;
    std::size_t m_octets = 0;
};

// In the transaction that is open on the connection.
Status write_objects(Connection& connection, const std::vector<PendingObjects::Waiting>& objects);

Result<std::optional<Bytes>> find_object(Connection& connection, const std::string& address);
Result<std::optional<std::uint64_t>> size_of_object(Connection& connection,
                                                    const std::string& address);
Result<std::vector<Object>> objects_following(Connection& connection,
                                              const std::string& after,
                                              unsigned limit);

}  // namespace sallyport::store
