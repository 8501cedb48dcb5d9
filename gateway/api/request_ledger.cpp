// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/request_ledger.h"

#include "gateway/base/crash_point.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace sallyport::api {
namespace {

using https::KeptAnswer;
using nlohmann::ordered_json;

constexpr std::string_view Answers = "https.answer";
constexpr std::chrono::hours KeepAnswers{24 * 8};
// Each new name clears away a few that are over, so that the table stays as large as the traffic of its time.
constexpr unsigned Cleared = 4;

// Sorts by time.
std::string stamp(Instant at) {
    std::string digits = std::to_string(to_micros(at));
    return std::string(20 - std::min<std::size_t>(20, digits.size()), '0') + digits;
}

std::string by_time(const std::string& scope) {
    return scope + ".time";
}

Status clear_old(store::Transaction& transaction, const std::string& scope) {
    auto oldest = transaction.bookmarks(by_time(scope), "", Cleared);
    if (!oldest) return std::move(oldest).error();
    const std::string now = stamp(transaction.now());
    for (const store::Bookmark& one : *oldest) {
        if (one.name >= now) break;
        if (Status done = transaction.set_bookmark(scope, one.value, ""); !done) return done;
        if (Status done = transaction.set_bookmark(by_time(scope), one.name, ""); !done)
            return done;
    }
    return {};
}

struct Entry {
    std::string scope;
    std::string name;
    std::string value;
    Instant until;
};

// Takes the name when it is free; the value it has afterwards is in `entry.value`. True when it was free.
Result<bool> take(store::Transaction& transaction, Entry& entry) {
    auto known = transaction.bookmark(entry.scope, entry.name);
    if (!known) return std::move(known).error();
    if (*known) {
        entry.value = (*known)->value;
        return false;
    }
    if (Status done = transaction.set_bookmark(entry.scope, entry.name, entry.value); !done)
        return std::move(done).error();
    if (Status done = transaction.set_bookmark(
            by_time(entry.scope), stamp(entry.until) + "/" + entry.name, entry.name);
        !done)
        return std::move(done).error();
    if (Status done = clear_old(transaction, entry.scope); !done) return std::move(done).error();
    return true;
}

std::string answer_name(const std::string& partner, const std::string& key) {
    return partner + "/" + key;
}

std::string written(const KeptAnswer& answer) {
    return ordered_json{{"fingerprint", answer.fingerprint},
                        {"status", answer.status},
                        {"content_type", answer.content_type},
                        {"body", answer.body}}
        .dump();
}

KeptAnswer read_answer(const std::string& text) {
    const auto kept = ordered_json::parse(text, nullptr, false);
    return {.fingerprint = kept.value("fingerprint", ""),
            .status = kept.value("status", 0),
            .content_type = kept.value("content_type", ""),
            .body = kept.value("body", "")};
}

}  // namespace

Result<bool> StoreLedger::claim(const Claim& claim) {
    CRASH_POINT("https.claim.before");
    auto taken = store::submit<bool>(
        m_store,
        [entry = Entry{.scope = "https." + claim.space,
                       .name = claim.name,
                       .value = "1",
                       .until = claim.since + claim.keep}](
            store::Transaction& transaction) mutable { return take(transaction, entry); });
    CRASH_POINT("https.claim.after");
    return taken;
}

Result<std::optional<KeptAnswer>> StoreLedger::answer(const std::string& partner,
                                                      const std::string& key) {
    return store::read<std::optional<KeptAnswer>>(
        m_store, [&](store::Reader& reader) -> Result<std::optional<KeptAnswer>> {
            auto known = reader.bookmark(std::string(Answers), answer_name(partner, key));
            if (!known) return std::move(known).error();
            if (!*known) return std::optional<KeptAnswer>();
            return std::optional<KeptAnswer>(read_answer((*known)->value));
        });
}

Result<KeptAnswer> StoreLedger::keep(const std::string& partner,
                                     const std::string& key,
                                     const KeptAnswer& answer) {
    CRASH_POINT("https.answer.before");
    auto kept = store::submit<KeptAnswer>(
        m_store,
        [entry = Entry{.scope = std::string(Answers),
                       .name = answer_name(partner, key),
                       .value = written(answer),
                       .until = m_clock.now() + KeepAnswers}](
            store::Transaction& transaction) mutable -> Result<KeptAnswer> {
            auto taken = take(transaction, entry);
            if (!taken) return std::move(taken).error();
            return read_answer(entry.value);
        });
    CRASH_POINT("https.answer.after");
    return kept;
}

}  // namespace sallyport::api
