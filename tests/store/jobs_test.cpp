// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

namespace sallyport::store {

using Jobs = StoreTest;

namespace {

std::vector<std::int64_t> ids_of(const std::vector<Job>& jobs) {
    std::vector<std::int64_t> ids;
    for (const Job& job : jobs)
        ids.push_back(job.id);
    return ids;
}
using Ids = std::vector<std::int64_t>;

}  // namespace

TEST_F(Jobs, AClaimedJobIsNotClaimedTwice) {
    const auto id = add_job({.kind = "map"});
    auto first = claim({.worker = "w1", .limit = 10});
    ASSERT_EQ(ids_of(first), Ids{id});
    EXPECT_EQ(first[0].state, JobState::Leased);
    EXPECT_EQ(first[0].attempts, 1U);
    EXPECT_EQ(first[0].lease_owner, "w1");
    EXPECT_TRUE(claim({.worker = "w2", .limit = 10}).empty());
}

TEST_F(Jobs, KeysRunInParallelButWithinAKeyTheOldestUnfinishedGoesFirst) {
    const auto a1 = add_job({.kind = "map", .order_key = "acme/1"});
    const auto a2 = add_job({.kind = "map", .order_key = "acme/1"});
    const auto b1 = add_job({.kind = "map", .order_key = "acme/2"});
    auto claimed = claim({.worker = "w", .limit = 10});
    ASSERT_EQ(ids_of(claimed), (Ids{a1, b1}));
    must([&](Transaction& t) { return t.finish_job(claimed[0]); });
    EXPECT_EQ(ids_of(claim({.worker = "w", .limit = 10})), Ids{a2});
}

TEST_F(Jobs, AJobThatWaitsForItsRetryStillHoldsBackTheYoungerOnesOfItsKey) {
    add_job({.kind = "map", .order_key = "k"});
    add_job({.kind = "map", .order_key = "k"});
    auto claimed = claim({.worker = "w", .limit = 10});
    ASSERT_EQ(claimed.size(), 1U);
    must([&](Transaction& t) {
        return t.retry_job(claimed[0], m_clock.now() + std::chrono::seconds(60), an_error());
    });
    EXPECT_TRUE(claim({.worker = "w", .limit = 10}).empty());
    m_clock.advance(std::chrono::seconds(60));
    EXPECT_EQ(ids_of(claim({.worker = "w", .limit = 10})), Ids{claimed[0].id});
}

TEST_F(Jobs, AParkedJobBlocksItsKeyUntilAPersonDecides) {
    const auto first = add_job({.kind = "post", .order_key = "k"});
    const auto second = add_job({.kind = "post", .order_key = "k"});
    auto claimed = claim({.worker = "w"});
    must([&](Transaction& t) { return t.park_job(claimed[0], an_error()); });
    EXPECT_TRUE(claim({.worker = "w", .limit = 10}).empty());
    auto parked = read<std::optional<Job>>(*m_store, [&](Reader& r) { return r.job(first); });
    ASSERT_TRUE(parked && *parked);
    EXPECT_EQ((*parked)->code, "test.fault");
    EXPECT_NE((*parked)->reason.find("the wire was cut"), std::string::npos);

    must([&](Transaction& t) { return t.release_job(first); });
    auto again = claim({.worker = "w", .limit = 10});
    ASSERT_EQ(ids_of(again), Ids{first});
    must([&](Transaction& t) { return t.park_job(again[0], an_error()); });
    must([&](Transaction& t) { return t.discard_job(first); });
    EXPECT_EQ(ids_of(claim({.worker = "w", .limit = 10})), Ids{second});
}

TEST_F(Jobs, AFollowingStepKeepsTheRankOfItsDocument) {
    const auto old_map = add_job({.kind = "map", .order_key = "k"});
    add_job({.kind = "map", .order_key = "k"});  // the younger document
    auto claimed = claim({.worker = "w", .limit = 10});
    ASSERT_EQ(ids_of(claimed), Ids{old_map});
    std::int64_t old_post = 0;
    must([&](Transaction& t) -> Status {
        if (auto done = t.finish_job(claimed[0]); !done) return done;
        auto next = t.add_job({.kind = "post", .order_key = "k", .rank = claimed[0].rank});
        if (!next) return std::move(next).error();
        old_post = *next;
        return {};
    });
    EXPECT_EQ(ids_of(claim({.worker = "w", .limit = 10})), Ids{old_post});
}

TEST_F(Jobs, AnExpiredLeaseBringsTheJobBackAndFencesTheLateWorker) {
    const auto id = add_job({.kind = "map"});
    auto lost = claim({.worker = "dead", .lease = std::chrono::seconds(30)});
    m_clock.advance(std::chrono::seconds(29));
    EXPECT_TRUE(claim({.worker = "w"}).empty());
    m_clock.advance(std::chrono::seconds(1));
    auto again = claim({.worker = "w"});
    ASSERT_EQ(ids_of(again), Ids{id});
    EXPECT_EQ(again[0].attempts, 2U);

    bool stored = false;
    auto late = m_store->submit([&](Transaction& t) -> Status {
        (void)t.add_message({.id = "01LATE"});
        auto done = t.finish_job(lost[0]);
        stored = static_cast<bool>(done);
        return {};  // even a worker that does not look is undone
    });
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), "store.job.fenced");
    EXPECT_FALSE(stored);
    auto message =
        read<std::optional<Message>>(*m_store, [](Reader& r) { return r.message("01LATE"); });
    ASSERT_TRUE(message);
    EXPECT_FALSE(*message) << "the late worker's rows must be rolled back";
    must([&](Transaction& t) { return t.finish_job(again[0]); });
}

TEST_F(Jobs, ALeaseCanBeExtended) {
    add_job({.kind = "map"});
    auto held = claim({.worker = "w", .lease = std::chrono::seconds(30)});
    m_clock.advance(std::chrono::seconds(29));
    must([&](Transaction& t) { return t.extend_lease(held[0], std::chrono::seconds(30)); });
    m_clock.advance(std::chrono::seconds(29));
    EXPECT_TRUE(claim({.worker = "thief"}).empty());
}

TEST_F(Jobs, LeasesOfADeadProgramAreGivenBackAtOnce) {
    const auto id = add_job({.kind = "map"});
    auto before = claim({.worker = "host/1", .lease = std::chrono::hours(1)});
    auto freed =
        submit<std::int64_t>(*m_store, [](Transaction& t) { return t.release_leases("host/"); });
    ASSERT_TRUE(freed);
    EXPECT_EQ(*freed, 1);
    EXPECT_EQ(ids_of(claim({.worker = "host/2"})), Ids{id});
    auto late = m_store->submit([&](Transaction& t) { return t.finish_job(before[0]); });
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), "store.job.fenced");
}

TEST_F(Jobs, ClaimsCanBeLimitedToKindsAndLeaveAPausedPartnerAlone) {
    add_job({.kind = "send", .order_key = "acme/1"});
    const auto map = add_job({.kind = "map", .order_key = "acme/2"});
    const auto other = add_job({.kind = "map", .order_key = "globex/2"});
    EXPECT_EQ(ids_of(claim({.worker = "w",
                            .limit = 10,
                            .kinds = {"map", "post"},
                            .skip_key_prefixes = {"acme/"}})),
              Ids{other});
    EXPECT_EQ(ids_of(claim({.worker = "w", .limit = 10, .kinds = {"map"}})), Ids{map});
}

TEST_F(Jobs, AJobRunsNoEarlierThanItsTimeAndTheNextWakeupSaysWhen) {
    auto none = read<std::optional<Instant>>(*m_store, [](Reader& r) { return r.next_wakeup(); });
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
    const Instant later = m_clock.now() + std::chrono::minutes(5);
    add_job({.kind = "send", .run_at = later});
    EXPECT_TRUE(claim({.worker = "w"}).empty());
    auto wake = read<std::optional<Instant>>(*m_store, [](Reader& r) { return r.next_wakeup(); });
    ASSERT_TRUE(wake && *wake);
    EXPECT_EQ(**wake, later);
}

TEST_F(Jobs, AJobBehindAParkedOneDoesNotWakeAnybody) {
    add_job({.kind = "post", .order_key = "k"});
    add_job({.kind = "post", .order_key = "k"});
    auto claimed = claim({.worker = "w"});
    must([&](Transaction& t) { return t.park_job(claimed[0], an_error()); });
    auto wake = read<std::optional<Instant>>(*m_store, [](Reader& r) { return r.next_wakeup(); });
    ASSERT_TRUE(wake);
    EXPECT_FALSE(*wake);
}

TEST_F(Jobs, CountsSayHowMuchWaitsAndSinceWhen) {
    const Instant begun = m_clock.now();
    add_job({.kind = "map"});
    m_clock.advance(std::chrono::seconds(5));
    add_job({.kind = "map"});
    auto counts = read<std::vector<JobCount>>(*m_store, [](Reader& r) { return r.job_counts(); });
    ASSERT_TRUE(counts);
    ASSERT_EQ(counts->size(), 1U);
    EXPECT_EQ((*counts)[0].kind, "map");
    EXPECT_EQ((*counts)[0].state, JobState::Ready);
    EXPECT_EQ((*counts)[0].count, 2);
    EXPECT_EQ((*counts)[0].oldest, begun);
}

TEST_F(Jobs, AttemptsOfADocumentIncludeThoseOfTheMessageItCameIn) {
    add_message("01M");
    add_document("01I", "01M");
    Document document;
    document.id = "01D";
    document.parent = "01I";
    document.message = "01M";
    must([&](Transaction& t) { return t.add_document(document); });
    add_document("01X", "01M");
    const auto job = add_job({.kind = "unwrap", .message = "01M"});
    const auto add = [&](const std::string& on, const std::string& kind, bool ok) {
        Attempt attempt;
        attempt.job = job;
        attempt.kind = kind;
        attempt.document = on;
        attempt.message = "01M";
        attempt.number = 1;
        attempt.ok = ok;
        if (!ok) attempt.code = "test.fault";
        if (!ok) attempt.next_run = m_clock.now();
        must([&](Transaction& t) { return t.add_attempt(attempt); });
    };
    add("", "unwrap", true);
    add("01I", "parse", true);
    add("01D", "post", false);
    add("01X", "other", true);
    auto found = read<std::vector<Attempt>>(
        *m_store, [](Reader& r) { return r.attempts_of_document("01D"); });
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 3U);
    EXPECT_EQ((*found)[0].kind, "unwrap");
    EXPECT_EQ((*found)[1].kind, "parse");
    EXPECT_EQ((*found)[2].kind, "post");
    EXPECT_EQ((*found)[2].code, "test.fault");
    EXPECT_EQ((*found)[2].next_run, m_clock.now());
    EXPECT_FALSE((*found)[1].next_run);
}

TEST_F(Jobs, TriesCountFromTheFirstClaimAndAnewAfterARelease) {
    const auto id = add_job({.kind = "post", .order_key = "k"});
    m_clock.advance(std::chrono::hours(24 * 30));  // it waited behind an older one
    auto claimed = claim({.worker = "w"});
    ASSERT_EQ(ids_of(claimed), Ids{id});
    EXPECT_EQ(claimed[0].tries, 1U);
    EXPECT_EQ(claimed[0].first_try, m_clock.now());
    const Instant first = m_clock.now();
    must([&](Transaction& t) { return t.retry_job(claimed[0], m_clock.now(), an_error()); });
    m_clock.advance(std::chrono::hours(1));
    claimed = claim({.worker = "w"});
    EXPECT_EQ(claimed.at(0).tries, 2U);
    EXPECT_EQ(claimed.at(0).first_try, first);
    must([&](Transaction& t) { return t.park_job(claimed[0], an_error()); });
    m_clock.advance(std::chrono::hours(24 * 30));
    must([&](Transaction& t) { return t.release_job(id); });
    claimed = claim({.worker = "w"});
    EXPECT_EQ(claimed.at(0).tries, 1U);
    EXPECT_EQ(claimed.at(0).attempts, 3U) << "the history goes on counting";
    EXPECT_EQ(claimed.at(0).first_try, m_clock.now());
}

TEST_F(Jobs, StoppedLanesNameTheParkedJobAndHowManyWaitBehindIt) {
    const auto head = add_job({.kind = "unwrap", .order_key = "acme/"});
    add_job({.kind = "unwrap", .order_key = "acme/"});
    add_job({.kind = "unwrap", .order_key = "acme/"});
    add_job({.kind = "unwrap", .order_key = "other/"});
    add_job({.kind = "post"});  // waits for nobody, stops nobody
    for (const Job& job : claim({.worker = "w", .limit = 10}))
        if (job.order_key != "other/")
            must([&](Transaction& t) { return t.park_job(job, an_error()); });
    auto lanes =
        read<std::vector<StoppedLane>>(*m_store, [](Reader& r) { return r.stopped_lanes(); });
    ASSERT_TRUE(lanes) << lanes.error().text();
    ASSERT_EQ(lanes->size(), 1U);
    EXPECT_EQ(lanes->front().job.id, head);
    EXPECT_EQ(lanes->front().job.code, "test.fault");
    EXPECT_EQ(lanes->front().waiting, 2);
}

}  // namespace sallyport::store
