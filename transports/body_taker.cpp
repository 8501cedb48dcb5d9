// SPDX-License-Identifier: Apache-2.0
#include "transports/body_taker.h"

#include <utility>

namespace sallyport::transports {

bool BodyRoom::fits(const Pool& pool, std::uint64_t mine, std::uint64_t more, unsigned share) {
    return pool.used + more <= pool.most && mine + more <= pool.most * share / 100;
}

bool BodyRoom::take(const std::string& address, std::uint64_t memory, std::uint64_t disk) {
    return m_uses.with([&](auto& uses) {
        Use& mine = uses[address];
        const bool room = (memory == 0 || fits(m_memory, mine.memory, memory, m_share)) &&
                          (disk == 0 || fits(m_disk, mine.disk, disk, m_share));
        if (room) {
            mine.memory += memory;
            mine.disk += disk;
            m_memory.used += memory;
            m_disk.used += disk;
        } else if (mine.memory == 0 && mine.disk == 0) {
            uses.erase(address);
        }
        return room;
    });
}

void BodyRoom::give_back(const std::string& address, std::uint64_t memory, std::uint64_t disk) {
    m_uses.with([&](auto& uses) {
        const auto mine = uses.find(address);
        if (mine == uses.end()) return;
        mine->second.memory -= memory;
        mine->second.disk -= disk;
        m_memory.used -= memory;
        m_disk.used -= disk;
        if (mine->second.memory == 0 && mine->second.disk == 0) uses.erase(mine);
    });
}

void BodyTaker::begin(std::size_t spool_above,
                      std::filesystem::path spool_folder,
                      std::shared_ptr<BodyParts> parts) {
    drop();
    m_spool_above = spool_above;
    m_folder = std::move(spool_folder);
    m_parts = std::move(parts);
}

// What is refused is thrown away at once; the connection may linger long after.
void BodyTaker::drop() {
    m_room.give_back(m_address, m_memory, m_disk);
    m_memory = m_disk = m_size = 0;
    m_body = Bytes();
    m_spool.reset();
    m_parts.reset();
}

Status BodyTaker::spill() {
    auto spool = certs::Spool::create(m_folder);
    if (!spool) return std::move(spool).error();
    m_spool = *std::move(spool);
    const Status moved = m_spool->append(m_body);
    m_body = Bytes();
    m_room.give_back(m_address, m_memory, 0);
    m_memory = 0;
    return moved;
}

Status BodyTaker::take(BytesView octets) {
    const std::uint64_t more = octets.size();
    const bool to_disk = m_parts || (!m_folder.empty() && m_size + more > m_spool_above);
    const std::uint64_t disk = to_disk ? m_size + more - m_disk : 0;
    if (!m_room.take(m_address, to_disk ? 0 : more, disk)) {
        drop();
        return Error(
            "http.busy", Blame::Network, "too much is being received at once, try again later");
    }
    (to_disk ? m_disk : m_memory) += to_disk ? disk : more;
    m_size += more;
    if (m_parts) return m_parts->append(octets);
    if (to_disk && !m_spool)
        if (Status spilled = spill(); !spilled) return spilled;
    if (m_spool) return m_spool->append(octets);
    m_body += octets;
    return {};
}

void BodyTaker::finish(HttpRequest& request) {
    request.body = std::move(m_body);
    m_body = Bytes();
    if (m_spool) request.spooled = std::move(m_spool);
    if (m_parts) request.spooled = m_parts->whole();
}

}  // namespace sallyport::transports
