// SPDX-License-Identifier: Apache-2.0
// kill -9 in the middle of writing. A child process (this program again, running the disabled case below) writes whole
// units from several threads and notes each one it was told is durable; then the parent looks at what is left.
#include "fixture.h"

#include "gateway/store/archive.h"
#include "gateway/store/sql.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

namespace sallyport::store {

namespace {

constexpr const char* DirectoryVariable = "SALLYPORT_CRASH_TEST_DIRECTORY";
const ControlStream Stream{"ZZ:US", "ZZ:ACME", "ISA", 999'999'999};

// Every fourth is a file of the archive, the others lie in the database.
Bytes payload_of(const std::string& id) {
    Bytes payload = "payload of " + id;
    if (id.back() % 4 == 0) payload.resize(Archive::SmallObject + payload.size(), '.');
    return payload;
}

// A message with its payload, a document, a job, a control number and an audit entry: all or nothing.
Status write_unit(Store& store, const Archive& archive, const std::string& id) {
    auto payload = archive.put(payload_of(id));
    if (!payload) return std::move(payload).error();
    return store.submit([&](Transaction& t) -> Status {
        Message message;
        message.id = id;
        message.payload_ref = *payload;
        if (auto done = t.add_message(message); !done) return done;
        Document document;
        document.id = id;
        document.message = id;
        if (auto done = t.add_document(document); !done) return done;
        if (auto job = t.add_job({.kind = "map", .document = id, .message = id}); !job)
            return std::move(job).error();
        if (auto number = t.next_control_number(Stream); !number) return std::move(number).error();
        return t.audit({"gateway", "message.received", id, {}});
    });
}

}  // namespace

// The child. It never ends by itself: the crash point or the parent kills it.
TEST(StoreCrashChild, DISABLED_WritesUntilItIsKilled) {
    const char* directory = std::getenv(DirectoryVariable);  // NOLINT(concurrency-mt-unsafe)
    ASSERT_NE(directory, nullptr);
    const std::filesystem::path root(directory);
    FakeClock clock;
    auto store = open_sqlite_store({.file = root / "store.db"}, clock);
    ASSERT_TRUE(store) << store.error().text();
    const Archive archive(root / "archive", (*store)->objects());
    const int noted = ::open((root / "noted").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    std::vector<std::thread> threads;
    for (unsigned who = 0; who < 4; ++who)
        threads.emplace_back([&, who] {
            for (unsigned at = 0;; ++at) {
                const std::string id = std::to_string(::getpid()) + "-" + std::to_string(who) +
                                       "-" + std::to_string(at);
                if (!write_unit(**store, archive, id)) ::_exit(3);
                const std::string line = id + "\n";
                if (::write(noted, line.data(), line.size()) < 0) ::_exit(4);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
}

class StoreCrash : public ::testing::Test {
protected:
    // Starts the child and gives back how it ended.
    int run_child(const std::string& crash_point, unsigned kill_after_units = 0) {
        const pid_t child = ::fork();
        if (child == 0) {
            const std::string directory =
                std::string(DirectoryVariable) + "=" + m_dir.path().string();
            const std::string point = "SALLYPORT_CRASH_POINT=" + crash_point;
            std::string program("/proc/self/exe");
            std::string filter("--gtest_filter=StoreCrashChild.*");
            std::string disabled("--gtest_also_run_disabled_tests");
            std::string quiet("--gtest_brief=1");
            std::string where(directory);
            std::string armed(point);
            char* arguments[] = {
                program.data(), filter.data(), disabled.data(), quiet.data(), nullptr};
            char* environment[] = {where.data(), armed.data(), nullptr};
            ::execve(program.c_str(), arguments, environment);
            ::_exit(127);
        }
        if (kill_after_units != 0) {
            const std::size_t target = noted().size() + kill_after_units;
            while (noted().size() < target && ::waitpid(child, nullptr, WNOHANG) == 0)
                std::this_thread::yield();
            ::kill(child, SIGKILL);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    }

    std::set<std::string> noted() const {
        std::ifstream in(m_dir.path() / "noted");
        std::set<std::string> ids;
        for (std::string line; std::getline(in, line);)
            ids.insert(line);
        return ids;
    }

    // Everything noted is there, nothing is there by halves, the chain holds.
    void check() {
        auto store = open_sqlite_store({.file = m_dir.path() / "store.db"}, m_clock);
        ASSERT_TRUE(store) << store.error().text();
        auto verdict = verify_chain(**store);
        ASSERT_TRUE(verdict);
        ASSERT_FALSE(verdict->broken) << verdict->broken->why;
        store->reset();
        auto connection = Connection::open(
            m_dir.path() / "store.db", Connection::Mode::ReadOnly, std::chrono::seconds(5));
        ASSERT_TRUE(connection);
        auto rows = (*connection)
                        ->query(
                            "SELECT m.id, m.payload_ref, (SELECT count(*) FROM documents d WHERE "
                            "d.message = m.id), (SELECT count(*) "
                            "FROM jobs j WHERE j.message = m.id), (SELECT count(*) FROM audit a "
                            "WHERE a.subject = m.id) FROM messages m",
                            "ttiii");
        ASSERT_TRUE(rows);
        auto reading = open_sqlite_store_read_only(m_dir.path() / "store.db");
        ASSERT_TRUE(reading) << reading.error().text();
        const Archive archive(m_dir.path() / "archive", (*reading)->objects());
        std::set<std::string> stored;
        for (Row& row : *rows) {
            const std::string id = row.text();
            auto payload = archive.get(row.text());
            ASSERT_TRUE(payload) << payload.error().text();
            EXPECT_EQ(*payload, payload_of(id));
            for (unsigned part = 0; part < 3; ++part)
                EXPECT_EQ(row.integer(), 1) << id;
            stored.insert(id);
        }
        for (const std::string& id : noted())
            EXPECT_EQ(stored.count(id), 1U) << id << " was acknowledged and is gone";
        EXPECT_EQ(verdict->entries, static_cast<std::int64_t>(stored.size()));
        auto numbers =
            (*connection)->query("SELECT coalesce(max(last_used), 0) FROM control_numbers", "i");
        ASSERT_TRUE(numbers);
        EXPECT_EQ(numbers->front().integer(), static_cast<std::int64_t>(stored.size()));
        m_stored = stored.size();
    }

    testing_support::TempDir m_dir;
    FakeClock m_clock;
    std::size_t m_stored = 0;
};

TEST_F(StoreCrash, EveryCrashPointLeavesAcknowledgedUnitsWholeAndNothingByHalves) {
    std::size_t before = 0;
    for (const char* point : {"store.migration.before:3",
                              "store.unit.after:20",
                              "store.commit.before:10",
                              "store.commit.after:10",
                              "archive.write.before:15",
                              "archive.file.before:5",
                              "store.objects.after:7",
                              "archive.write.after:15",
                              "store.commit.before:1",
                              "store.unit.after:101"}) {
        SCOPED_TRACE(point);
        const int status = run_child(point);
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            << "the crash point was never passed: " << status;
        check();
        EXPECT_GE(m_stored, before);
        before = m_stored;
    }
    EXPECT_GT(before, 20U);
}

TEST_F(StoreCrash, KillsAtArbitraryMomentsDoNotLoseOrHalveAnything) {
    for (const unsigned units : {1U, 17U, 40U, 3U, 64U}) {
        SCOPED_TRACE(units);
        run_child("", units);
        check();
    }
    EXPECT_GE(m_stored, 125U);
}

}  // namespace sallyport::store
