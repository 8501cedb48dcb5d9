// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/changes.h"

#include "gateway/base/digest.h"

#include <array>
#include <utility>

namespace sallyport::api {
namespace {

constexpr std::chrono::milliseconds LookEvery{200};
constexpr unsigned Slice = 500;
constexpr unsigned Slices = 20;

bool is_told(std::string_view event) {
    constexpr std::array<std::string_view, 6> Families{
        "message.", "document.", "interchange.", "acknowledgement.", "ack.", "https.fetched"};
    for (const std::string_view family : Families)
        if (event.starts_with(family)) return true;
    return false;
}

Bytes eight(std::int64_t value) {
    Bytes octets;
    for (int shift = 56; shift >= 0; shift -= 8)
        octets += static_cast<char>(
            (static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift)) & 0xFFU);
    return octets;
}

Bytes mixed(BytesView a, BytesView b) {
    Bytes out(a);
    for (std::size_t at = 0; at < out.size(); ++at)
        out[at] = static_cast<char>(static_cast<unsigned char>(out[at]) ^
                                    static_cast<unsigned char>(b[at]));
    return out;
}

// The audit's subject is a message's or a document's id; anything else belongs to nobody.
Status add_subject(store::Reader& reader,
                   const store::AuditEntry& entry,
                   const std::string& partner,
                   std::vector<Change>& changes) {
    Change change{.seq = entry.seq, .event = entry.event, .time = entry.time};
    auto document = reader.document(entry.subject);
    if (!document) return std::move(document).error();
    if (*document) {
        if ((*document)->partner != partner) return {};
        change.document = **std::move(document);
    } else {
        auto message = reader.message(entry.subject);
        if (!message) return std::move(message).error();
        if (!*message || (*message)->partner != partner) return {};
        change.message = **std::move(message);
    }
    changes.push_back(std::move(change));
    return {};
}

}  // namespace

Status Changes::prepare(Random& random) {
    Bytes octets;
    for (int word = 0; word < 4; ++word)
        octets += eight(static_cast<std::int64_t>(random.next()));
    auto key = store::submit<std::string>(
        m_store, [&](store::Transaction& transaction) -> Result<std::string> {
            auto known = transaction.bookmark("https.key", "cursor");
            if (!known) return std::move(known).error();
            if (*known) return (*known)->value;
            if (Status done = transaction.set_bookmark("https.key", "cursor", to_hex(octets));
                !done)
                return std::move(done).error();
            return to_hex(octets);
        });
    if (!key) return std::move(key).error();
    m_key = Secret(*std::move(key));
    return {};
}

// A synthetic vector over partner and number, and the number under the key stream it begins.
std::string Changes::seal(const std::string& partner, std::int64_t seq) const {
    const Bytes number = eight(seq);
    const Bytes tag = hmac_sha256(m_key, "tag\n" + partner + "\n" + number).substr(0, 12);
    return to_hex(tag + mixed(number, stream(tag)));
}

std::optional<std::int64_t> Changes::open(const std::string& partner,
                                          const std::string& cursor) const {
    Bytes octets;
    if (cursor.size() != 40 || !from_hex(cursor, octets)) return std::nullopt;
    const Bytes number = mixed(octets.substr(12), stream(octets.substr(0, 12)));
    std::uint64_t value = 0;
    for (const char octet : number)
        value = (value << 8U) | static_cast<unsigned char>(octet);
    const auto seq = static_cast<std::int64_t>(value);
    if (!equal_constant_time(seal(partner, seq), cursor)) return std::nullopt;
    return seq;
}

Bytes Changes::stream(std::string_view tag) const {
    return hmac_sha256(m_key, "stream\n" + std::string(tag)).substr(0, 8);
}

Result<std::int64_t> Changes::head() const {
    auto head = store::read<store::AuditHead>(
        m_store, [](store::Reader& reader) { return reader.audit_head(); });
    if (!head) return std::move(head).error();
    return head->seq;
}

Result<ChangePage> Changes::look(const std::string& partner,
                                 std::int64_t after,
                                 unsigned limit) const {
    return store::read<ChangePage>(m_store, [&](store::Reader& reader) -> Result<ChangePage> {
        ChangePage page{.changes = {}, .next = after};
        for (unsigned slice = 0; slice < Slices; ++slice) {
            auto entries = reader.audit_entries(page.next + 1, Slice);
            if (!entries) return std::move(entries).error();
            for (const store::AuditEntry& entry : *entries) {
                if (page.changes.size() == limit) return page;
                page.next = entry.seq;
                if (entry.subject.empty() || !is_told(entry.event)) continue;
                if (Status added = add_subject(reader, entry, partner, page.changes); !added)
                    return std::move(added).error();
            }
            if (entries->size() < Slice) break;
        }
        return page;
    });
}

Result<ChangePage> Changes::read(const std::string& partner,
                                 std::int64_t after,
                                 unsigned limit,
                                 std::chrono::milliseconds wait) {
    const auto end = m_clock.steady_now() + wait;
    while (true) {
        const std::uint64_t units = m_store.counters().units;
        auto page = look(partner, after, limit);
        if (!page || !page->changes.empty()) return page;
        after = page->next;
        // Nothing is read again before something was written.
        do {
            if (m_clock.steady_now() >= end) return page;
            std::unique_lock lock(m_mutex);
            if (m_stopping.wait_for(lock, LookEvery, [&] { return m_stopped; })) return page;
        } while (m_store.counters().units == units);
    }
}

void Changes::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = true;
    }
    m_stopping.notify_all();
}

}  // namespace sallyport::api
