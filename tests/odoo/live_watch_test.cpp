// SPDX-License-Identifier: Apache-2.0
// The watch against a real Odoo under concurrent writers: transactions of a second and more that commit after younger ones
// were seen, and many writes of the same second. Runs only when SALLYPORT_ODOO_URL, _DB, _ADMIN_LOGIN and _ADMIN_KEY_FILE are
// set. SALLYPORT_ODOO_WATCH_ROUNDS: how many of the long transactions each writer makes (2). SALLYPORT_ODOO_PSQL, a command
// that takes SQL on its input, lets transactions wait for a lock of ours before they commit.
#include "fixtures.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/file.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/values.h"
#include "gateway/odoo/watch.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sallyport::odoo {
namespace {

constexpr int Batch = 40;    // orders of one transaction: more than a second on any machine
constexpr int Writers = 2;   // of such transactions
constexpr int Touchers = 2;  // of single records, several times a second

std::string setting(const std::string& name) {
    const char* value = std::getenv(("SALLYPORT_ODOO_" + name).c_str());  // NOLINT
    return value == nullptr ? std::string() : std::string(value);
}

class LiveWatch : public testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"URL", "DB", "ADMIN_LOGIN", "ADMIN_KEY_FILE"})
            if (setting(name).empty())
                GTEST_SKIP() << "SALLYPORT_ODOO_" << name
                             << " is not set: no real Odoo to test against";
        m_prefix = "WATCH-" + new_id(m_clock.now(), m_random);
    }
    std::unique_ptr<Client> connect() {
        ClientOptions options;
        options.url = setting("URL");
        options.database = setting("DB");
        options.login = setting("ADMIN_LOGIN");
        auto key = *read_file(setting("ADMIN_KEY_FILE"), 4096);
        while (!key.empty() && key.back() == '\n')
            key.pop_back();
        options.keys.emplace_back(key);
        return *Client::make(
            std::move(options),
            Fence({{"sale.order",
                    "search_read",
                    {"write_date", "create_date", "client_order_ref", "commitment_date"}},
                   {"sale.order", "write", {"commitment_date"}},
                   {"sale.order", "load", {"partner_id", "client_order_ref"}}}),
            m_clock);
    }
    // One transaction of many orders.
    void write_batch(Client& client, int writer, int round) {
        Json rows = Json::array();
        for (int at = 0; at < Batch; ++at) {
            const std::string number = m_prefix + "-" + std::to_string(writer) + "-" +
                                       std::to_string(round) + "-" + std::to_string(at);
            rows.push_back(Json::array({order_key(number), 7, number}));
        }
        auto loaded = client.call(
            load_call("sale.order", {"id", "partner_id/.id", "client_order_ref"}, std::move(rows)));
        ASSERT_TRUE(loaded) << loaded.error().text();
        auto ids = loaded_ids("sale.order", *loaded);
        ASSERT_TRUE(ids) << ids.error().text();
        const std::lock_guard lock(m_mutex);
        for (const auto id : *ids)
            m_wanted[id] = "";
    }
    // Single records of those there are, again and again, each by one thread.
    void touch(Client& client, std::size_t toucher) {
        for (int turn = 0; !m_written; ++turn) {
            std::int64_t id = 0;
            {
                const std::lock_guard lock(m_mutex);
                std::vector<std::int64_t> mine;
                for (const auto& [known, date] : m_wanted)
                    if (static_cast<std::size_t>(known) % Touchers == toucher)
                        mine.push_back(known);
                if (!mine.empty()) id = mine[static_cast<std::size_t>(turn) % mine.size()];
            }
            if (id == 0) {
                std::this_thread::yield();
                continue;
            }
            const std::string date = odoo_text(Instant{
                std::chrono::seconds{1'800'000'000 + turn * 60 + static_cast<int>(toucher)}});
            auto done = client.call({.model = "sale.order",
                                     .method = "write",
                                     .ids = std::vector<std::int64_t>{id},
                                     .arguments = {{"vals", {{"commitment_date", date}}}},
                                     .context = Json::object()});
            if (!done) continue;  // rolled back: nothing to be seen
            const std::lock_guard lock(m_mutex);
            m_wanted[id] = date;
            ++m_touches;
        }
    }

    void write(Client& client, std::int64_t id, const std::string& date) {
        const auto done = client.call({.model = "sale.order",
                                       .method = "write",
                                       .ids = std::vector<std::int64_t>{id},
                                       .arguments = {{"vals", {{"commitment_date", date}}}},
                                       .context = Json::object()});
        EXPECT_TRUE(done) << done.error().text();
        const std::lock_guard lock(m_mutex);
        m_wanted[id] = date;
    }
    static std::string date_of(int number) {
        return odoo_text(Instant{std::chrono::seconds{1'800'000'000 + number * 60}});
    }

    SystemClock m_clock;
    SystemRandom m_random;
    std::string m_prefix;
    std::mutex m_mutex;
    std::map<std::int64_t, std::string> m_wanted;  // record and what was last written to it
    std::atomic<bool> m_written{false};
    int m_touches = 0;
};

// Another session of the database that holds the rows of some orders: whoever writes them waits, and commits late with the
// date at which it began.
class RowLock {
public:
    RowLock(const std::string& psql, const std::vector<std::int64_t>& ids)
        : m_taken(m_directory.path() / "taken"),
          m_session(popen((psql + " >" + m_taken.string()).c_str(), "w")) {  // NOLINT
        std::string list;
        for (const auto id : ids)
            list += (list.empty() ? "" : ",") + std::to_string(id);
        say("BEGIN; SELECT id FROM sale_order WHERE id IN (" + list + ") FOR UPDATE;\n");
    }
    ~RowLock() { release(); }
    RowLock(const RowLock&) = delete;
    RowLock& operator=(const RowLock&) = delete;
    bool wait() const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        std::error_code none;
        // The answer to the SELECT comes when the rows are held.
        while (std::filesystem::file_size(m_taken, none) == 0 || none)
            if (std::chrono::steady_clock::now() > deadline) return false;
        return true;
    }
    void release() {
        if (m_session == nullptr) return;
        say("ROLLBACK;\n");
        pclose(m_session);
        m_session = nullptr;
    }

private:
    void say(const std::string& text) {
        std::fputs(text.c_str(), m_session);
        std::fflush(m_session);
    }
    testing_support::TempDir m_directory;
    std::filesystem::path m_taken;
    std::FILE* m_session;
};

// A watch and what it saw last of each record.
struct Looker {
    Looker(Client& client, const std::string& prefix, const Clock& clock)
        : source(watch_model(client, model_of(prefix), clock)),
          watcher(*source, WatchOptions{}, clock, "") {}
    static WatchedModel model_of(const std::string& prefix) {
        WatchedModel model;
        model.model = "sale.order";
        model.domain = Json::array({Json::array({"client_order_ref", "like", prefix})});
        model.look = {"commitment_date"};
        return model;
    }
    void look() {
        auto report = watcher.poll([&](const WatchedRow& row) -> Result<Examined> {
            const std::string now = text_of(row.fields, "commitment_date");
            const auto written = row.written.time_since_epoch().count();
            if (seen[row.id] != now && written < newest) ++late;
            newest = std::max<std::int64_t>(newest, written);
            seen[row.id] = now;
            return Examined::Done;
        });
        ASSERT_TRUE(report) << report.error().text();
    }
    std::unique_ptr<WatchSource> source;
    Watcher watcher;
    std::map<std::int64_t, std::string> seen{};
    std::int64_t newest = 0;
    int late = 0;  // dated below one seen before: what a plain cursor misses
};

}  // namespace

TEST_F(LiveWatch, MissesNothingOfTransactionsThatWaitForALockAndCommitLate) {
    const std::string psql = setting("PSQL");
    if (psql.empty())
        GTEST_SKIP() << "SALLYPORT_ODOO_PSQL is not set: a command that takes SQL on its input, "
                        "for the database of that Odoo";
    auto client = connect();
    auto hasty = connect();
    write_batch(*client, 0, 0);
    std::vector<std::int64_t> ids;
    for (const auto& [id, date] : m_wanted)
        ids.push_back(id);
    Looker looker(*client, m_prefix, m_clock);
    looker.look();
    constexpr std::size_t Together = 4;
    const int rounds = setting("WATCH_ROUNDS").empty() ? 3 : std::stoi(setting("WATCH_ROUNDS"));
    std::atomic<int> held{0};
    // Logged in before a row is held: they must wait for the lock, not for their password.
    std::vector<std::unique_ptr<Client>> writers;
    for (std::size_t at = 0; at < Together; ++at) {
        writers.push_back(connect());
        write(*writers.back(), ids[0], date_of(0));
    }
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::int64_t> some;
        for (std::size_t at = 0; at < Together; ++at)
            some.push_back(
                ids[1 + (static_cast<std::size_t>(round) * Together + at) % (ids.size() - 1)]);
        RowLock lock(psql, some);
        ASSERT_TRUE(lock.wait());
        std::vector<std::thread> waiting;
        for (std::size_t at = 0; at < Together; ++at)
            waiting.emplace_back(
                [&, at, id = some[at]] { write(*writers[at], id, date_of(++held + 1000)); });
        // Meanwhile others write and are seen, seconds younger than those that wait.
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(4 + round % 4);
        for (int turn = 0; std::chrono::steady_clock::now() < until; ++turn) {
            write(*hasty, ids[0], date_of(round * 1000 + turn));
            looker.look();
        }
        lock.release();
        for (auto& thread : waiting)
            thread.join();
        looker.look();
    }
    EXPECT_EQ(looker.seen, m_wanted) << "every record, with what was last written to it";
    EXPECT_GE(looker.late, rounds * static_cast<int>(Together))
        << "nothing was committed late: the test proves nothing";
    std::cout << rounds * static_cast<int>(Together) << " writes held by a lock, " << looker.late
              << " seen with a date below one seen before\n";
}

TEST_F(LiveWatch, MissesNothingThatConcurrentWritersCommitLate) {
    auto client = connect();
    WatchedModel model;
    model.model = "sale.order";
    model.domain = Json::array({Json::array({"client_order_ref", "like", m_prefix})});
    model.look = {"commitment_date"};
    auto source = watch_model(*client, model, m_clock);
    Watcher watcher(*source, WatchOptions{}, m_clock, "");
    std::map<std::int64_t, std::string> seen;
    std::int64_t newest = 0;
    int late = 0;  // records that appeared after younger ones were seen: what a plain cursor misses
    const auto look = [&] {
        auto report = watcher.poll([&](const WatchedRow& row) -> Result<Examined> {
            if (!seen.contains(row.id)) {
                if (row.written.time_since_epoch().count() < newest) ++late;
            }
            newest = std::max<std::int64_t>(newest, row.written.time_since_epoch().count());
            seen[row.id] = text_of(row.fields, "commitment_date");
            return Examined::Done;
        });
        ASSERT_TRUE(report) << report.error().text();
        ASSERT_TRUE(report->failures.empty());
    };
    const int rounds = setting("WATCH_ROUNDS").empty() ? 2 : std::stoi(setting("WATCH_ROUNDS"));
    std::vector<std::thread> threads;
    std::atomic<int> writing{Writers};
    for (int writer = 0; writer < Writers; ++writer)
        threads.emplace_back([&, writer] {
            auto own = connect();
            for (int round = 0; round < rounds; ++round)
                write_batch(*own, writer, round);
            --writing;
        });
    for (std::size_t toucher = 0; toucher < Touchers; ++toucher)
        threads.emplace_back([&, toucher] {
            auto own = connect();
            touch(*own, toucher);
        });
    int polls = 0;
    while (writing > 0) {
        look();
        ++polls;
    }
    m_written = true;
    for (auto& thread : threads)
        thread.join();
    look();
    EXPECT_EQ(m_wanted.size(), static_cast<std::size_t>(Writers * rounds * Batch));
    EXPECT_EQ(seen, m_wanted) << "every record, with what was last written to it";
    std::cout << m_wanted.size() << " orders in " << Writers * rounds << " transactions, "
              << m_touches << " single writes, " << polls << " looks, " << late
              << " records appeared with a date below one seen before\n";
}

}  // namespace sallyport::odoo
