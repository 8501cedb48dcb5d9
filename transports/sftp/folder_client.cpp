// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/folder_client.h"

#include "gateway/base/descriptor.h"
#include "gateway/base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace sallyport::sftp {

namespace {

Error failed(const std::string& doing) {
    const int why = errno;
    const std::string text = doing + ": " + std::error_code(why, std::generic_category()).message();
    if (why == ENOENT) return {"sftp.missing", Blame::Operator, text};
    if (why == EACCES || why == EPERM || why == ELOOP)
        return Error("sftp.denied", Blame::Operator, text)
            .remedy("let the gateway's user read and write the folder");
    return {"sftp.remote", Blame::Operator, text};
}

Entry entry_of(const std::string& name, const struct stat& info) {
    return {.name = name,
            .folder = !S_ISREG(info.st_mode),
            .bytes = static_cast<std::uint64_t>(info.st_size),
            .modified = Instant(std::chrono::seconds(info.st_mtim.tv_sec) +
                                std::chrono::microseconds(info.st_mtim.tv_nsec / 1000))};
}

class FolderClient final : public Client {
public:
    std::string host_key() const override { return {}; }

    Result<std::vector<Entry>> list(const std::string& folder) override {
        struct Closed {
            void operator()(DIR* directory) const { ::closedir(directory); }
        };
        const std::unique_ptr<DIR, Closed> directory(::opendir(folder.c_str()));
        if (!directory) return failed("listing " + folder);
        std::vector<Entry> entries;
        while (const dirent* one = ::readdir(directory.get())) {
            struct stat info {};
            // What is neither file nor folder (a link, a pipe) counts as a folder: nobody reads it.
            if (::fstatat(::dirfd(directory.get()), one->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
                entries.push_back(entry_of(one->d_name, info));
        }
        return entries;
    }

    Result<Entry> look(const std::string& path) override {
        struct stat info {};
        if (::lstat(path.c_str(), &info) != 0) return failed("looking at " + path);
        return entry_of(path.substr(path.rfind('/') + 1), info);
    }

    Result<Bytes> read(const std::string& path, std::size_t most) override {
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
        struct stat info {};
        if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return failed("reading " + path);
        if (!S_ISREG(info.st_mode))
            return Error("sftp.denied", Blame::Operator, path + " is no file");
        if (static_cast<std::uint64_t>(info.st_size) > most)
            return Error("sftp.large",
                         Blame::Operator,
                         path + " is larger than " + std::to_string(most) + " octets");
        Bytes octets(static_cast<std::size_t>(info.st_size), '\0');
        for (std::size_t at = 0; at < octets.size();) {
            const ssize_t count = ::read(file.get(), octets.data() + at, octets.size() - at);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return failed("reading " + path);
            if (count == 0) octets.resize(at);
            at += static_cast<std::size_t>(count);
        }
        return octets;
    }

    Status write(const std::string& path, BytesView octets, std::uint64_t offset) override {
        const Descriptor file(
            ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
        if (file.get() < 0 || ::ftruncate(file.get(), static_cast<off_t>(offset)) != 0)
            return failed("writing " + path);
        while (!octets.empty()) {
            const ssize_t count =
                ::pwrite(file.get(), octets.data(), octets.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return failed("writing " + path);
            octets.remove_prefix(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        if (::fsync(file.get()) != 0) return failed("syncing " + path);
        return {};
    }

    Status rename(const std::string& from, const std::string& to) override {
        // Atomic, and without overwriting what is there.
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0)
            return failed("renaming to " + to);
        const Descriptor folder(
            ::open(to.substr(0, to.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (folder.get() < 0 || ::fsync(folder.get()) != 0)
            return failed("syncing the folder of " + to);
        return {};
    }

    Status remove(const std::string& path) override {
        if (::unlink(path.c_str()) != 0) return failed("removing " + path);
        return {};
    }
};

}  // namespace

std::unique_ptr<Client> folder_client() {
    return std::make_unique<FolderClient>();
}

}  // namespace sallyport::sftp
