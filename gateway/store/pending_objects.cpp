// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/pending_objects.h"

#include <utility>

namespace sallyport::store {

Result<bool> PendingObjects::add(std::string address, Bytes octets) {
    const std::lock_guard lock(m_mutex);
    if (m_waiting.contains(address)) return false;
    if (m_octets + octets.size() > Room)
        return Error("store.unavailable",
                     Blame::Network,
                     "the database takes nothing at present, and what waits for it is too much")
            .remedy("it is tried again; if it lasts, check disk space under the state directory");
    m_octets += octets.size();
    m_waiting.emplace(std::move(address), std::make_shared<const Bytes>(std::move(octets)));
    return m_octets > Many;
}

std::optional<Bytes> PendingObjects::find(const std::string& address) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_waiting.find(address);
    if (found == m_waiting.end()) return std::nullopt;
    return *found->second;
}

std::optional<std::uint64_t> PendingObjects::size(const std::string& address) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_waiting.find(address);
    if (found == m_waiting.end()) return std::nullopt;
    return found->second->size();
}

std::vector<PendingObjects::Waiting> PendingObjects::waiting() const {
    const std::lock_guard lock(m_mutex);
    std::vector<Waiting> all;
    all.reserve(m_waiting.size());
    for (const auto& [address, octets] : m_waiting)
        all.push_back({address, octets});
    return all;
}

void PendingObjects::settled(const std::vector<Waiting>& written) {
    const std::lock_guard lock(m_mutex);
    for (const Waiting& one : written)
        if (m_waiting.erase(one.address) != 0) m_octets -= one.octets->size();
}

Status write_objects(Connection& connection, const std::vector<PendingObjects::Waiting>& objects) {
    // What is there already is compared: a damaged object is healed by storing it again.
    static const std::string Insert =
        "INSERT INTO objects (address, octets) VALUES (?, ?) ON CONFLICT (address) DO UPDATE SET "
        "octets = excluded.octets WHERE octets IS NOT excluded.octets";
    for (const PendingObjects::Waiting& object : objects)
        if (auto done = connection.run(Insert, {object.address, OctetsView{*object.octets}}); !done)
            return done;
    return {};
}

Result<std::optional<Bytes>> find_object(Connection& connection, const std::string& address) {
    auto rows = connection.query("SELECT octets FROM objects WHERE address = ?", "b", {address});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<Bytes>();
    return std::optional(rows->front().octets());
}

Result<std::optional<std::uint64_t>> size_of_object(Connection& connection,
                                                    const std::string& address) {
    auto rows =
        connection.query("SELECT length(octets) FROM objects WHERE address = ?", "i", {address});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<std::uint64_t>();
    return std::optional(static_cast<std::uint64_t>(rows->front().integer()));
}

Result<std::vector<Object>> objects_following(Connection& connection,
                                              const std::string& after,
                                              unsigned limit) {
    auto rows = connection.query(
        "SELECT address, octets FROM objects WHERE address > ? ORDER BY address LIMIT ?",
        "tb",
        {after, std::int64_t{limit}});
    if (!rows) return std::move(rows).error();
    std::vector<Object> found;
    found.reserve(rows->size());
    for (Row& row : *rows) {
        std::string address = row.text();
        found.push_back({std::move(address), row.octets()});
    }
    return found;
}

}  // namespace sallyport::store
