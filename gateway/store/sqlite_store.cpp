// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sqlite_store.h"

#include "gateway/base/guarded.h"
#include "gateway/store/group_writer.h"
#include "gateway/store/schema.h"
#include "gateway/store/sqlite_session.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <mutex>
#include <utility>

namespace sallyport::store {

namespace {

// Held while a gateway runs on the file; the kernel frees it with the process, however that ends.
class ProcessLock {
public:
    explicit ProcessLock(int fd) : m_fd(fd) {}
    ProcessLock(ProcessLock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    ProcessLock& operator=(ProcessLock&&) = delete;
    ProcessLock(const ProcessLock&) = delete;
    ProcessLock& operator=(const ProcessLock&) = delete;
    ~ProcessLock() {
        if (m_fd >= 0) ::close(m_fd);
    }

private:
    int m_fd;
};

Result<ProcessLock> take_lock(const std::filesystem::path& file) {
    const std::filesystem::path path = file.string() + ".lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return Error("store.open", Blame::Operator, "the lock file cannot be made")
            .at({.source = path.string()})
            .remedy("check that the state directory exists and belongs to the gateway's user");
    ProcessLock lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return Error("store.locked", Blame::Operator, "another gateway runs on this database")
            .at({.source = file.string()})
            .remedy("stop it, or give this one another state directory");
    return lock;
}

// Connections for readers, made on demand and kept.
class ReaderPool {
public:
    ReaderPool(std::filesystem::path file, std::chrono::milliseconds busy_wait)
        : m_file(std::move(file)), m_busy_wait(busy_wait) {}

    Status read(const std::function<Status(Reader&)>& query) {
        return with_connection([&](Connection& connection) {
            SqliteSession session(connection, Instant{});
            return query(session);
        });
    }

    template <typename Work>
    Status with_connection(const Work& work) {
        auto taken = take();
        if (!taken) return std::move(taken).error();
        std::unique_ptr<Connection> connection = *std::move(taken);
        if (auto begun = connection->run("BEGIN"); !begun) return begun;
        Status verdict = work(*connection);
        if (auto ended = connection->run("COMMIT"); !ended)
            return verdict ? ended
                           : verdict;  // the connection is dropped, and its snapshot with it
        m_idle.with([&](auto& idle) { idle.push_back(std::move(connection)); });
        return verdict;
    }

private:
    Result<std::unique_ptr<Connection>> take() {
        auto kept = m_idle.with([](auto& idle) {
            std::unique_ptr<Connection> last;
            if (!idle.empty()) {
                last = std::move(idle.back());
                idle.pop_back();
            }
            return last;
        });
        if (kept) return kept;
        return Connection::open(m_file, Connection::Mode::ReadOnly, m_busy_wait);
    }

    std::filesystem::path m_file;
    std::chrono::milliseconds m_busy_wait;
    Guarded<std::vector<std::unique_ptr<Connection>>> m_idle;
};

Status check_file(const std::filesystem::path& file) {
    auto connection =
        Connection::open(file, Connection::Mode::ReadOnly, std::chrono::milliseconds(5000));
    if (!connection) return std::move(connection).error();
    auto rows = (*connection)->query("PRAGMA integrity_check(3)", "t");
    if (!rows) return std::move(rows).error();
    std::string found;
    for (Row& row : *rows)
        found += (found.empty() ? "" : "; ") + row.text();
    if (found == "ok") return {};
    return Error("store.damaged", Blame::Operator, "the database is damaged: " + found)
        .at({.source = file.string()})
        .remedy(
            "stop the gateway, check the disk, and go back to the last backup of the state "
            "directory");
}

// What is committed, through the readers' connections.
class CommittedObjects : public Objects {
public:
    explicit CommittedObjects(ReaderPool& readers) : m_readers(readers) {}

    Status keep(std::string /*address*/, Bytes /*octets*/) override {
        return Error("store.read_only", Blame::Bug, "this store was opened for reading");
    }
    Result<std::optional<Bytes>> find(const std::string& address) override {
        return ask<std::optional<Bytes>>(
            [&](Connection& connection) { return find_object(connection, address); });
    }
    Result<std::optional<std::uint64_t>> size(const std::string& address) override {
        return ask<std::optional<std::uint64_t>>(
            [&](Connection& connection) { return size_of_object(connection, address); });
    }
    Result<std::vector<Object>> following(const std::string& after, unsigned limit) override {
        return ask<std::vector<Object>>(
            [&](Connection& connection) { return objects_following(connection, after, limit); });
    }

private:
    template <typename T, typename Query>
    Result<T> ask(const Query& query) {
        T value;
        Status done = m_readers.with_connection([&](Connection& connection) -> Status {
            Result<T> found = query(connection);
            if (!found) return std::move(found).error();
            value = *std::move(found);
            return {};
        });
        if (!done) return std::move(done).error();
        return value;
    }

    ReaderPool& m_readers;
};

// And what waits for the writer.
class WrittenObjects final : public CommittedObjects {
public:
    WrittenObjects(ReaderPool& readers, GroupWriter& writer)
        : CommittedObjects(readers), m_writer(writer) {}

    Status keep(std::string address, Bytes octets) override {
        return m_writer.keep(std::move(address), std::move(octets));
    }
    Result<std::optional<Bytes>> find(const std::string& address) override {
        if (auto waiting = m_writer.kept().find(address)) return waiting;
        return CommittedObjects::find(address);
    }
    Result<std::optional<std::uint64_t>> size(const std::string& address) override {
        if (auto waiting = m_writer.kept().size(address)) return waiting;
        return CommittedObjects::size(address);
    }

private:
    GroupWriter& m_writer;
};

class SqliteStore final : public Store {
public:
    SqliteStore(const SqliteOptions& options,
                std::unique_ptr<Connection> writer,
                ProcessLock lock,
                const Clock& clock)
        : m_file(options.file),
          m_lock(std::move(lock)),
          m_readers(options.file, options.busy_wait),
          m_writer(std::move(writer), options.largest_group, clock),
          m_objects(m_readers, m_writer) {}

    Status submit(std::function<Status(Transaction&)> unit) override {
        return m_writer.submit(std::move(unit));
    }
    Status read(const std::function<Status(Reader&)>& query) override {
        return m_readers.read(query);
    }
    Objects& objects() override { return m_objects; }
    Status health() const override { return m_writer.health(); }
    Status check_integrity() override { return check_file(m_file); }
    StoreCounters counters() const override { return m_writer.counters(); }
    int schema_version() const override { return current_schema(); }

private:
    std::filesystem::path m_file;
    ProcessLock m_lock;
    ReaderPool m_readers;
    GroupWriter m_writer;
    WrittenObjects m_objects;
};

class ReadOnlyStore final : public Store {
public:
    explicit ReadOnlyStore(const std::filesystem::path& file)
        : m_file(file), m_readers(file, std::chrono::milliseconds(5000)), m_objects(m_readers) {}

    Status submit(std::function<Status(Transaction&)> /*unit*/) override {
        return Error("store.read_only", Blame::Bug, "this store was opened for reading");
    }
    Status read(const std::function<Status(Reader&)>& query) override {
        return m_readers.read(query);
    }
    Objects& objects() override { return m_objects; }
    Status health() const override { return {}; }
    Status check_integrity() override { return check_file(m_file); }
    StoreCounters counters() const override { return {}; }
    int schema_version() const override { return current_schema(); }

private:
    std::filesystem::path m_file;
    ReaderPool m_readers;
    CommittedObjects m_objects;
};

// Four times SQLite's default: with objects in it the log fills faster, and each checkpoint syncs twice.
constexpr const char* CheckpointAt = "PRAGMA wal_autocheckpoint=4000";  // pages

Status use_write_ahead_log(Connection& connection) {
    if (auto set = connection.run(CheckpointAt); !set) return set;
    auto mode = connection.query("PRAGMA journal_mode=WAL", "t");
    if (!mode) return std::move(mode).error();
    if (mode->size() == 1 && mode->front().text() == "wal") return {};
    return Error("store.open", Blame::Operator, "the file system cannot carry a write-ahead log")
        .remedy("put the state directory on a local disk, not on a network share");
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options, const Clock& clock) {
    auto lock = take_lock(options.file);
    if (!lock) return std::move(lock).error();
    auto writer = Connection::open(options.file, Connection::Mode::ReadWrite, options.busy_wait);
    if (!writer) return std::move(writer).error();
    if (auto set = use_write_ahead_log(**writer); !set)
        return std::move(set).error().at({.source = options.file.string()});
    if (auto migrated = migrate(**writer, current_schema(), clock.now()); !migrated)
        return std::move(migrated).error().at({.source = options.file.string()});
    std::error_code
        ignored;  // payloads of partners: nobody else's business; a failure shows in `doctor`
    std::filesystem::permissions(options.file,
                                 std::filesystem::perms::owner_read |
                                     std::filesystem::perms::owner_write |
                                     std::filesystem::perms::group_read,
                                 ignored);
    return std::unique_ptr<Store>(
        std::make_unique<SqliteStore>(options, *std::move(writer), *std::move(lock), clock));
}

Result<std::unique_ptr<Store>> open_sqlite_store_read_only(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return Error("store.open", Blame::Operator, "there is no database yet")
            .at({.source = file.string()})
            .remedy("start the gateway once, or check state_directory in sallyport.toml");
    auto connection =
        Connection::open(file, Connection::Mode::ReadOnly, std::chrono::milliseconds(5000));
    if (!connection) return std::move(connection).error();
    auto version = schema_of(**connection);
    if (!version) return std::move(version).error();
    if (*version != current_schema())
        return Error(*version > current_schema() ? "store.schema.newer" : "store.schema.older",
                     Blame::Operator,
                     "the database has schema " + std::to_string(*version) +
                         ", this program reads schema " + std::to_string(current_schema()))
            .at({.source = file.string()})
            .remedy("use the program of the same release as the running gateway");
    return std::unique_ptr<Store>(std::make_unique<ReadOnlyStore>(file));
}

}  // namespace sallyport::store
