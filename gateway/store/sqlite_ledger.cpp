// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/digest.h"
#include "gateway/store/sqlite_session.h"

#include <algorithm>

namespace sallyport::store {

namespace {

constexpr std::string_view ExpectationColumns =
    "id, kind, partner, match_key, document, message, due, state, met_by, created, settled";
constexpr std::string_view ExpectationShape =
    "ittttt"
    "itt"
    "ii";
constexpr std::string_view Waiting = "state IN ('open', 'overdue')";

constexpr std::string_view ResultColumns =
    "business_key, document, system, record, name, state, existed, posted";
constexpr std::string_view ResultShape = "tttittii";

Expectation expectation_from(Row row) {
    Expectation found;
    found.id = row.integer();
    found.kind = row.text();
    found.partner = row.text();
    found.key = row.text();
    found.document = row.text();
    found.message = row.text();
    found.due = row.instant();
    found.state = from_string<ExpectationState>(row.text()).value_or(ExpectationState::Overdue);
    found.met_by = row.text();
    found.created = row.instant();
    found.settled = row.maybe_instant();
    return found;
}

BackOfficeResult result_from(Row row) {
    BackOfficeResult result;
    result.business_key = row.text();
    result.document = row.text();
    result.system = row.text();
    result.record = row.integer();
    result.name = row.text();
    result.state = row.text();
    result.existed = row.flag();
    result.posted = row.instant();
    return result;
}

Bookmark bookmark_from(Row row) {
    Bookmark found;
    found.name = row.text();
    found.value = row.text();
    found.updated = row.instant();
    return found;
}

std::string stream_name(const ControlStream& stream) {
    return stream.kind + " from " + stream.sender + " to " + stream.receiver;
}

}  // namespace

Bytes replay_key(const std::vector<std::string_view>& parts) {
    Bytes key;
    for (const std::string_view part : parts) {
        key += std::to_string(part.size());
        key += ':';
        key += part;
    }
    return key;
}

Result<std::int64_t> SqliteSession::last_control_number(const ControlStream& stream) {
    auto rows = query(
        "SELECT last_used FROM control_numbers WHERE sender = ? AND receiver = ? AND kind = ?",
        "i",
        {stream.sender, stream.receiver, stream.kind});
    if (!rows) return std::move(rows).error();
    return rows->empty() ? std::int64_t{0} : rows->front().integer();
}

Result<std::int64_t> SqliteSession::next_control_number(const ControlStream& stream) {
    auto last = last_control_number(stream);
    if (!last) return std::move(last).error();
    if (*last >= stream.last)
        return doom(Error("store.control.exhausted",
                          Blame::Operator,
                          "the control numbers of " + stream_name(stream) + " are used up at " +
                              std::to_string(*last))
                        .remedy("agree with the partner on new envelope identifiers"));
    if (auto taken = run(
            "INSERT INTO control_numbers (sender, receiver, kind, last_used) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (sender, receiver, kind) DO UPDATE SET last_used = excluded.last_used",
            {stream.sender, stream.receiver, stream.kind, *last + 1});
        !taken)
        return std::move(taken).error();
    return *last + 1;
}

Status SqliteSession::set_control_number(const ControlStream& stream, std::int64_t last_used) {
    auto last = last_control_number(stream);
    if (!last) return std::move(last).error();
    if (last_used < *last || last_used > stream.last)
        return doom(Error("store.control.backwards",
                          Blame::Operator,
                          "the control number of " + stream_name(stream) + " stands at " +
                              std::to_string(*last) + " and cannot become " +
                              std::to_string(last_used))
                        .remedy("give a number that was not used yet"));
    return run(
        "INSERT INTO control_numbers (sender, receiver, kind, last_used) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (sender, receiver, kind) DO UPDATE SET last_used = excluded.last_used",
        {stream.sender, stream.receiver, stream.kind, last_used});
}

Result<std::optional<ReplayAnswer>> SqliteSession::replay_owner(ReplayLayer layer,
                                                                const Bytes& key) {
    auto rows =
        query("SELECT target, digest, created FROM replay_keys WHERE layer = ? AND replay_key = ?",
              "tti",
              {std::string(to_string(layer)), Octets{key}});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<ReplayAnswer>();
    ReplayAnswer answer;
    answer.target = rows->front().text();
    answer.digest = rows->front().text();
    answer.since = rows->front().instant();
    answer.verdict = ReplayVerdict::Identical;
    return std::optional<ReplayAnswer>(std::move(answer));
}

Result<ReplayAnswer> SqliteSession::claim_replay_key(const ReplayClaim& claim) {
    if (claim.key.empty())
        return doom({"store.replay.key", Blame::Bug, "an empty replay key was claimed"});
    // The unique key decides, not a search before it: that is what makes the guard hold on any database.
    if (auto taken = run("INSERT INTO replay_keys (layer, replay_key, digest, target, created) "
                         "VALUES (?, ?, ?, ?, ?) "
                         "ON CONFLICT DO NOTHING",
                         {std::string(to_string(claim.layer)),
                          Octets{claim.key},
                          claim.digest,
                          claim.target,
                          micros(m_now)});
        !taken)
        return std::move(taken).error();
    if (m_connection.changes() == 1)
        return ReplayAnswer{ReplayVerdict::New, claim.target, claim.digest, m_now};
    auto owner = replay_owner(claim.layer, claim.key);
    if (!owner) return std::move(owner).error();
    if (!*owner)
        return doom({"store.replay.key", Blame::Bug, "a replay key is taken and has no owner"});
    ReplayAnswer answer = std::move(**owner);
    answer.verdict = answer.digest == clean_text(claim.digest) ? ReplayVerdict::Identical
                                                               : ReplayVerdict::Conflict;
    return answer;
}

Result<std::vector<Expectation>> SqliteSession::read_expectations(
    const std::string& tail, const std::vector<Value>& values) {
    auto rows =
        query("SELECT " + std::string(ExpectationColumns) + " FROM expectations WHERE " + tail,
              ExpectationShape,
              values);
    if (!rows) return std::move(rows).error();
    std::vector<Expectation> found;
    found.reserve(rows->size());
    for (Row& row : *rows)
        found.push_back(expectation_from(std::move(row)));
    return found;
}

Result<std::vector<Expectation>> SqliteSession::overdue(Instant now) {
    return read_expectations(
        std::string(Waiting) + " AND due < ?" + order_and_limit("due, id", 10000), {micros(now)});
}

Result<std::vector<Expectation>> SqliteSession::expectations_of(const std::string& document) {
    return read_expectations("document = ? ORDER BY id", {document});
}

Result<std::optional<Expectation>> SqliteSession::expectation(const std::string& kind,
                                                              const std::string& partner,
                                                              const std::string& key) {
    auto found =
        read_expectations("kind = ? AND partner = ? AND match_key = ? ORDER BY id DESC LIMIT 1",
                          {kind, partner, key});
    if (!found) return std::move(found).error();
    if (found->empty()) return std::optional<Expectation>();
    return std::optional<Expectation>(std::move(found->front()));
}

Result<std::int64_t> SqliteSession::expect(const Expectation& expectation) {
    auto added =
        run("INSERT INTO expectations (kind, partner, match_key, document, message, due, state, "
            "met_by, created) VALUES "
            "(?, ?, ?, ?, ?, ?, 'open', '', ?)",
            {expectation.kind,
             expectation.partner,
             expectation.key,
             text_or_null(expectation.document),
             text_or_null(expectation.message),
             micros(expectation.due),
             micros(m_now)});
    if (!added) return std::move(added).error();
    return m_connection.last_id();
}

Result<std::vector<Expectation>> SqliteSession::meet_expectation(const std::string& kind,
                                                                 const std::string& partner,
                                                                 const std::string& key,
                                                                 const std::string& met_by) {
    auto waiting = read_expectations(
        "kind = ? AND partner = ? AND match_key = ? AND " + std::string(Waiting) + " ORDER BY id",
        {kind, partner, key});
    if (!waiting) return waiting;
    for (Expectation& one : *waiting) {
        if (auto met =
                run("UPDATE expectations SET state = 'met', met_by = ?, settled = ? WHERE id = ?",
                    {met_by, micros(m_now), one.id});
            !met)
            return std::move(met).error();
        one.state = ExpectationState::Met;
        one.met_by = met_by;
        one.settled = m_now;
    }
    return waiting;
}

Status SqliteSession::cancel_expectation(std::int64_t id) {
    return change("open expectation " + std::to_string(id),
                  "UPDATE expectations SET state = 'cancelled', settled = ? WHERE id = ? AND " +
                      std::string(Waiting),
                  {micros(m_now), id});
}

Status SqliteSession::postpone_expectation(std::int64_t id, Instant due) {
    return change(
        "open expectation " + std::to_string(id),
        "UPDATE expectations SET state = 'open', due = ? WHERE id = ? AND " + std::string(Waiting),
        {micros(due), id});
}

Result<std::vector<Expectation>> SqliteSession::mark_overdue() {
    auto late = read_expectations("state = 'open' AND due < ?" + order_and_limit("due, id", 10000),
                                  {micros(m_now)});
    if (!late) return late;
    for (Expectation& one : *late) {
        if (auto marked = run("UPDATE expectations SET state = 'overdue' WHERE id = ?", {one.id});
            !marked)
            return std::move(marked).error();
        one.state = ExpectationState::Overdue;
    }
    return late;
}

Result<std::vector<BackOfficeResult>> SqliteSession::read_results(
    const std::string& tail, const std::vector<Value>& values) {
    auto rows =
        query("SELECT " + std::string(ResultColumns) + " FROM back_office_results WHERE " + tail,
              ResultShape,
              values);
    if (!rows) return std::move(rows).error();
    std::vector<BackOfficeResult> found;
    for (Row& row : *rows)
        found.push_back(result_from(std::move(row)));
    return found;
}

Result<std::optional<BackOfficeResult>> SqliteSession::back_office_result(
    const std::string& business_key) {
    auto found = read_results("business_key = ?", {business_key});
    if (!found) return std::move(found).error();
    if (found->empty()) return std::optional<BackOfficeResult>();
    return std::optional<BackOfficeResult>(std::move(found->front()));
}

Result<std::vector<BackOfficeResult>> SqliteSession::back_office_results_of(
    const std::string& document) {
    return read_results("document = ? ORDER BY posted, business_key", {document});
}

Result<std::vector<BackOfficeResult>> SqliteSession::back_office_results_for(
    const std::string& system, std::int64_t record) {
    return read_results("record = ? AND system = ? ORDER BY posted, business_key",
                        {record, system});
}

Result<std::optional<Bookmark>> SqliteSession::bookmark(const std::string& scope,
                                                        const std::string& name) {
    auto rows = query("SELECT name, value, updated FROM bookmarks WHERE scope = ? AND name = ?",
                      "tti",
                      {scope, name});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<Bookmark>();
    return std::optional<Bookmark>(bookmark_from(std::move(rows->front())));
}

Result<std::vector<Bookmark>> SqliteSession::bookmarks(const std::string& scope,
                                                       const std::string& after,
                                                       unsigned limit) {
    auto rows = query(
        "SELECT name, value, updated FROM bookmarks WHERE scope = ? AND name > ? ORDER BY name "
        "LIMIT ?",
        "tti",
        {scope, after, std::int64_t{limit}});
    if (!rows) return std::move(rows).error();
    std::vector<Bookmark> found;
    for (Row& row : *rows)
        found.push_back(bookmark_from(std::move(row)));
    return found;
}

Status SqliteSession::set_bookmark(const std::string& scope,
                                   const std::string& name,
                                   const std::string& value) {
    if (value.empty())
        return run("DELETE FROM bookmarks WHERE scope = ? AND name = ?", {scope, name});
    return run(
        "INSERT INTO bookmarks (scope, name, value, updated) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value, updated = "
        "excluded.updated",
        {scope, name, value, micros(m_now)});
}

Status SqliteSession::record_back_office(const BackOfficeResult& result) {
    auto added = run("INSERT INTO back_office_results (" + std::string(ResultColumns) +
                         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                     {result.business_key,
                      text_or_null(result.document),
                      result.system,
                      result.record,
                      result.name,
                      result.state,
                      flag(result.existed),
                      micros(result.posted == Instant{} ? m_now : result.posted)});
    if (!added) return added;
    if (m_connection.changes() == 1) return {};
    auto stored = back_office_result(result.business_key);
    if (!stored) return std::move(stored).error();
    if (*stored && (*stored)->record == result.record && (*stored)->system == result.system)
        return {};
    return doom(Error("store.back_office.conflict",
                      Blame::Bug,
                      "business key " + result.business_key + " already stands for another record")
                    .remedy("compare both records in the back office and cancel the wrong one"));
}

}  // namespace sallyport::store
