// SPDX-License-Identifier: Apache-2.0
#include "certs/octets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace sallyport::certs {

Result<std::size_t> MemoryOctets::read(std::uint64_t offset,
                                       char* buffer,
                                       std::size_t count) const {
    if (offset >= m_octets.size()) return std::size_t{0};
    const auto part = m_octets.substr(offset, count);
    if (!part.empty()) std::memcpy(buffer, part.data(), part.size());
    return part.size();
}

Result<std::unique_ptr<const FileOctets>> FileOctets::open(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (descriptor >= 0 && ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode))
        return std::unique_ptr<const FileOctets>(
            new FileOctets(descriptor, static_cast<std::uint64_t>(info.st_size)));
    const int reason = descriptor < 0 ? errno : EINVAL;
    if (descriptor >= 0) ::close(descriptor);
    return Error("file.open",
                 Blame::Operator,
                 "opening failed: " + std::error_code(reason, std::generic_category()).message())
        .at({.source = file.string()})
        .remedy("check that the file exists and its permissions");
}

FileOctets::~FileOctets() {
    ::close(m_descriptor);
}

Result<std::size_t> FileOctets::read(std::uint64_t offset, char* buffer, std::size_t count) const {
    if (offset >= m_size) return std::size_t{0};
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(count, m_size - offset));
    ssize_t got = -1;
    do
        got = ::pread(m_descriptor, buffer, most, static_cast<off_t>(offset));
    while (got < 0 && errno == EINTR);
    if (got >= 0) return static_cast<std::size_t>(got);
    return Error("spool.read",
                 Blame::Operator,
                 "reading a file failed: " +
                     std::error_code(errno, std::generic_category()).message())
        .remedy("check the disk under the state directory");
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
