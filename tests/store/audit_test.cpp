// SPDX-License-Identifier: Apache-2.0
// The audit chain against an attacker with a database editor.
#include "fixture.h"

#include "gateway/base/digest.h"
#include "gateway/store/sql.h"

namespace sallyport::store {

class Audit : public StoreTest {
protected:
    void append(unsigned count) {
        for (unsigned at = 0; at < count; ++at) {
            m_clock.advance(std::chrono::microseconds(1));
            must([&](Transaction& t) {
                return t.audit({"gateway",
                                "message.received",
                                "01M" + std::to_string(at),
                                {{"n", std::to_string(at)}}});
            });
        }
    }
    // What somebody with the file and the sqlite3 program can do.
    void tamper(const std::vector<std::string>& statements) {
        auto connection =
            Connection::open(file(), Connection::Mode::ReadWrite, std::chrono::seconds(5));
        ASSERT_TRUE(connection);
        for (const char* trigger : {"audit_never_changes", "audit_never_shrinks"})
            ASSERT_TRUE((*connection)->run("DROP TRIGGER IF EXISTS " + std::string(trigger)));
        for (const std::string& statement : statements) {
            auto done = (*connection)->run(statement);
            ASSERT_TRUE(done) << done.error().text();
        }
    }
    ChainVerdict verify(const std::optional<AuditHead>& known = {}) {
        auto verdict = verify_chain(*m_store, known);
        EXPECT_TRUE(verdict);
        return *verdict;
    }
    void expect_break(std::int64_t seq,
                      ChainFault fault,
                      const std::optional<AuditHead>& known = {}) {
        const auto verdict = verify(known);
        ASSERT_TRUE(verdict.broken);
        EXPECT_EQ(verdict.broken->seq, seq) << verdict.broken->why;
        EXPECT_EQ(to_string(verdict.broken->fault), to_string(fault)) << verdict.broken->why;
    }
    // Rewrites an entry the way a careful forger would: with the hash that fits.
    void forge(std::int64_t seq, const std::string& actor) {
        auto entries = read<std::vector<AuditEntry>>(
            *m_store, [&](Reader& r) { return r.audit_entries(seq, 1); });
        ASSERT_TRUE(entries);
        AuditEntry entry = entries->front();
        entry.actor = actor;
        tamper({"UPDATE audit SET actor = '" + actor + "', hash = x'" + to_hex(audit_hash(entry)) +
                "' WHERE seq = " + std::to_string(seq)});
    }
};

TEST_F(Audit, TheLayoutIsTheDocumentedOne) {
    append(1);
    auto entries =
        read<std::vector<AuditEntry>>(*m_store, [](Reader& r) { return r.audit_entries(1, 10); });
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 1U);
    const AuditEntry& entry = entries->front();
    const auto field = [](const std::string& text) {
        return std::string(7, '\0') + static_cast<char>(text.size()) + text;
    };
    const std::string layout = "sallyport-audit-1\n" + std::string(32, '\0') + field("1") +
                               field(std::to_string(to_micros(entry.time))) + field("gateway") +
                               field("message.received") + field("01M0") + field(R"({"n":"0"})");
    EXPECT_EQ(to_hex(entry.hash), to_hex(sha256(layout)));
}

TEST_F(Audit, DetailIsCanonicalJson) {
    EXPECT_EQ(canonical_json({}), "{}");
    EXPECT_EQ(canonical_json({{"b", "\"\\\b\f\n\r\t\x01\x1f"}, {"a", "Z\xC3\xBCrich/"}}),
              "{\"a\":\"Z\xC3\xBCrich/\",\"b\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\"}");
}

TEST_F(Audit, AWholeChainVerifiesAndAnEmptyOneToo) {
    EXPECT_FALSE(verify().broken);
    append(7);
    reopen();
    append(3);
    const auto verdict = verify();
    EXPECT_FALSE(verdict.broken);
    EXPECT_EQ(verdict.entries, 10);
    EXPECT_EQ(verdict.head.seq, 10);
    EXPECT_FALSE(verify(verdict.head).broken);
}

TEST_F(Audit, AnEntryOfARolledBackUnitLeavesNoGap) {
    append(1);
    auto failed = m_store->submit([](Transaction& t) -> Status {
        if (auto done = t.audit({"gateway", "document.posted", "01D", {}}); !done) return done;
        return an_error();
    });
    EXPECT_FALSE(failed);
    append(1);
    EXPECT_EQ(verify().entries, 2);
    EXPECT_FALSE(verify().broken);
}

TEST_F(Audit, HostileTextInAnEntryStillVerifies) {
    must([](Transaction& t) {
        return t.audit({"partner:\xFF",
                        "message.refused",
                        std::string("a\0b", 3),
                        {{"why", std::string("\0\xC3\n", 3)}}});
    });
    EXPECT_FALSE(verify().broken);
}

TEST_F(Audit, TheProgramItselfCannotChangeOrDeleteAnEntry) {
    append(2);
    auto connection =
        Connection::open(file(), Connection::Mode::ReadWrite, std::chrono::seconds(5));
    ASSERT_TRUE(connection);
    EXPECT_FALSE((*connection)->run("UPDATE audit SET actor = 'x' WHERE seq = 1"));
    EXPECT_FALSE((*connection)->run("DELETE FROM audit WHERE seq = 2"));
    EXPECT_FALSE(verify().broken);
}

TEST_F(Audit, EveryAlteredFieldIsLocated) {
    append(5);
    for (const char* change : {"actor = 'x'",
                               "event = 'x'",
                               "subject = 'x'",
                               "detail = '{}'",
                               "time = time + 1",
                               "hash = zeroblob(32)"}) {
        SCOPED_TRACE(change);
        auto saved = read<std::vector<AuditEntry>>(*m_store,
                                                   [](Reader& r) { return r.audit_entries(3, 1); });
        ASSERT_TRUE(saved);
        const AuditEntry& old = saved->front();
        tamper({"UPDATE audit SET " + std::string(change) + " WHERE seq = 3"});
        expect_break(3, ChainFault::Altered);
        tamper({"UPDATE audit SET actor = '" + old.actor + "', event = '" + old.event +
                "', subject = '" + old.subject + "', detail = '" + old.detail +
                "', time = " + std::to_string(to_micros(old.time)) + ", hash = x'" +
                to_hex(old.hash) + "' WHERE seq = 3"});
        EXPECT_FALSE(verify().broken);
    }
}

TEST_F(Audit, ADeletedEntryIsMissing) {
    append(5);
    tamper({"DELETE FROM audit WHERE seq = 3"});
    expect_break(3, ChainFault::Missing);
}

TEST_F(Audit, ADeletedFirstEntryIsMissing) {
    append(3);
    tamper({"DELETE FROM audit WHERE seq = 1"});
    expect_break(1, ChainFault::Missing);
}

TEST_F(Audit, ADeletedEntryIsMissingEvenWhenTheRestWasRenumbered) {
    append(5);
    tamper({"DELETE FROM audit WHERE seq = 3",
            "UPDATE audit SET seq = -seq WHERE seq > 3",
            "UPDATE audit SET seq = -seq - 1 WHERE seq < 0",
            "UPDATE audit_head SET seq = 4"});
    // The last entry was written as number 5; the search for its number must not stop at the shortened head.
    expect_break(3, ChainFault::Missing);
}

TEST_F(Audit, SwappedEntriesAreReordered) {
    append(6);
    tamper({"UPDATE audit SET seq = -1 WHERE seq = 3",
            "UPDATE audit SET seq = 3 WHERE seq = 4",
            "UPDATE audit SET seq = 4 WHERE seq = -1"});
    expect_break(3, ChainFault::Reordered);
}

TEST_F(Audit, ACutTailIsTruncatedByTheHeadRow) {
    append(5);
    tamper({"DELETE FROM audit WHERE seq > 3"});
    expect_break(4, ChainFault::Truncated);
}

TEST_F(Audit, ACutTailWithAForgedHeadRowIsTruncatedByTheHeadKeptOutside) {
    append(5);
    const AuditHead known = verify().head;
    tamper({"DELETE FROM audit WHERE seq > 3",
            "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)"});
    EXPECT_FALSE(verify().broken) << "inside the file nothing shows it";
    expect_break(4, ChainFault::Truncated, known);
}

TEST_F(Audit, AnEntryRewrittenWithItsHashIsLocatedByItsSuccessor) {
    append(5);
    forge(3, "mallory");
    expect_break(3, ChainFault::Altered);
}

TEST_F(Audit, ALastEntryRewrittenWithItsHashDoesNotMatchTheHead) {
    append(3);
    forge(3, "mallory");
    EXPECT_TRUE(verify().broken);
}

TEST_F(Audit, AChainRewrittenAsAWholeIsFoundByTheHeadKeptOutside) {
    append(3);
    const AuditHead known = verify().head;
    forge(3, "mallory");
    tamper({"UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 3)"});
    EXPECT_FALSE(verify().broken);
    expect_break(3, ChainFault::Altered, known);
}

TEST_F(Audit, AnEntryAddedBehindTheHeadIsFound) {
    append(2);
    auto entries =
        read<std::vector<AuditEntry>>(*m_store, [](Reader& r) { return r.audit_entries(2, 1); });
    ASSERT_TRUE(entries);
    AuditEntry extra{3, m_clock.now(), "mallory", "e", "s", "{}", entries->front().hash, {}};
    tamper({"INSERT INTO audit VALUES (3, " + std::to_string(to_micros(extra.time)) +
            ", 'mallory', 'e', 's', '{}', x'" + to_hex(extra.previous) + "', x'" +
            to_hex(audit_hash(extra)) + "')"});
    expect_break(3, ChainFault::Altered);
}

TEST_F(Audit, EntriesOfASubjectAreFound) {
    append(3);
    auto entries =
        read<std::vector<AuditEntry>>(*m_store, [](Reader& r) { return r.audit_of("01M1"); });
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_EQ(entries->front().seq, 2);
}

}  // namespace sallyport::store
