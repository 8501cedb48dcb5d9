// SPDX-License-Identifier: Apache-2.0
#include "certs/octets.h"

#include <algorithm>
#include <cstring>

namespace sallyport::certs {

Result<std::size_t> MemoryOctets::read(std::uint64_t offset,
                                       char* buffer,
                                       std::size_t count) const {
    if (offset >= m_octets.size()) return std::size_t{0};
    const auto part = m_octets.substr(offset, count);
    if (!part.empty()) std::memcpy(buffer, part.data(), part.size());
    return part.size();
}

OctetRange::OctetRange(const Octets& all, std::uint64_t begin, std::uint64_t size)
    : m_all(all),
      m_begin(std::min(begin, all.size())),
      m_size(std::min(size, all.size() - m_begin)) {}

Result<std::size_t> OctetRange::read(std::uint64_t offset, char* buffer, std::size_t count) const {
    if (offset >= m_size) return std::size_t{0};
    const auto most = std::min<std::uint64_t>(count, m_size - offset);
    return m_all.read(m_begin + offset, buffer, static_cast<std::size_t>(most));
}

std::uint64_t JoinedOctets::size() const {
    std::uint64_t size = 0;
    for (const auto* part : m_parts)
        size += part->size();
    return size;
}

Result<std::size_t> JoinedOctets::read(std::uint64_t offset,
                                       char* buffer,
                                       std::size_t count) const {
    std::size_t done = 0;
    for (const auto* part : m_parts) {
        if (offset >= part->size()) {
            offset -= part->size();
            continue;
        }
        if (done == count) break;
        auto got = part->read(offset, buffer + done, count - done);
        if (!got) return got;
        done += *got;
        // A part may give less than was asked for: what is left of it comes with the next call.
        if (offset + *got < part->size()) break;
        offset = 0;
    }
    return done;
}

Status pour(const Octets& octets, const OctetSink& sink) {
    const std::uint64_t size = octets.size();
    Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(OctetPiece, size)), '\0');
    for (std::uint64_t at = 0; at < size;) {
        auto got = octets.read(at, piece.data(), piece.size());
        if (!got) return std::move(got).error();
        if (*got == 0)
            return Error("spool.read", Blame::Operator, "octets ended before their size")
                .remedy("check the disk under the state directory");
        if (Status taken = sink(BytesView(piece).substr(0, *got)); !taken) return taken;
        at += *got;
    }
    return {};
}

Result<Bytes> take_octets(const Octets& octets, std::uint64_t offset, std::size_t most) {
    if (offset >= octets.size()) return Bytes();
    Bytes taken(static_cast<std::size_t>(std::min<std::uint64_t>(most, octets.size() - offset)),
                '\0');
    std::size_t done = 0;
    while (done < taken.size()) {
        auto got = octets.read(offset + done, taken.data() + done, taken.size() - done);
        if (!got) return std::move(got).error();
        if (*got == 0) break;
        done += *got;
    }
    taken.resize(done);
    return taken;
}

}  // namespace sallyport::certs
