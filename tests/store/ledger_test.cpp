// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

namespace sallyport::store {

using Ledger = StoreTest;

namespace {

const ControlStream Stream{"ZZ:US", "ZZ:ACME", "ISA", 5};

}  // namespace

TEST_F(Ledger, ControlNumbersHaveNoGapsEvenWhenAUnitFails) {
    const auto take = [&](bool fail) {
        return submit<std::int64_t>(*m_store, [&](Transaction& t) -> Result<std::int64_t> {
            auto number = t.next_control_number(Stream);
            if (number && fail) return an_error();
            return number;
        });
    };
    EXPECT_EQ(*take(false), 1);
    EXPECT_FALSE(take(true));
    EXPECT_EQ(*take(false), 2);
    reopen();
    EXPECT_EQ(*take(false), 3);
    EXPECT_EQ(
        *read<std::int64_t>(*m_store, [](Reader& r) { return r.last_control_number(Stream); }), 3);
}

TEST_F(Ledger, ControlNumbersStopAtTheWidthOfTheField) {
    must([](Transaction& t) { return t.set_control_number(Stream, 4); });
    EXPECT_EQ(*submit<std::int64_t>(*m_store,
                                    [](Transaction& t) { return t.next_control_number(Stream); }),
              5);
    auto over = submit<std::int64_t>(*m_store,
                                     [](Transaction& t) { return t.next_control_number(Stream); });
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code(), "store.control.exhausted");
    EXPECT_EQ(over.error().blame(), Blame::Operator);
    auto back = m_store->submit([](Transaction& t) { return t.set_control_number(Stream, 4); });
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code(), "store.control.backwards");
}

TEST_F(Ledger, StreamsAreIndependent) {
    must([](Transaction& t) { return t.set_control_number(Stream, 3); });
    ControlStream other = Stream;
    other.kind = "ISA.test";
    EXPECT_EQ(*submit<std::int64_t>(*m_store,
                                    [&](Transaction& t) { return t.next_control_number(other); }),
              1);
}

TEST_F(Ledger, AReplayKeyTellsNewIdenticalAndConflictApart) {
    const auto claim_key = [&](const std::string& digest, const std::string& target) {
        auto answer = submit<ReplayAnswer>(*m_store, [&](Transaction& t) {
            return t.claim_replay_key(
                {ReplayLayer::Transport, replay_key({"acme", "<1@host>"}), digest, target});
        });
        EXPECT_TRUE(answer);
        return *answer;
    };
    EXPECT_EQ(claim_key("d1", "01FIRST").verdict, ReplayVerdict::New);
    m_clock.advance(std::chrono::seconds(9));
    const auto same = claim_key("d1", "01SECOND");
    EXPECT_EQ(same.verdict, ReplayVerdict::Identical);
    EXPECT_EQ(same.target, "01FIRST");
    EXPECT_EQ(same.since + std::chrono::seconds(9), m_clock.now());
    const auto other = claim_key("d2", "01THIRD");
    EXPECT_EQ(other.verdict, ReplayVerdict::Conflict);
    EXPECT_EQ(other.target, "01FIRST");
    EXPECT_EQ(other.digest, "d1");
}

TEST_F(Ledger, ReplayKeysAreExactOctetsAndSeparatePerLayer) {
    const auto verdict = [&](ReplayLayer layer, const Bytes& key) {
        auto answer = submit<ReplayAnswer>(*m_store, [&](Transaction& t) {
            return t.claim_replay_key({layer, key, "d", "t"});
        });
        EXPECT_TRUE(answer);
        return answer->verdict;
    };
    EXPECT_EQ(verdict(ReplayLayer::Envelope, Bytes("a\0b", 3)), ReplayVerdict::New);
    EXPECT_EQ(verdict(ReplayLayer::Envelope, Bytes("a\0c", 3)), ReplayVerdict::New);
    EXPECT_EQ(verdict(ReplayLayer::Envelope, "a"), ReplayVerdict::New);
    EXPECT_EQ(verdict(ReplayLayer::Envelope, "A"), ReplayVerdict::New);
    EXPECT_EQ(verdict(ReplayLayer::Business, "a"), ReplayVerdict::New);
    EXPECT_EQ(verdict(ReplayLayer::Envelope, "a"), ReplayVerdict::Identical);
    EXPECT_NE(replay_key({"ab", "c"}), replay_key({"a", "bc"}));
    EXPECT_NE(replay_key({"a", ""}), replay_key({"a"}));
}

TEST_F(Ledger, ExpectationsAreMetOnceAndOverdueOnesAreNamed) {
    add_document("01D");
    const Instant due = m_clock.now() + std::chrono::hours(24);
    Expectation ack;
    ack.kind = "997";
    ack.partner = "acme";
    ack.key = "17";
    ack.document = "01D";
    ack.due = due;
    auto id = submit<std::int64_t>(*m_store, [&](Transaction& t) { return t.expect(ack); });
    ASSERT_TRUE(id);

    m_clock.advance(std::chrono::hours(25));
    auto late =
        submit<std::vector<Expectation>>(*m_store, [](Transaction& t) { return t.mark_overdue(); });
    ASSERT_TRUE(late);
    ASSERT_EQ(late->size(), 1U);
    EXPECT_EQ((*late)[0].document, "01D");
    EXPECT_TRUE(
        submit<std::vector<Expectation>>(*m_store, [](Transaction& t) { return t.mark_overdue(); })
            ->empty())
        << "an expectation turns overdue once";
    EXPECT_EQ(read<std::vector<Expectation>>(*m_store,
                                             [&](Reader& r) { return r.overdue(m_clock.now()); })
                  ->size(),
              1U);

    const auto meet = [&] {
        return submit<std::vector<Expectation>>(*m_store, [](Transaction& t) {
            return t.meet_expectation("997", "acme", "17", "01ACK");
        });
    };
    auto met = meet();
    ASSERT_TRUE(met);
    ASSERT_EQ(met->size(), 1U);
    EXPECT_EQ((*met)[0].met_by, "01ACK");
    EXPECT_TRUE(meet()->empty()) << "a second answer settles nothing";
    EXPECT_TRUE(read<std::vector<Expectation>>(*m_store, [&](Reader& r) {
                    return r.overdue(m_clock.now());
                })->empty());
    auto stored = read<std::optional<Expectation>>(
        *m_store, [](Reader& r) { return r.expectation("997", "acme", "17"); });
    ASSERT_TRUE(stored && *stored);
    EXPECT_EQ((*stored)->state, ExpectationState::Met);
    EXPECT_EQ((*stored)->settled, m_clock.now());
}

TEST_F(Ledger, ABackOfficeResultIsRecordedOnceAndAnotherRecordIsAnAlarm) {
    add_document("01D");
    BackOfficeResult order{"acme|850|PO1", "01D", "odoo", 42, "S00042", "draft", false, {}};
    const auto record = [&] {
        return m_store->submit([&](Transaction& t) { return t.record_back_office(order); });
    };
    EXPECT_TRUE(record());
    EXPECT_TRUE(record());
    auto found = read<std::optional<BackOfficeResult>>(
        *m_store, [](Reader& r) { return r.back_office_result("acme|850|PO1"); });
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->record, 42);
    EXPECT_EQ((*found)->name, "S00042");
    order.record = 43;
    auto twice = record();
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code(), "store.back_office.conflict");
}

TEST_F(Ledger, BookmarksAreReplacedTakenAwayAndFoundAfterARestart) {
    must([](Transaction& t) { return t.set_bookmark("odoo.watch", "cursor", "a"); });
    must([](Transaction& t) { return t.set_bookmark("odoo.watch", "cursor", "b"); });
    must([](Transaction& t) { return t.set_bookmark("odoo.watch", "gone", "c"); });
    must([](Transaction& t) { return t.set_bookmark("odoo.other", "cursor", "d"); });
    must([](Transaction& t) { return t.set_bookmark("odoo.watch", "gone", ""); });
    reopen();
    const auto found = *read<std::optional<Bookmark>>(
        *m_store, [](Reader& r) { return r.bookmark("odoo.watch", "cursor"); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value, "b");
    EXPECT_FALSE(*read<std::optional<Bookmark>>(
        *m_store, [](Reader& r) { return r.bookmark("odoo.watch", "gone"); }));
    const auto all = *read<std::vector<Bookmark>>(
        *m_store, [](Reader& r) { return r.bookmarks("odoo.watch", "", 10); });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.front().name, "cursor");
    EXPECT_TRUE(read<std::vector<Bookmark>>(*m_store, [](Reader& r) {
                    return r.bookmarks("odoo.watch", "cursor", 10);
                })->empty());
}

TEST_F(Ledger, ARecordOfTheBackOfficeLeadsToItsDocument) {
    BackOfficeResult result;
    result.business_key = "acme|Order|PO-1";
    result.system = "odoo";
    result.record = 277;
    result.name = "S00277";
    result.state = "sale";
    must([&](Transaction& t) { return t.record_back_office(result); });
    const auto of = [&](const std::string& system, std::int64_t record) {
        return *read<std::vector<BackOfficeResult>>(
            *m_store, [&](Reader& r) { return r.back_office_results_for(system, record); });
    };
    ASSERT_EQ(of("odoo", 277).size(), 1U);
    EXPECT_EQ(of("odoo", 277).front().business_key, "acme|Order|PO-1");
    EXPECT_TRUE(of("odoo", 278).empty());
    EXPECT_TRUE(of("other", 277).empty());
}

}  // namespace sallyport::store
