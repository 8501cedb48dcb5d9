// SPDX-License-Identifier: Apache-2.0
// What the protocol sees of files: one session's virtual tree. Paths are absolute and normal ("/in/order.edi"); they name
// nothing outside this interface. One thread at a time.
//
// Error codes a client is told apart by: sftp.missing (no such file), sftp.denied (permission denied), sftp.exists; every
// other one is a failure whose text goes to the client, so it holds no path of ours.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::sftp {

struct Entry {
    std::string name{};  // without folders; "/" for the root
    bool folder = false;
    bool writable = false;
    std::uint64_t bytes = 0;
    Instant modified{};
};

struct OpenMode {
    bool read = false;
    bool write = false;
    bool append = false;
    bool create = false;
    bool truncate = false;
    bool exclusive = false;
};

class OpenFile {
public:
    virtual ~OpenFile() = default;  // without close(): the connection broke
    // Empty: at or behind the end.
    virtual Result<Bytes> read(std::uint64_t offset, std::size_t most) = 0;
    virtual Status write(std::uint64_t offset, BytesView octets) = 0;
    virtual Result<Entry> info() = 0;
    virtual Status resize(std::uint64_t bytes) = 0;
    virtual Status sync() = 0;
    // Success means: what was uploaded is durable, and taken in unless its name is temporary.
    virtual Status close() = 0;
};

class Tree {
public:
    virtual ~Tree() = default;
    virtual Result<Entry> look(const std::string& path) = 0;
    virtual Result<std::vector<Entry>> list(const std::string& path) = 0;
    virtual Result<std::unique_ptr<OpenFile>> open(const std::string& path,
                                                   const OpenMode& mode) = 0;
    virtual Status remove(const std::string& path) = 0;
    // `replace`: an existing target is overwritten, as POSIX has it.
    virtual Status rename(const std::string& from, const std::string& to, bool replace) = 0;
    virtual Status make_folder(const std::string& path) = 0;
    virtual Status remove_folder(const std::string& path) = 0;
    virtual Status resize(const std::string& path, std::uint64_t bytes) = 0;
};

// "/a/../b//./c" and "b/c" become "/b/c". sftp.denied for control characters, for names over 255 octets and for more than 8
// levels.
Result<std::string> normal_path(std::string_view path);

}  // namespace sallyport::sftp
