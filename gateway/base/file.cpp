// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/file.h"

#include "gateway/base/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace sallyport {

namespace {

std::string reason() {
    return std::error_code(errno, std::generic_category()).message();
}

Error failed(std::string_view code, const std::filesystem::path& path, std::string_view step) {
    return Error(code, Blame::Operator, std::string(step) + " failed: " + reason())
        .at({.source = path.string()})
        .remedy("check that the path exists, its permissions, and free disk space");
}

Status sync_directory(const std::filesystem::path& directory) {
    const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) != 0)
        return failed("file.write", directory, "syncing the directory");
    return {};
}

Status write_all(int fd, BytesView content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return failed("file.write", path, "writing");
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return failed("file.open", path, "opening");
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return failed("file.read", path, "reading");
    if (S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return failed("file.read", path, "reading");
    }
    const auto too_large = [&] {
        return Error("file.large",
                     Blame::Operator,
                     "file is larger than " + std::to_string(max_bytes) + " bytes")
            .at({.source = path.string()})
            .remedy("raise the limit or shorten the file");
    };
    if (info.st_size > 0 && static_cast<std::uint64_t>(info.st_size) > max_bytes)
        return too_large();
    Bytes content;
    content.reserve(static_cast<std::size_t>(info.st_size));
    Bytes buffer(64U << 10U, '\0');
    for (;;) {
        const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("file.read", path, "reading");
        if (count == 0) return content;
        content.append(buffer, 0, static_cast<std::size_t>(count));
        if (content.size() > max_bytes) return too_large();
    }
}

Status write_file_durably(const std::filesystem::path& path, BytesView content, unsigned mode) {
    static std::atomic<unsigned> counter{
        0};  // two threads writing one name must not share the temporary file
    const std::filesystem::path temporary =
        path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()) +
                              "." + std::to_string(counter++) + ".tmp");
    const auto give_up = [&](Error error) {
        ::unlink(temporary.c_str());
        return error;
    };
    Descriptor fd(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (fd.get() < 0) return failed("file.write", temporary, "creating");
    if (auto written = write_all(fd.get(), content, temporary); !written)
        return give_up(std::move(written).error());
    if (::fsync(fd.get()) != 0) return give_up(failed("file.write", temporary, "syncing"));
    if (!fd.close()) return give_up(failed("file.write", temporary, "closing"));
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        return give_up(failed("file.write", path, "renaming"));
    return sync_directory(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

Status make_directories_durably(const std::filesystem::path& path, unsigned mode) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return {};
    if (path.has_parent_path() && path.parent_path() != path)
        if (auto parent = make_directories_durably(path.parent_path(), mode); !parent)
            return parent;
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
        return failed("file.write", path, "making the directory");
    return sync_directory(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

}  // namespace sallyport
