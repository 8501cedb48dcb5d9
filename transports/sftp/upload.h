// SPDX-License-Identifier: Apache-2.0
// One file on its way in: small ones stay in memory, larger ones lie in the staging folder under a name of ours. What was
// interrupted stays, so that it can be resumed; what was never written is noticed before anything is taken in.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/digest.h"
#include "gateway/base/error.h"
#include "transports/sftp/account.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace sallyport::sftp {

// Which octets of a file were touched. Adjacent and overlapping pieces become one.
class Ranges {
public:
    void add(std::uint64_t from, std::uint64_t to);  // [from, to)
    bool covers(std::uint64_t bytes) const;          // [0, bytes) without a hole
    void cut(std::uint64_t bytes);
    std::size_t pieces() const { return m_pieces.size(); }

private:
    std::map<std::uint64_t, std::uint64_t> m_pieces;
};

// What the staging folder keeps of it: STEM.data and STEM.name.
struct UploadPlace {
    std::filesystem::path stem{};
    std::shared_ptr<std::atomic<std::uint64_t>> used{};  // of the partner's quota
};

// Thread-safe. A writer is a number from claim(); the newest one alone may write, so that a client whose connection broke
// need not wait until the server has noticed. Error codes: sftp.superseded, sftp.large, sftp.quota, sftp.incomplete,
// sftp.complete (its octets are in the archive already), sftp.storage (Operator).
class Upload {
public:
    Upload(std::string path, UploadPlace place, Instant now);
    // What a former life of the process left: `closed` as the name file says.
    Upload(std::string path, UploadPlace place, Instant modified, std::uint64_t bytes, bool closed);
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;
    Upload(Upload&&) = delete;
    Upload& operator=(Upload&&) = delete;

    Result<std::uint64_t> claim();
    Status write(std::uint64_t writer,
                 std::uint64_t offset,
                 BytesView octets,
                 const UploadLimits& limits);
    Result<Bytes> read(std::uint64_t offset, std::size_t most);
    Status resize(std::uint64_t writer, std::uint64_t bytes, const UploadLimits& limits);
    // Complete under a temporary name: durable, and to be taken in when it is renamed.
    Status close_for_later(std::uint64_t writer);
    Status sync(std::uint64_t writer);
    // The connection broke: it waits to be resumed, one octet short, so that a client which compares sizes has to finish it.
    void abandon(std::uint64_t writer);

    struct Complete {
        std::string digest;          // SHA-256, hex
        Bytes memory;                // the octets, or
        std::filesystem::path file;  // where they are
        std::uint64_t bytes = 0;
    };
    // writer 0: nobody writes; it must be closed. On success nothing can change it until reopen() or discard().
    Result<Complete> complete(std::uint64_t writer);
    void reopen();   // it was not taken in after all
    void discard();  // nothing of it stays
    Status rename(const std::string& path);

    std::uint64_t bytes() const { return m_bytes; }
    Instant modified() const;
    bool gone() const;  // discarded
    void touch(Instant now);

private:
    Status check(std::uint64_t writer) const;
    bool shared() const;  // with the archive
    void throw_away();
    Status spill();
    Status open_data();
    Status put(std::uint64_t offset, BytesView octets);
    Status grow(std::uint64_t end, const UploadLimits& limits);
    Status write_name(bool closed);
    Result<std::string> digest();
    std::filesystem::path data_file() const { return m_place.stem.string() + ".data"; }
    std::filesystem::path name_file() const { return m_place.stem.string() + ".name"; }
    void close_descriptor();
    void free_quota();

    mutable std::mutex m_mutex;
    std::string m_path;
    const UploadPlace m_place;
    Instant m_modified;
    std::atomic<std::uint64_t> m_bytes{0};
    std::uint64_t m_writer = 0;
    std::uint64_t m_last_writer = 0;
    bool m_closed = false;
    bool m_on_disk = false;
    bool m_discarded = false;
    bool m_frozen = false;  // being taken in: the archive may share its octets
    int m_descriptor = -1;
    Bytes m_memory;
    Ranges m_written;
    Sha256 m_digest;
    std::uint64_t m_hashed = 0;
    bool m_in_order = true;
};

}  // namespace sallyport::sftp
