// SPDX-License-Identifier: Apache-2.0
// A store in a directory of its own, and short ways to fill it.
#pragma once

#include "tests/support/temp_dir.h"

#include "gateway/store/sqlite_store.h"
#include "gateway/store/store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

namespace sallyport::store {

// Time stands still until a test moves it.
class FakeClock final : public Clock {
public:
    Instant now() const override { return from_micros(m_micros.load()); }
    std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::microseconds(m_micros.load()));
    }
    void advance(std::chrono::microseconds by) { m_micros += by.count(); }

private:
    std::atomic<std::int64_t> m_micros{1'795'000'000'000'000};
};

class StoreTest : public ::testing::Test {
protected:
    StoreTest() { reopen(); }

    void reopen() {
        m_store.reset();
        auto opened = open_sqlite_store({.file = file()}, m_clock);
        ASSERT_TRUE(opened) << opened.error().text();
        m_store = *std::move(opened);
    }
    std::filesystem::path file() const { return m_dir.path() / "store.db"; }

    // Runs a unit that must succeed.
    void must(std::function<Status(Transaction&)> unit) {
        auto done = m_store->submit(std::move(unit));
        ASSERT_TRUE(done) << done.error().text();
    }
    void add_message(const std::string& id) {
        Message message;
        message.id = id;
        must([&](Transaction& t) { return t.add_message(message); });
    }
    void add_document(const std::string& id, const std::string& message = {}) {
        Document document;
        document.id = id;
        document.message = message;
        must([&](Transaction& t) { return t.add_document(document); });
    }
    std::int64_t add_job(const NewJob& job) {
        auto id = submit<std::int64_t>(*m_store, [&](Transaction& t) { return t.add_job(job); });
        EXPECT_TRUE(id);
        return id ? *id : 0;
    }
    std::vector<Job> claim(const ClaimRequest& request) {
        auto jobs = submit<std::vector<Job>>(*m_store,
                                             [&](Transaction& t) { return t.claim_jobs(request); });
        EXPECT_TRUE(jobs);
        return jobs ? *jobs : std::vector<Job>();
    }

    testing_support::TempDir m_dir;
    FakeClock m_clock;
    std::unique_ptr<Store> m_store;
};

inline Error an_error() {
    return {"test.fault", Blame::Network, "the wire was cut"};
}

}  // namespace sallyport::store
