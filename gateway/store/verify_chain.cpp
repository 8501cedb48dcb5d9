// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/store.h"

namespace sallyport::store {

namespace {

constexpr unsigned Chunk = 5000;  // entries read at a time
const Bytes& before_first() {
    static const Bytes zeros(32, '\0');
    return zeros;
}

class Walk {
public:
    Walk(Reader& reader, const std::optional<AuditHead>& known)
        : m_reader(reader), m_known(known) {}

    Result<ChainVerdict> run() {
        for (;;) {
            auto chunk = m_reader.audit_entries(m_verdict.head.seq + 1, Chunk);
            if (!chunk) return std::move(chunk).error();
            if (chunk->empty()) break;
            for (std::size_t at = 0; at < chunk->size(); ++at) {
                const AuditEntry* next = at + 1 < chunk->size() ? &(*chunk)[at + 1] : nullptr;
                auto fine = step((*chunk)[at], next);
                if (!fine) return std::move(fine).error();
                if (m_verdict.broken) return m_verdict;
            }
        }
        if (auto checked = check_end(); !checked) return std::move(checked).error();
        return m_verdict;
    }

private:
    void blame(std::int64_t seq, ChainFault fault, std::string why) {
        m_verdict.broken = ChainBreak{seq, fault, std::move(why)};
    }

    Status step(const AuditEntry& entry, const AuditEntry* next) {
        const std::int64_t expected = m_verdict.head.seq + 1;
        if (entry.seq != expected) {
            blame(expected,
                  ChainFault::Missing,
                  "after entry " + std::to_string(m_verdict.head.seq) + " comes entry " +
                      std::to_string(entry.seq));
            return {};
        }
        ++m_verdict.entries;
        if (audit_hash(entry) != entry.hash) return explain_bad_hash(entry);
        if (entry.previous != m_verdict.head.hash) {
            explain_bad_link(entry, next);
            return {};
        }
        m_verdict.head = {entry.seq, entry.hash};
        if (m_known && m_known->seq == entry.seq && m_known->hash != entry.hash)
            blame(entry.seq,
                  ChainFault::Altered,
                  "the entry is whole but is not the one whose hash was noted outside the "
                  "database: the chain up to here "
                  "was rewritten");
        return {};
    }

    // The content does not give the hash beside it: changed, or written for another place in the chain.
    // Numbers beyond the head are tried too, for whoever deletes entries shortens the head.
    Status explain_bad_hash(const AuditEntry& entry) {
        auto head = m_reader.audit_head();
        if (!head) return std::move(head).error();
        AuditEntry moved = entry;
        for (moved.seq = 1; moved.seq <= head->seq + 1000; ++moved.seq) {
            if (audit_hash(moved) != entry.hash) continue;
            auto successor = follows_somewhere(entry.seq);
            if (!successor) return std::move(successor).error();
            const std::string origin =
                "this entry was written as number " + std::to_string(moved.seq);
            if (*successor != 0)
                blame(
                    entry.seq,
                    ChainFault::Reordered,
                    origin + "; the one that belongs here stands at " + std::to_string(*successor));
            else
                blame(entry.seq,
                      ChainFault::Missing,
                      origin + "; the one that belongs here is gone and the rest was renumbered");
            return {};
        }
        blame(entry.seq, ChainFault::Altered, "its content does not give its hash");
        return {};
    }

    // Where the entry stands that names the last good one as its predecessor; 0 when nowhere.
    Result<std::int64_t> follows_somewhere(std::int64_t from) {
        for (std::int64_t first = from;;) {
            auto chunk = m_reader.audit_entries(first, Chunk);
            if (!chunk) return std::move(chunk).error();
            if (chunk->empty()) return std::int64_t{0};
            for (const AuditEntry& entry : *chunk)
                if (entry.previous == m_verdict.head.hash) return entry.seq;
            first = chunk->back().seq + 1;
        }
    }

    // The entry is whole in itself but does not follow the one before it: one of the two was rewritten with its hash.
    void explain_bad_link(const AuditEntry& entry, const AuditEntry* next) {
        const bool next_confirms = next != nullptr && next->previous == entry.hash;
        if (next_confirms && entry.seq > 1)
            blame(entry.seq - 1,
                  ChainFault::Altered,
                  "it was rewritten together with its hash: entry " + std::to_string(entry.seq) +
                      " still names the hash it had before");
        else
            blame(entry.seq,
                  ChainFault::Altered,
                  "it was rewritten together with its hash: it does not name the hash of the entry "
                  "before it");
    }

    Status check_end() {
        auto head = m_reader.audit_head();
        if (!head) return std::move(head).error();
        const std::int64_t last = m_verdict.head.seq;
        if (m_known && m_known->seq > last) {
            blame(last + 1,
                  ChainFault::Truncated,
                  "the chain ends at entry " + std::to_string(last) + ", but entry " +
                      std::to_string(m_known->seq) + " was noted outside the database");
        } else if (head->seq > last) {
            blame(last + 1,
                  ChainFault::Truncated,
                  "the chain ends at entry " + std::to_string(last) + ", its head says " +
                      std::to_string(head->seq));
        } else if (head->seq != last || head->hash != m_verdict.head.hash) {
            blame(head->seq + 1,
                  ChainFault::Altered,
                  "the chain's head stands at entry " + std::to_string(head->seq) +
                      " and does not match the last entry, " + std::to_string(last));
        }
        return {};
    }

    Reader& m_reader;
    const std::optional<AuditHead>& m_known;
    ChainVerdict m_verdict{0, {0, before_first()}, {}};
};

}  // namespace

Result<ChainVerdict> verify_chain(Store& store, const std::optional<AuditHead>& known) {
    return read<ChainVerdict>(store, [&](Reader& reader) { return Walk(reader, known).run(); });
}

}  // namespace sallyport::store
