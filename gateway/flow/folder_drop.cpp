// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/folder_drop.h"

#include "gateway/base/descriptor.h"
#include "gateway/base/digest.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace sallyport::flow {
namespace {

constexpr std::size_t LongestName = 120;
constexpr std::size_t PieceSize = std::size_t{256} << 10U;

Error folder_error(const std::filesystem::path& where, std::string_view doing) {
    const int why = errno;
    return Error("flow.files.folder",
                 Blame::Operator,
                 std::string(doing) +
                     " failed: " + std::error_code(why, std::generic_category()).message())
        .at({.source = where.string()})
        .remedy(
            "files.folder of the partner file must be there, with room, and writable by the "
            "gateway's user; then release the document");
}

bool write_all(int descriptor, BytesView octets) {
    while (!octets.empty()) {
        const ssize_t put = ::write(descriptor, octets.data(), octets.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

Status sync_folder(const std::filesystem::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0)
        return folder_error(folder, "syncing the folder");
    return {};
}

// A large object, read once: what is written and what is compared are the same octets.
Status copy_file(const store::Archive& archive,
                 const std::string& address,
                 const Drop& drop,
                 int target) {
    const auto source = archive.path_of(address);
    const Descriptor from(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (from.get() < 0)
        return Error("archive.missing", Blame::Operator, "the archive lost an object")
            .at({.source = source.string()})
            .remedy("restore it from a backup of the state directory");
    Sha256 digest;
    Bytes piece(PieceSize, '\0');
    for (;;) {
        const ssize_t got = ::read(from.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return Error("file.read", Blame::Operator, "reading an archived file failed")
                .at({.source = source.string()})
                .remedy("check the disk under the state directory");
        if (got == 0) break;
        const BytesView octets = BytesView(piece).substr(0, static_cast<std::size_t>(got));
        digest.add(octets);
        if (!write_all(target, octets)) return folder_error(drop.hidden, "writing");
    }
    if (digest.hex() == address) return {};
    return Error("archive.corrupt",
                 Blame::Operator,
                 "an object in the archive is not what was stored: its digest differs")
        .at({.source = source.string()})
        .remedy("check the disk, then restore the object from a backup of the state directory");
}

Status write_octets(const store::Archive& archive,
                    const std::string& address,
                    const Drop& drop,
                    int target) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(archive.path_of(address), ignored))
        return copy_file(archive, address, drop, target);
    auto octets = archive.get(address);
    if (!octets) return std::move(octets).error();
    if (!write_all(target, *octets)) return folder_error(drop.hidden, "writing");
    return {};
}

bool is_plain(char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z') || letter == '.' || letter == '-' || letter == '_';
}

}  // namespace

Drop drop_of(const std::filesystem::path& folder,
             const std::string& message,
             const std::string& document,
             const std::string& name) {
    std::string plain = name.substr(0, LongestName);
    std::replace_if(
        plain.begin(), plain.end(), [](char letter) { return !is_plain(letter); }, '_');
    return {.hidden = folder / (".sallyport-" + message + ".part"),
            .named = folder / (plain.empty() ? document : document + "-" + plain)};
}

Status check_drop_folder(const std::filesystem::path& folder) {
    errno = ENOENT;
    if (folder.empty() || ::access(folder.c_str(), W_OK | X_OK) != 0)
        return folder_error(folder, "writing to the folder");
    return {};
}

Status stage(const store::Archive& archive, const std::string& address, const Drop& drop) {
    if (Status there = check_drop_folder(drop.hidden.parent_path()); !there) return there;
    const Descriptor target(
        ::open(drop.hidden.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (target.get() < 0) return folder_error(drop.hidden, "opening");
    Status written = write_octets(archive, address, drop, target.get());
    if (written && ::fsync(target.get()) != 0) written = folder_error(drop.hidden, "syncing");
    if (!written) {
        ::unlink(drop.hidden.c_str());
        return written;
    }
    return sync_folder(drop.hidden.parent_path());
}

bool is_staged(const Drop& drop) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(std::filesystem::symlink_status(drop.hidden, ignored));
}

Status reveal_name(const Drop& drop) {
    if (::renameat2(
            AT_FDCWD, drop.hidden.c_str(), AT_FDCWD, drop.named.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno != EEXIST) return folder_error(drop.named, "renaming");
        ::unlink(drop.hidden.c_str());  // its name carries our id: it is this document already
    }
    return sync_folder(drop.named.parent_path());
}

}  // namespace sallyport::flow
