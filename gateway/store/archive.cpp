// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/archive.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "gateway/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace sallyport::store {

namespace {

constexpr std::size_t AddressLength = 64;

bool is_address(const std::string& text) {
    return text.size() == AddressLength && std::all_of(text.begin(), text.end(), [](char letter) {
               return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
           });
}

Error not_an_address() {
    return {"archive.address", Blame::Bug, "an archive address has 64 lower-case hex digits"};
}

bool is_leftover(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with('.') && name.ends_with(".tmp");
}

// An earlier writer may have died between rename and this: the name is only durable once its directory is.
Status sync_directory(const std::filesystem::path& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (synced) return {};
    return Error("file.write", Blame::Operator, "syncing the directory failed")
        .at({.source = directory.string()})
        .remedy("check permissions and the disk under the state directory");
}

// Every regular file under `root`; an unreadable directory is skipped, as `doctor` reports permissions itself.
std::vector<std::filesystem::path> files_under(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> files;
    std::error_code ignored;
    std::filesystem::recursive_directory_iterator at(
        root, std::filesystem::directory_options::skip_permission_denied, ignored);
    for (; at != std::filesystem::recursive_directory_iterator(); at.increment(ignored))
        if (at->is_regular_file(ignored)) files.push_back(at->path());
    return files;
}

}  // namespace

Archive::Archive(std::filesystem::path root, std::size_t max_bytes)
    : m_root(std::move(root)), m_max_bytes(max_bytes) {}

Archive::Archive(std::filesystem::path root, Objects& objects, std::size_t max_bytes)
    : m_root(std::move(root)), m_max_bytes(max_bytes), m_objects(&objects) {}

std::filesystem::path Archive::path_of(const std::string& address) const {
    return m_root / address.substr(0, 2) / address.substr(2, 2) / address;
}

// A directory that is already there may have been made a moment ago by another thread, or by a process that died before it
// could sync it: each name on the way to an object is synced, once in the life of this process, before the object counts as
// stored.
Status Archive::sync_names_above(const std::filesystem::path& folder) const {
    const bool known = m_synced->with(
        [&](const std::set<std::string>& synced) { return synced.contains(folder.string()); });
    if (known) return {};
    for (const std::filesystem::path& parent : {folder.parent_path(), m_root, m_root.parent_path()})
        if (auto synced = sync_directory(parent.empty() ? std::filesystem::path(".") : parent);
            !synced)
            return synced;
    m_synced->with([&](std::set<std::string>& synced) { synced.insert(folder.string()); });
    return {};
}

Result<std::string> Archive::put(BytesView octets) const {
    std::string address = sha256_hex(octets);
    CRASH_POINT("archive.write.before");
    const Status kept = m_objects != nullptr && octets.size() <= SmallObject
                            ? m_objects->keep(address, Bytes(octets))
                            : put_file(address, octets);
    if (!kept) return kept.error();
    CRASH_POINT("archive.write.after");
    return address;
}

Status Archive::put_file(const std::string& address, BytesView octets) const {
    const std::filesystem::path path = path_of(address);
    std::error_code ignored;
    // What is there already is trusted only after it was read: a damaged object is healed by storing it again.
    if (std::filesystem::is_regular_file(path, ignored))
        if (auto stored = read_file(path, octets.size()); stored && *stored == octets) {
            if (auto synced = sync_directory(path.parent_path()); !synced) return synced;
            return sync_names_above(path.parent_path());
        }
    if (auto made = make_directories_durably(path.parent_path()); !made) return made;
    if (auto synced = sync_names_above(path.parent_path()); !synced) return synced;
    CRASH_POINT("archive.file.before");
    return write_file_durably(path, octets);
}

namespace {

Error not_shared(const std::filesystem::path& file, std::string_view step) {
    return Error("file.write",
                 Blame::Operator,
                 std::string(step) +
                     " failed: " + std::error_code(errno, std::generic_category()).message())
        .at({.source = file.string()})
        .remedy("state directory and archive must lie on one file system with room left");
}

Status sync_file(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (synced) return {};
    return not_shared(file, "syncing");
}

}  // namespace

Result<std::string> Archive::share(const std::filesystem::path& file,
                                   const std::string& address) const {
    if (!is_address(address)) return not_an_address();
    const std::filesystem::path path = path_of(address);
    if (auto synced = sync_file(file); !synced) return std::move(synced).error();
    if (auto made = make_directories_durably(path.parent_path()); !made)
        return std::move(made).error();
    if (auto synced = sync_names_above(path.parent_path()); !synced)
        return std::move(synced).error();
    CRASH_POINT("archive.share.before");
    // By rename over a fresh link, as a write would: what was there under the address may be damaged, and is healed.
    const std::filesystem::path second = path.parent_path() / ("." + address + ".share.tmp");
    ::unlink(second.c_str());
    if (::link(file.c_str(), second.c_str()) != 0) return not_shared(second, "linking");
    if (::rename(second.c_str(), path.c_str()) != 0) return not_shared(path, "renaming");
    ::unlink(second.c_str());  // rename does nothing when both are names of one file already
    if (auto synced = sync_directory(path.parent_path()); !synced) return std::move(synced).error();
    CRASH_POINT("archive.share.after");
    return address;
}

namespace {

Error missing(const std::filesystem::path& path) {
    return Error("archive.missing", Blame::Operator, "the archive lost an object")
        .at({.source = path.string()})
        .remedy("restore it from a backup of the state directory");
}

Error corrupt(const std::filesystem::path& path) {
    return Error("archive.corrupt",
                 Blame::Operator,
                 "an object in the archive is not what was stored: its digest differs")
        .at({.source = path.string()})
        .remedy("check the disk, then restore the object from a backup of the state directory");
}

}  // namespace

Result<Bytes> Archive::get(const std::string& address) const {
    if (!is_address(address)) return not_an_address();
    if (m_objects != nullptr) {
        auto kept = m_objects->find(address);
        if (!kept) return std::move(kept).error();
        if (*kept) return checked(address, **std::move(kept));
    }
    const std::filesystem::path path = path_of(address);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return missing(path);
    auto octets = read_file(path, m_max_bytes);
    if (!octets) return octets;
    return checked(address, *std::move(octets));
}

Result<Bytes> Archive::checked(const std::string& address, Bytes octets) const {
    if (sha256_hex(octets) == address) return octets;
    return corrupt(path_of(address));
}

Result<std::filesystem::path> Archive::checked_file(const std::string& address) const {
    if (!is_address(address)) return not_an_address();
    std::filesystem::path path = path_of(address);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return missing(path);
    Sha256 digest;
    Bytes piece(std::size_t{64} << 10U, '\0');
    ssize_t got = 0;
    do {
        got = ::read(fd, piece.data(), piece.size());
        if (got > 0) digest.add(BytesView(piece).substr(0, static_cast<std::size_t>(got)));
    } while (got > 0 || (got < 0 && errno == EINTR));
    ::close(fd);
    if (got < 0)
        return Error("file.read", Blame::Operator, "reading an archived file failed")
            .at({.source = path.string()})
            .remedy("check the disk under the state directory");
    if (digest.hex() != address) return corrupt(path);
    return path;
}

bool Archive::has(const std::string& address) const {
    return static_cast<bool>(size(address));
}

Result<std::uint64_t> Archive::size(const std::string& address) const {
    if (!is_address(address)) return not_an_address();
    if (m_objects != nullptr) {
        auto kept = m_objects->size(address);
        if (!kept) return std::move(kept).error();
        if (*kept) return **kept;
    }
    std::error_code failed;
    const auto size = std::filesystem::file_size(path_of(address), failed);
    if (failed) return missing(path_of(address));
    return std::uint64_t{size};
}

Result<Archive::Survey> Archive::verify(const std::function<void(const Error&)>& bad) const {
    Survey survey;
    for (const std::filesystem::path& path : files_under(m_root)) {
        if (is_leftover(path)) {
            ++survey.leftovers;
            continue;
        }
        ++survey.objects;
        auto whole = checked_file(path.filename().string());
        std::error_code gone;
        const auto size = std::filesystem::file_size(path, gone);
        if (whole && !gone)
            survey.bytes += size;
        else
            bad(whole ? missing(path) : whole.error());
    }
    if (m_objects != nullptr)
        if (Status verified = verify_objects(bad, survey); !verified)
            return std::move(verified).error();
    return survey;
}

Status Archive::verify_objects(const std::function<void(const Error&)>& bad, Survey& survey) const {
    constexpr unsigned AtOnce = 100;
    for (std::string after;;) {
        auto found = m_objects->following(after, AtOnce);
        if (!found) return std::move(found).error();
        if (found->empty()) return {};
        for (Object& object : *found) {
            ++survey.objects;
            survey.bytes += object.octets.size();
            if (auto whole = checked(object.address, std::move(object.octets)); !whole)
                bad(whole.error());
        }
        after = found->back().address;
    }
}

Result<std::uint64_t> Archive::sweep(Instant older_than) const {
    std::uint64_t removed = 0;
    for (const std::filesystem::path& path : files_under(m_root)) {
        struct stat info {};
        if (!is_leftover(path) || ::stat(path.c_str(), &info) != 0) continue;
        if (Instant(std::chrono::seconds(info.st_mtim.tv_sec)) >= older_than) continue;
        if (::unlink(path.c_str()) == 0) ++removed;
    }
    return removed;
}

}  // namespace sallyport::store
