// SPDX-License-Identifier: Apache-2.0
// The watch against a model of PostgreSQL under Odoo: dates are the start of the transaction in whole seconds, records
// appear when it commits, clocks are set forward and back, the gateway is restarted. No last state may go unexamined.
#include "gateway/odoo/watch.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace sallyport::odoo {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class SteppedClock final : public Clock {
public:
    Instant now() const override { return Instant{hours{500'000}} + m_steady; }
    std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::time_point{} + hours{1} + m_steady;
    }
    void pass(std::chrono::milliseconds time) { m_steady += time; }

private:
    std::chrono::milliseconds m_steady{0};
};

constexpr seconds LongestTransaction{200};

struct Transaction {
    Instant started;  // whole seconds, as Odoo writes it
    std::chrono::steady_clock::time_point ends;
    std::map<std::int64_t, int> writes{};
};

// Records with a value that no watched field shows: only examining a record tells what it is.
class Database final : public WatchSource {
public:
    Database(SteppedClock& clock, unsigned seed) : m_clock(clock), m_random(seed) {}

    Result<WatchPage> page(std::optional<Instant> since,
                           std::int64_t after,
                           unsigned limit) override {
        if (m_busy && chance(3) == 0) act();  // others write while pages are read
        WatchPage page;
        page.server_now = server_now();
        for (auto at = records.upper_bound(after); at != records.end(); ++at)
            if ((!since || at->second.written >= *since) && page.rows.size() < limit)
                page.rows.push_back(
                    {.id = at->first, .written = at->second.written, .look = "sale"});
        return page;
    }

    Instant server_now() const { return std::chrono::floor<seconds>(m_clock.now() + m_offset); }

    void act() {
        finish(false);
        Transaction one{.started = server_now(),
                        .ends = m_clock.steady_now() + seconds{chance(4) == 0 ? chance(199) : 0}};
        const auto id = m_last_id < 20 && chance(3) == 0 ? ++m_last_id
                                                         : 1 + chance(static_cast<int>(m_last_id));
        one.writes[id] = ++m_value;
        if (one.ends == m_clock.steady_now())
            commit(one);
        else
            m_open.push_back(one);
    }
    void finish(bool all) {
        std::erase_if(m_open, [&](const Transaction& one) {
            const bool over = all || one.ends <= m_clock.steady_now();
            if (over) commit(one);
            return over;
        });
    }
    void set_clock(seconds by) { m_offset += by; }
    void busy(bool on) { m_busy = on; }
    int chance(int most) { return std::uniform_int_distribution<int>(0, most)(m_random); }

    struct Record {
        Instant written;
        int value = 0;
    };
    std::map<std::int64_t, Record> records{};

private:
    void commit(const Transaction& one) {
        for (const auto& [id, value] : one.writes)
            records[id] = {.written = one.started, .value = value};
    }

    SteppedClock& m_clock;
    std::mt19937 m_random;
    std::chrono::milliseconds m_offset{0};
    std::vector<Transaction> m_open{};
    std::int64_t m_last_id = 5;
    int m_value = 0;
    bool m_busy = true;
};

// One history; returns the records whose last state nobody saw.
std::set<std::int64_t> missed(unsigned seed, seconds overlap, bool steps, bool restarts) {
    SteppedClock clock;
    Database database(clock, seed);
    const WatchOptions options{.overlap = overlap, .sweep_every = hours{10'000}, .page = 6};
    std::map<std::int64_t, int> published;
    const auto examine = [&](const WatchedRow& row) -> Result<Examined> {
        if (database.chance(9) == 0)
            return Error("odoo.reply.lost", Blame::Network, "the reply was lost");
        if (database.chance(9) == 0) return Examined::Later;
        published[row.id] = database.records[row.id].value;
        return Examined::Done;
    };
    std::string cursor;
    auto watcher = std::make_unique<Watcher>(database, options, clock, cursor);
    for (int round = 0; round < 150; ++round) {  // at most one step between two polls
        for (int writes = database.chance(3); writes > 0; --writes) {
            clock.pass(std::chrono::milliseconds{database.chance(900)});
            database.act();
        }
        if (steps && database.chance(20) == 0)
            database.set_clock(hours{database.chance(1) == 0 ? 3 : -3});
        clock.pass(std::chrono::milliseconds{database.chance(1) == 0 ? 700 : 9'000});
        if (watcher->poll(examine)) cursor = watcher->cursor();
        if (restarts && database.chance(40) == 0)
            watcher = std::make_unique<Watcher>(database, options, clock, cursor);
    }
    database.busy(false);
    const auto quiet = [&](const WatchedRow& row) -> Result<Examined> {
        published[row.id] = database.records[row.id].value;
        return Examined::Done;
    };
    for (int round = 0; round < 60; ++round) {
        clock.pass(seconds{10});
        database.finish(false);
        EXPECT_TRUE(watcher->poll(quiet));
    }
    database.finish(true);
    std::set<std::int64_t> unseen;
    for (const auto& [id, record] : database.records)
        if (published[id] != record.value) unseen.insert(id);
    return unseen;
}

}  // namespace

TEST(Watch, MissesNothingUnderLateCommitsAndWholeSeconds) {
    for (unsigned seed = 1; seed <= 40; ++seed)
        EXPECT_EQ(missed(seed, LongestTransaction + seconds{10}, false, false),
                  std::set<std::int64_t>{})
            << "seed " << seed;
}

TEST(Watch, MissesNothingWhenOdoosClockIsSetForwardAndBack) {
    for (unsigned seed = 1; seed <= 40; ++seed)
        EXPECT_EQ(missed(seed, LongestTransaction + seconds{10}, true, false),
                  std::set<std::int64_t>{})
            << "seed " << seed;
}

TEST(Watch, MissesNothingWhenTheGatewayIsRestarted) {
    for (unsigned seed = 1; seed <= 40; ++seed)
        EXPECT_EQ(missed(seed, LongestTransaction + seconds{10}, true, true),
                  std::set<std::int64_t>{})
            << "seed " << seed;
}

// What the test would say of a watch that trusts the dates: it is no test that cannot fail.
TEST(Watch, WouldMissChangesWithoutTheOverlap) {
    std::size_t unseen = 0;
    for (unsigned seed = 1; seed <= 20; ++seed)
        unseen += missed(seed, seconds{0}, false, false).size();
    EXPECT_GT(unseen, 0U);
}

TEST(Watch, ExaminesAnUnchangedRecordTwiceOnlyWhenItMayHaveChangedUnseen) {
    SteppedClock clock;
    Database database(clock, 1);
    database.busy(false);
    database.records[7] = {.written = database.server_now() - seconds{5}, .value = 1};
    Watcher watcher(database, {.overlap = seconds{900}}, clock, "");
    int examined = 0;
    const auto count = [&](const WatchedRow&) -> Result<Examined> {
        ++examined;
        return Examined::Done;
    };
    for (int poll = 0; poll < 80; ++poll) {
        EXPECT_TRUE(watcher.poll(count));
        clock.pass(seconds{10});
    }
    EXPECT_EQ(examined, 1);
    for (int poll = 0; poll < 80; ++poll) {
        EXPECT_TRUE(watcher.poll(count));
        clock.pass(seconds{10});
    }
    EXPECT_EQ(examined, 2) << "once more when no transaction of its time can be under way";
}

TEST(Watch, ComesBackToWhatIsNotReadyAndToWhatFailed) {
    SteppedClock clock;
    Database database(clock, 1);
    database.busy(false);
    database.records[7] = {.written = database.server_now() - seconds{5}, .value = 1};
    Watcher watcher(database, {}, clock, "");
    int asked = 0;
    const auto examine = [&](const WatchedRow&) -> Result<Examined> {
        if (++asked == 1) return Examined::Later;
        if (asked == 2) return Error("odoo.refused", Blame::BackOffice, "no");
        return Examined::Done;
    };
    EXPECT_TRUE(watcher.poll(examine));
    clock.pass(seconds{29});
    EXPECT_TRUE(watcher.poll(examine));
    EXPECT_EQ(asked, 1);
    clock.pass(seconds{1});
    const auto failed = watcher.poll(examine);
    ASSERT_TRUE(failed);
    ASSERT_EQ(failed->failures.size(), 1U);
    EXPECT_EQ(failed->failures.front().code(), "odoo.refused");
    clock.pass(seconds{300});
    EXPECT_TRUE(watcher.poll(examine));
    EXPECT_EQ(asked, 3);
}

TEST(Watch, ADateIsReadAndWrittenAsOdooDoes) {
    const auto instant = odoo_instant("2026-11-23 02:49:45");
    ASSERT_TRUE(instant);
    EXPECT_EQ(odoo_text(*instant), "2026-11-23 02:49:45");
    EXPECT_EQ(odoo_instant("2026-11-23T02:49").error().code(), "odoo.date");
    EXPECT_FALSE(odoo_instant("2026-13-23 02:49:45"));
    EXPECT_FALSE(odoo_instant(""));
}

}  // namespace sallyport::odoo
