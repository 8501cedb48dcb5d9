// SPDX-License-Identifier: Apache-2.0
// One writer, many callers: what shares a commit, what is undone alone, and what a reader sees.
#include "fixture.h"
#include "tests/support/full_disk.h"

#include <fstream>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

namespace sallyport::store {

using GroupCommit = StoreTest;

namespace {

Result<bool> has_message(Store& store, const std::string& id) {
    return read<bool>(store, [&](Reader& r) -> Result<bool> {
        auto found = r.message(id);
        if (!found) return std::move(found).error();
        return found->has_value();
    });
}

Status add_plain(Transaction& t, const std::string& id) {
    Message message;
    message.id = id;
    return t.add_message(message);
}

}  // namespace

TEST_F(GroupCommit, ManyProducersLoseNothingAndShareCommits) {
    constexpr unsigned Producers = 16;
    constexpr unsigned Each = 50;
    std::vector<std::thread> threads;
    std::atomic<unsigned> stored{0};
    for (unsigned who = 0; who < Producers; ++who)
        threads.emplace_back([&, who] {
            for (unsigned at = 0; at < Each; ++at) {
                const std::string id = std::to_string(who) + "-" + std::to_string(at);
                auto done = m_store->submit([&](Transaction& t) -> Status {
                    if (auto added = add_plain(t, id); !added) return added;
                    return t.audit({"gateway", "message.received", id, {}});
                });
                if (done) ++stored;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(stored, Producers * Each);
    auto messages = read<std::vector<Message>>(
        *m_store, [](Reader& r) { return r.messages({.limit = 10000}); });
    ASSERT_TRUE(messages);
    EXPECT_EQ(messages->size(), std::size_t{Producers} * Each);
    auto verdict = verify_chain(*m_store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
    EXPECT_EQ(verdict->entries, std::int64_t{Producers} * Each);
    const StoreCounters counters = m_store->counters();
    EXPECT_EQ(counters.units, std::uint64_t{Producers} * Each);
    EXPECT_LT(counters.commits, counters.units) << "no two units ever shared a commit";
    EXPECT_EQ(counters.waiting, 0U);
}

// The first unit holds the writer until the others wait behind it: they form one group for certain.
class OneGroup : public StoreTest {
protected:
    using Unit = std::function<Status(Transaction&)>;

    std::vector<Status> together(const std::vector<Unit>& units) {
        std::promise<void> begun;
        std::promise<void> let_go;
        std::thread holder([&] {
            (void)m_store->submit([&](Transaction&) -> Status {
                begun.set_value();
                let_go.get_future().wait();
                return {};
            });
        });
        begun.get_future().wait();
        std::vector<std::future<Status>> running;
        running.reserve(units.size());
        for (const Unit& unit : units)
            running.push_back(
                std::async(std::launch::async, [&] { return m_store->submit(unit); }));
        while (m_store->counters().waiting < units.size())
            std::this_thread::yield();
        const auto commits = m_store->counters().commits;
        let_go.set_value();
        holder.join();
        std::vector<Status> verdicts;
        verdicts.reserve(running.size());
        for (auto& one : running)
            verdicts.push_back(one.get());
        m_commits = m_store->counters().commits - commits;
        return verdicts;
    }

    std::uint64_t m_commits = 0;  // the holder's and the group's
};

TEST_F(OneGroup, AFailingUnitIsUndoneAloneAndItsNeighboursAreStored) {
    const auto verdicts = together({
        [](Transaction& t) { return add_plain(t, "good-1"); },
        [](Transaction& t) -> Status {
            if (auto done = add_plain(t, "bad"); !done) return done;
            if (auto done = t.audit({"gateway", "x", "bad", {}}); !done) return done;
            return an_error();
        },
        [](Transaction& t) { return add_plain(t, "good-2"); },
    });
    EXPECT_EQ(m_commits, 2U);
    EXPECT_TRUE(verdicts[0]);
    ASSERT_FALSE(verdicts[1]);
    EXPECT_EQ(verdicts[1].error().code(), "test.fault");
    EXPECT_TRUE(verdicts[2]);
    EXPECT_TRUE(*has_message(*m_store, "good-1"));
    EXPECT_FALSE(*has_message(*m_store, "bad"));
    EXPECT_TRUE(*has_message(*m_store, "good-2"));
}

TEST_F(OneGroup, AUnitThatThrowsIsABugOfItsCallerOnly) {
    const auto verdicts = together({
        [](Transaction& t) { return add_plain(t, "good"); },
        [](Transaction& t) -> Status {
            (void)add_plain(t, "thrower");
            throw std::runtime_error("boom");
        },
    });
    EXPECT_TRUE(verdicts[0]);
    ASSERT_FALSE(verdicts[1]);
    EXPECT_EQ(verdicts[1].error().code(), "store.unit.threw");
    EXPECT_EQ(verdicts[1].error().blame(), Blame::Bug);
    EXPECT_TRUE(*has_message(*m_store, "good"));
    EXPECT_FALSE(*has_message(*m_store, "thrower"));
}

TEST_F(OneGroup, AConstraintErrorHurtsOnlyItsUnitAndTheConnectionGoesOn) {
    add_message("taken");
    const auto verdicts = together({
        [](Transaction& t) { return add_plain(t, "taken"); },
        [](Transaction& t) { return add_plain(t, "free"); },
    });
    ASSERT_FALSE(verdicts[0]);
    EXPECT_EQ(verdicts[0].error().code(), "store.constraint");
    EXPECT_TRUE(verdicts[1]);
    EXPECT_TRUE(*has_message(*m_store, "free"));
}

TEST_F(GroupCommit, AUnitThatOverlooksAFailedOperationIsUndoneAllTheSame) {
    add_message("taken");
    auto done = m_store->submit([](Transaction& t) -> Status {
        (void)add_plain(t, "fresh");
        (void)add_plain(t, "taken");
        return {};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "store.constraint");
    EXPECT_FALSE(*has_message(*m_store, "fresh"));
}

TEST_F(GroupCommit, AUnitInsideAUnitIsRefusedInsteadOfWaitingForItself) {
    Status inner;
    must([&](Transaction&) -> Status {
        inner = m_store->submit([](Transaction&) -> Status { return {}; });
        return {};
    });
    ASSERT_FALSE(inner);
    EXPECT_EQ(inner.error().code(), "store.nested");
}

TEST_F(GroupCommit, AReaderSeesOneSnapshotWhileTheWriterGoesOn) {
    add_message("before");
    auto done = m_store->read([&](Reader& r) -> Status {
        EXPECT_TRUE(*r.message("before")) << "takes the snapshot";
        must([](Transaction& t) { return add_plain(t, "during"); });
        auto during = r.message("during");
        EXPECT_TRUE(during);
        EXPECT_FALSE(*during) << "the snapshot must not move";
        return {};
    });
    EXPECT_TRUE(done);
    EXPECT_TRUE(*has_message(*m_store, "during"));
}

TEST_F(GroupCommit, ManyFirstReadersAtOnceAllGetAConnection) {
    add_message("01M");
    constexpr unsigned Readers = 64;
    std::latch ready(Readers);
    std::atomic<unsigned> found{0};
    std::vector<std::thread> threads;
    for (unsigned who = 0; who < Readers; ++who)
        threads.emplace_back([&] {
            ready.arrive_and_wait();
            auto there = has_message(*m_store, "01M");
            if (there && *there) ++found;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(found, Readers);
}

TEST_F(GroupCommit, AUnitReadsWhatItWrote) {
    must([](Transaction& t) -> Status {
        if (auto added = add_plain(t, "mine"); !added) return added;
        auto found = t.message("mine");
        EXPECT_TRUE(found && *found);
        return {};
    });
}

TEST_F(GroupCommit, ASecondGatewayOnTheSameFileIsRefused) {
    auto second = open_sqlite_store({.file = file()}, m_clock);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), "store.locked");
}

TEST_F(GroupCommit, AReadOnlyStoreReadsBesideTheRunningOneAndWritesNothing) {
    add_message("01M");
    auto beside = open_sqlite_store_read_only(file());
    ASSERT_TRUE(beside) << beside.error().text();
    EXPECT_TRUE(*has_message(**beside, "01M"));
    add_message("02M");
    EXPECT_TRUE(*has_message(**beside, "02M"));
    auto refused = (*beside)->submit([](Transaction& t) { return add_plain(t, "x"); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "store.read_only");
}

TEST_F(GroupCommit, ADatabaseThatIsNotThereIsNotMadeByReading) {
    auto absent = open_sqlite_store_read_only(m_dir.path() / "absent.db");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code(), "store.open");
    EXPECT_FALSE(std::filesystem::exists(m_dir.path() / "absent.db"));
}

TEST_F(GroupCommit, AFailedCommitShowsInItsHealthUntilTheRestart) {
    EXPECT_TRUE(m_store->health());
    {
        const testing_support::FullDisk full;
        const Status lost = m_store->submit([](Transaction& t) { return add_plain(t, "lost"); });
        ASSERT_FALSE(lost);
        EXPECT_EQ(lost.error().code(), "store.failed");
    }
    ASSERT_FALSE(m_store->health());
    EXPECT_EQ(m_store->health().error().code(), "store.failed");
    EXPECT_EQ(m_store->health().error().blame(), Blame::Operator);
    EXPECT_TRUE(has_message(*m_store, "lost")) << "reading goes on";
    const Status refused = m_store->submit([](Transaction& t) { return add_plain(t, "more"); });
    ASSERT_FALSE(refused) << "nobody knows what is on disk";
    reopen();
    EXPECT_TRUE(m_store->health());
    EXPECT_FALSE(*has_message(*m_store, "lost"));
    must([](Transaction& t) { return add_plain(t, "after"); });
}

TEST_F(GroupCommit, TheIntegrityCheckFindsADamagedPage) {
    must([](Transaction& t) { return t.audit({"gateway", "e", "s", {}}); });
    EXPECT_TRUE(m_store->check_integrity());
    m_store.reset();  // the log is folded into the file
    std::fstream octets(file(), std::ios::in | std::ios::out | std::ios::binary);
    const auto length = static_cast<std::streamoff>(std::filesystem::file_size(file()));
    for (std::streamoff page = 4096; page < length; page += 4096) {
        octets.seekp(page + 16);
        octets.write("damaged by a bad disk", 21);
    }
    octets.close();
    auto looking = open_sqlite_store_read_only(file());
    const Status found = looking ? (*looking)->check_integrity() : Status(looking.error());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().blame(), Blame::Operator) << found.error().text();
}

TEST_F(GroupCommit, ClosingFinishesWhatWasSubmitted) {
    std::vector<std::thread> threads;
    std::atomic<unsigned> stored{0};
    std::latch started(8);
    for (unsigned who = 0; who < 8; ++who)
        threads.emplace_back([&, who] {
            started.count_down();
            if (m_store->submit([&](Transaction& t) { return add_plain(t, std::to_string(who)); }))
                ++stored;
        });
    started.wait();
    for (std::thread& thread : threads)
        thread.join();
    reopen();
    auto messages = read<std::vector<Message>>(*m_store, [](Reader& r) { return r.messages({}); });
    ASSERT_TRUE(messages);
    EXPECT_EQ(messages->size(), stored.load());
}

}  // namespace sallyport::store
