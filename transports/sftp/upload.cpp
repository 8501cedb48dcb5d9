// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/upload.h"

#include "gateway/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sallyport::sftp {

namespace {

constexpr std::size_t MemoryBytes = 256U << 10U;
constexpr std::size_t MostPieces = 4096;  // of octets written out of order

Error storage(std::string_view step) {
    return Error("sftp.storage",
                 Blame::Operator,
                 std::string(step) +
                     " failed: " + std::error_code(errno, std::generic_category()).message())
        .remedy("check the disk under the state directory");
}

Error superseded() {
    return {"sftp.superseded", Blame::Partner, "the same file was opened again by a newer session"};
}

bool pwrite_all(int descriptor, BytesView octets, std::uint64_t offset) {
    while (!octets.empty()) {
        const ssize_t count =
            ::pwrite(descriptor, octets.data(), octets.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return true;
}

}  // namespace

void Ranges::add(std::uint64_t from, std::uint64_t to) {
    if (from >= to) return;
    auto at = m_pieces.upper_bound(from);
    if (at != m_pieces.begin() && std::prev(at)->second >= from) {
        --at;
        from = at->first;
    }
    while (at != m_pieces.end() && at->first <= to) {
        to = std::max(to, at->second);
        at = m_pieces.erase(at);
    }
    m_pieces.emplace(from, to);
}

bool Ranges::covers(std::uint64_t bytes) const {
    if (bytes == 0) return true;
    return m_pieces.size() == 1 && m_pieces.begin()->first == 0 &&
           m_pieces.begin()->second >= bytes;
}

void Ranges::cut(std::uint64_t bytes) {
    m_pieces.erase(m_pieces.lower_bound(bytes), m_pieces.end());
    if (!m_pieces.empty()) {
        auto last = std::prev(m_pieces.end());
        last->second = std::min(last->second, bytes);
    }
}

Upload::Upload(std::string path, UploadPlace place, Instant now)
    : m_path(std::move(path)), m_place(std::move(place)), m_modified(now) {}

Upload::Upload(
    std::string path, UploadPlace place, Instant modified, std::uint64_t bytes, bool closed)
    : m_path(std::move(path)),
      m_place(std::move(place)),
      m_modified(modified),
      m_bytes(bytes),
      m_closed(closed),
      m_on_disk(true),
      m_in_order(false) {
    m_written.add(0, bytes);
    *m_place.used += bytes;
}

Upload::~Upload() {
    free_quota();
    close_descriptor();
}

void Upload::free_quota() {
    *m_place.used -= m_bytes.exchange(0);
}

void Upload::close_descriptor() {
    if (m_descriptor >= 0) ::close(std::exchange(m_descriptor, -1));
}

Status Upload::check(std::uint64_t writer) const {
    if (m_discarded || m_frozen || writer == 0 || writer != m_writer) return superseded();
    return {};
}

bool Upload::shared() const {
    struct stat info {};
    return m_on_disk && ::stat(data_file().c_str(), &info) == 0 && info.st_nlink > 1;
}

Result<std::uint64_t> Upload::claim() {
    const std::lock_guard lock(m_mutex);
    if (m_discarded) return superseded();
    if (m_frozen || shared())
        return Error("sftp.complete", Blame::Partner, "this file is complete already")
            .remedy("rename it, or upload it anew from its beginning");
    // Nobody may take it for complete while it is written to, whatever happens next.
    if (m_on_disk && m_closed)
        if (Status noted = write_name(false); !noted) return std::move(noted).error();
    m_closed = false;
    return m_writer = ++m_last_writer;
}

Status Upload::write_name(bool closed) {
    if (Status written =
            write_file_durably(name_file(), (closed ? "closed\n" : "open\n") + m_path, 0600);
        !written)
        return Error("sftp.storage", Blame::Operator, written.error().what());
    return {};
}

Status Upload::open_data() {
    if (m_descriptor >= 0) return {};
    m_descriptor = ::open(data_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (m_descriptor < 0) return storage("opening the upload");
    return {};
}

Status Upload::spill() {
    if (m_on_disk) return open_data();
    if (Status written = write_name(false); !written) return written;
    if (Status opened = open_data(); !opened) return opened;
    if (!pwrite_all(m_descriptor, m_memory, 0)) return storage("writing the upload");
    m_on_disk = true;
    Bytes().swap(m_memory);
    return {};
}

Status Upload::grow(std::uint64_t end, const UploadLimits& limits) {
    if (end > limits.file_bytes)
        return Error("sftp.large",
                     Blame::Partner,
                     "a file may have " + std::to_string(limits.file_bytes) + " octets at most");
    if (end <= m_bytes) return {};
    const std::uint64_t growth = end - m_bytes;
    if (m_place.used->fetch_add(growth) + growth > limits.quota_bytes) {
        *m_place.used -= growth;
        return Error("sftp.quota",
                     Blame::Partner,
                     "unfinished uploads fill the quota of " + std::to_string(limits.quota_bytes) +
                         " octets")
            .remedy("finish or remove some");
    }
    m_bytes = end;
    return {};
}

Status Upload::put(std::uint64_t offset, BytesView octets) {
    if (!m_on_disk && offset + octets.size() > MemoryBytes)
        if (Status spilled = spill(); !spilled) return spilled;
    if (m_on_disk) {
        if (Status opened = open_data(); !opened) return opened;
        if (!pwrite_all(m_descriptor, octets, offset)) return storage("writing the upload");
        return {};
    }
    if (m_memory.size() < offset + octets.size()) m_memory.resize(offset + octets.size());
    std::copy(octets.begin(), octets.end(), m_memory.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
}

Status Upload::write(std::uint64_t writer,
                     std::uint64_t offset,
                     BytesView octets,
                     const UploadLimits& limits) {
    const std::lock_guard lock(m_mutex);
    if (Status allowed = check(writer); !allowed) return allowed;
    const std::uint64_t end = offset + octets.size();
    if (end < offset) return Error("sftp.large", Blame::Partner, "the offset is out of range");
    if (Status grown = grow(end, limits); !grown) return grown;
    if (Status written = put(offset, octets); !written) return written;
    m_written.add(offset, end);
    if (m_written.pieces() > MostPieces)
        return Error("sftp.incomplete", Blame::Partner, "too many pieces out of order");
    m_in_order = m_in_order && offset == m_hashed;
    if (m_in_order) {
        m_digest.add(octets);
        m_hashed = end;
    }
    return {};
}

Result<Bytes> Upload::read(std::uint64_t offset, std::size_t most) {
    const std::lock_guard lock(m_mutex);
    if (offset >= m_bytes) return Bytes();
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, m_bytes - offset));
    if (!m_on_disk) return m_memory.substr(offset, count);
    if (Status opened = open_data(); !opened) return std::move(opened).error();
    Bytes octets(count, '\0');
    const ssize_t got = ::pread(m_descriptor, octets.data(), count, static_cast<off_t>(offset));
    if (got < 0) return storage("reading the upload");
    octets.resize(static_cast<std::size_t>(got));
    return octets;
}

Status Upload::resize(std::uint64_t writer, std::uint64_t bytes, const UploadLimits& limits) {
    const std::lock_guard lock(m_mutex);
    if (Status allowed = check(writer); !allowed) return allowed;
    const std::uint64_t before = m_bytes;
    if (bytes == before) return {};
    if (bytes > before) {
        // Room is all that is asked for; what is never written is a hole, and holes are not taken in.
        if (Status grown = grow(bytes, limits); !grown) return grown;
        return put(bytes - 1, BytesView("\0", 1));
    }
    *m_place.used -= before - bytes;
    m_bytes = bytes;
    m_written.cut(bytes);
    m_in_order = bytes == 0;
    m_hashed = 0;
    m_digest = Sha256();
    if (!m_on_disk) {
        m_memory.resize(bytes);
        return {};
    }
    if (Status opened = open_data(); !opened) return opened;
    if (::ftruncate(m_descriptor, static_cast<off_t>(bytes)) != 0)
        return storage("shortening the upload");
    return {};
}

Status Upload::sync(std::uint64_t writer) {
    const std::lock_guard lock(m_mutex);
    if (Status allowed = check(writer); !allowed) return allowed;
    if (Status spilled = spill(); !spilled) return spilled;
    return ::fsync(m_descriptor) == 0 ? Status{} : Status(storage("syncing the upload"));
}

Status Upload::close_for_later(std::uint64_t writer) {
    const std::lock_guard lock(m_mutex);
    if (Status allowed = check(writer); !allowed) return allowed;
    if (!m_written.covers(m_bytes))
        return Error("sftp.incomplete", Blame::Partner, "parts of the file were never written");
    if (Status spilled = spill(); !spilled) return spilled;
    if (::fsync(m_descriptor) != 0) return storage("syncing the upload");
    if (Status noted = write_name(true); !noted) return noted;
    close_descriptor();
    m_closed = true;
    m_writer = 0;
    return {};
}

void Upload::abandon(std::uint64_t writer) {
    const std::lock_guard lock(m_mutex);
    if (m_discarded || writer == 0 || writer != m_writer) return;
    m_writer = 0;
    if (shared()) return throw_away();  // its octets belong to the archive now
    if (m_bytes > 0 && spill()) {
        const std::uint64_t shorter = m_bytes - 1;
        if (::ftruncate(m_descriptor, static_cast<off_t>(shorter)) == 0) {
            --*m_place.used;
            m_bytes = shorter;
            m_written.cut(shorter);
        }
    }
    m_in_order = false;
    close_descriptor();
}

Result<std::string> Upload::digest() {
    if (m_in_order) return m_digest.hex();
    if (!m_on_disk) return sha256_hex(m_memory);
    if (Status opened = open_data(); !opened) return std::move(opened).error();
    Sha256 whole;
    Bytes buffer(256U << 10U, '\0');
    for (std::uint64_t offset = 0; offset < m_bytes;) {
        const ssize_t count =
            ::pread(m_descriptor, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return storage("reading the upload");
        whole.add(BytesView(buffer).substr(0, static_cast<std::size_t>(count)));
        offset += static_cast<std::uint64_t>(count);
    }
    return whole.hex();
}

Result<Upload::Complete> Upload::complete(std::uint64_t writer) {
    const std::lock_guard lock(m_mutex);
    if (m_discarded) return superseded();
    if (writer != 0) {
        if (Status allowed = check(writer); !allowed) return std::move(allowed).error();
    } else if (m_writer != 0 || !m_closed) {
        return Error("sftp.incomplete", Blame::Partner, "the file is still being uploaded")
            .remedy("finish or resume the upload, then rename it");
    }
    if (!m_written.covers(m_bytes))
        return Error("sftp.incomplete", Blame::Partner, "parts of the file were never written");
    auto sum = digest();
    if (!sum) return std::move(sum).error();
    m_frozen = true;
    Complete complete{.digest = *std::move(sum), .bytes = m_bytes};
    if (m_on_disk)
        complete.file = data_file();
    else
        complete.memory = m_memory;
    return complete;
}

void Upload::reopen() {
    const std::lock_guard lock(m_mutex);
    m_frozen = false;
}

void Upload::discard() {
    const std::lock_guard lock(m_mutex);
    throw_away();
}

void Upload::throw_away() {
    if (std::exchange(m_discarded, true)) return;
    m_writer = 0;
    free_quota();
    close_descriptor();
    Bytes().swap(m_memory);
    if (!m_on_disk) return;
    // The name goes first: octets without a name are swept, a name without octets would be an empty file.
    ::unlink(name_file().c_str());
    ::unlink(data_file().c_str());
}

Status Upload::rename(const std::string& path) {
    const std::lock_guard lock(m_mutex);
    if (m_discarded) return superseded();
    std::string before = std::exchange(m_path, path);
    if (!m_on_disk) return {};
    if (Status noted = write_name(m_closed); !noted) {
        m_path = std::move(before);
        return noted;
    }
    return {};
}

Instant Upload::modified() const {
    const std::lock_guard lock(m_mutex);
    return m_modified;
}

bool Upload::gone() const {
    const std::lock_guard lock(m_mutex);
    return m_discarded;
}

void Upload::touch(Instant now) {
    const std::lock_guard lock(m_mutex);
    m_modified = now;
}

}  // namespace sallyport::sftp
