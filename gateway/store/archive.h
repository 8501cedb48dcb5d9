// SPDX-License-Identifier: Apache-2.0
// The payload archive: octets under their SHA-256, written once, never changed.
//
// Small ones (up to SmallObject) lie in the store's database and become durable with the unit that names them; larger ones
// are files, ROOT/ab/cd/abcd…(64 hex digits): write, fsync, rename, fsync of the directory, before the row that names them is
// committed. Both are read wherever they lie: earlier releases kept small ones as files too. Without a store everything is
// a file. Thread-safe; several processes may share one root. Why: docs/adr/0011.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "gateway/store/objects.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace sallyport::store {

class Archive {
public:
    static constexpr std::size_t SmallObject = 100'000;  // octets
    static constexpr std::size_t MaxBytes = std::size_t{1} << 30U;

    // Nothing is touched until the first put(). `max_bytes` bounds get().
    explicit Archive(std::filesystem::path root, std::size_t max_bytes = MaxBytes);
    // `objects` are those of the store whose rows name what is put here, and outlive the archive.
    Archive(std::filesystem::path root, Objects& objects, std::size_t max_bytes = MaxBytes);

    // The address (64 hex digits). The octets are durable at the latest with the next unit that is submitted to the store and
    // commits; without a store, now. Storing the same octets again is cheap and no fault. Error codes: file.write, store.*.
    Result<std::string> put(BytesView octets) const;

    // The same for a complete file on the archive's file system, without reading it: it is synced and gets the address as a
    // second name, so its octets must not change as long as both names exist. `address` is its SHA-256, computed by the
    // caller while the octets came. Error codes: archive.address, file.write.
    Result<std::string> share(const std::filesystem::path& file, const std::string& address) const;

    // Error codes: archive.address (Bug: not an address), archive.missing, archive.corrupt (Operator: the octets on disk are
    // not those that were stored), file.read, file.large.
    Result<Bytes> get(const std::string& address) const;

    // Where an object that is too large to hold lies as a file, once all of its octets were read and are those that were stored.
    // Error codes: archive.address, archive.missing, archive.corrupt, file.open, file.read.
    Result<std::filesystem::path> checked_file(const std::string& address) const;

    bool has(const std::string& address) const;
    // Error codes: archive.address, archive.missing, store.*.
    Result<std::uint64_t> size(const std::string& address) const;
    // Where a large object is, or one of an earlier release.
    std::filesystem::path path_of(const std::string& address) const;

    struct Survey {
        std::uint64_t objects = 0;
        std::uint64_t bytes = 0;
        std::uint64_t leftovers = 0;  // temporary files of interrupted writes
    };
    // Reads every object and checks it; `bad` is called for each that is corrupt. For `doctor` and backups.
    Result<Survey> verify(const std::function<void(const Error&)>& bad) const;
    // Removes temporary files last written before `older_than`: leftovers of a crash. Returns how many. Give it at least a
    // minute of grace: a younger one may belong to a write under way.
    Result<std::uint64_t> sweep(Instant older_than) const;

private:
    Status sync_names_above(const std::filesystem::path& folder) const;
    Status put_file(const std::string& address, BytesView octets) const;
    Result<Bytes> checked(const std::string& address, Bytes octets) const;
    Status verify_objects(const std::function<void(const Error&)>& bad, Survey& survey) const;

    std::filesystem::path m_root;
    std::size_t m_max_bytes;
    Objects* m_objects = nullptr;
    // Folders whose names this process has seen synced; shared by copies.
    std::shared_ptr<Guarded<std::set<std::string>>> m_synced =
        std::make_shared<Guarded<std::set<std::string>>>();
};

}  // namespace sallyport::store
