// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sqlite_session.h"

#include <algorithm>

namespace sallyport::store {

namespace {

constexpr std::string_view Columns =
    "id, kind, document, message, order_key, rank, state, attempts, run_at, lease_owner, "
    "lease_until, epoch, code, "
    "reason, created, updated, tries, first_try";
constexpr std::string_view Shape = "ittttitiitiittiiii";

constexpr std::string_view AttemptColumns =
    "job, kind, document, message, attempt_number, started, ended, ok, code, error_text, blame, "
    "next_run";
constexpr std::string_view AttemptShape = "itttiiiittti";

// No unfinished job of its key stands before it.
constexpr std::string_view Unblocked =
    "j.state IN ('ready', 'leased') AND (j.order_key IS NULL OR NOT EXISTS "
    "(SELECT 1 FROM jobs AS o WHERE o.order_key = j.order_key AND o.state IN ('ready', 'leased', "
    "'parked') AND (o.rank < j.rank OR (o.rank = j.rank AND o.id < j.id))))";

Job job_from(Row row) {
    Job job;
    job.id = row.integer();
    job.kind = row.text();
    job.document = row.text();
    job.message = row.text();
    job.order_key = row.text();
    job.rank = row.integer();
    job.state = from_string<JobState>(row.text()).value_or(JobState::Parked);
    job.attempts = static_cast<unsigned>(row.integer());
    job.run_at = row.instant();
    job.lease_owner = row.text();
    job.lease_until = row.maybe_instant();
    job.epoch = static_cast<std::uint64_t>(row.integer());
    job.code = row.text();
    job.reason = row.text();
    job.created = row.instant();
    job.updated = row.instant();
    job.tries = static_cast<unsigned>(row.integer());
    job.first_try = row.maybe_instant();
    return job;
}

Attempt attempt_from(Row row) {
    Attempt attempt;
    attempt.job = row.integer();
    attempt.kind = row.text();
    attempt.document = row.text();
    attempt.message = row.text();
    attempt.number = static_cast<unsigned>(row.integer());
    attempt.started = row.instant();
    attempt.ended = row.instant();
    attempt.ok = row.flag();
    attempt.code = row.text();
    attempt.text = row.text();
    attempt.blame = row.text();
    attempt.next_run = row.maybe_instant();
    return attempt;
}

Error wrong_state(std::int64_t id) {
    return Error("store.job.state",
                 Blame::Operator,
                 "job " + std::to_string(id) + " is neither parked nor waiting")
        .remedy("look at it again: a worker has it, or it is finished");
}

}  // namespace

Result<std::vector<Job>> SqliteSession::read_jobs(const std::string& tail,
                                                  const std::vector<Value>& values) {
    auto rows = query("SELECT " + std::string(Columns) + " FROM jobs" + tail, Shape, values);
    if (!rows) return std::move(rows).error();
    std::vector<Job> found;
    found.reserve(rows->size());
    for (Row& row : *rows)
        found.push_back(job_from(std::move(row)));
    return found;
}

Result<std::optional<Job>> SqliteSession::job(std::int64_t id) {
    auto found = read_jobs(" WHERE id = ?", {id});
    if (!found) return std::move(found).error();
    if (found->empty()) return std::optional<Job>();
    return std::optional<Job>(std::move(found->front()));
}

Result<std::vector<Job>> SqliteSession::jobs(const JobFilter& filter) {
    Where where;
    where.add_enum("state", filter.state);
    where.add_text("kind", filter.kind);
    where.add_text("document", filter.document);
    where.add_text("message", filter.message);
    where.add_text("order_key", filter.order_key);
    return read_jobs(where.text() + order_and_limit("id", filter.limit), where.values());
}

Result<std::vector<JobCount>> SqliteSession::job_counts() {
    auto rows = query(
        "SELECT kind, state, count(*), min(created) FROM jobs WHERE state IN ('ready', 'leased', "
        "'parked') "
        "GROUP BY kind, state ORDER BY kind, state",
        "ttii");
    if (!rows) return std::move(rows).error();
    std::vector<JobCount> counts;
    for (Row& row : *rows) {
        JobCount count;
        count.kind = row.text();
        count.state = from_string<JobState>(row.text()).value_or(JobState::Parked);
        count.count = row.integer();
        count.oldest = row.instant();
        counts.push_back(std::move(count));
    }
    return counts;
}

Result<std::vector<StoppedLane>> SqliteSession::stopped_lanes() {
    auto parked = read_jobs(
        " AS j WHERE state = 'parked' AND order_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs "
        "AS o WHERE o.order_key = j.order_key AND o.state IN ('ready', 'leased', 'parked') AND "
        "(o.rank < j.rank OR (o.rank = j.rank AND o.id < j.id))) ORDER BY updated LIMIT 1000",
        {});
    if (!parked) return std::move(parked).error();
    std::vector<StoppedLane> lanes;
    for (Job& job : *parked) {
        auto behind = query(
            "SELECT count(*) FROM jobs WHERE order_key = ? AND state IN ('ready', "
            "'leased', 'parked') AND id <> ?",
            "i",
            {job.order_key, job.id});
        if (!behind) return std::move(behind).error();
        lanes.push_back({.job = std::move(job), .waiting = behind->front().integer()});
    }
    return lanes;
}

Result<std::optional<Instant>> SqliteSession::next_wakeup() {
    auto rows = query(
        "SELECT j.due FROM jobs AS j WHERE " + std::string(Unblocked) + " ORDER BY j.due LIMIT 1",
        "i");
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<Instant>();
    return rows->front().maybe_instant();
}

Result<std::vector<Attempt>> SqliteSession::read_attempts(const std::string& tail,
                                                          const std::vector<Value>& values) {
    auto rows = query("SELECT " + std::string(AttemptColumns) + " FROM attempts" + tail +
                          " ORDER BY id LIMIT 10000",
                      AttemptShape,
                      values);
    if (!rows) return std::move(rows).error();
    std::vector<Attempt> found;
    found.reserve(rows->size());
    for (Row& row : *rows)
        found.push_back(attempt_from(std::move(row)));
    return found;
}

Result<std::vector<Attempt>> SqliteSession::attempts_of_document(const std::string& document) {
    return read_attempts(
        " WHERE document = ?1 OR document = (SELECT parent FROM documents WHERE id = ?1) OR "
        "message = (SELECT message FROM documents WHERE id = ?1) AND document IS NULL",
        {document});
}

Result<std::vector<Attempt>> SqliteSession::attempts_of_message(const std::string& message) {
    return read_attempts(" WHERE message = ?", {message});
}

Result<std::int64_t> SqliteSession::add_job(const NewJob& job) {
    const Value run_at = micros(job.run_at.value_or(m_now));
    auto added =
        run("INSERT INTO jobs (kind, document, message, order_key, rank, state, attempts, run_at, "
            "due, lease_owner, epoch, "
            "code, reason, created, updated) VALUES (?, ?, ?, ?, ?, 'ready', 0, ?, ?, '', 0, '', "
            "'', ?, ?)",
            {job.kind,
             text_or_null(job.document),
             text_or_null(job.message),
             text_or_null(job.order_key),
             job.rank,
             run_at,
             run_at,
             micros(m_now),
             micros(m_now)});
    if (!added) return std::move(added).error();
    const std::int64_t id = m_connection.last_id();
    if (job.rank != 0) return id;
    if (auto ranked = run("UPDATE jobs SET rank = id WHERE id = ?", {id}); !ranked)
        return std::move(ranked).error();
    return id;
}

Result<std::vector<Job>> SqliteSession::claim_jobs(const ClaimRequest& request) {
    std::string terms = " FROM jobs AS j WHERE j.due <= ? AND " + std::string(Unblocked);
    std::vector<Value> values{micros(m_now)};
    for (std::size_t at = 0; at < request.kinds.size(); ++at) {
        terms += at == 0 ? " AND j.kind IN (?" : ", ?";
        if (at + 1 == request.kinds.size()) terms += ")";
        values.emplace_back(request.kinds[at]);
    }
    for (const std::string& prefix : request.skip_key_prefixes) {
        terms += " AND (j.order_key IS NULL OR substr(j.order_key, 1, length(?)) <> ?)";
        values.emplace_back(prefix);
        values.emplace_back(prefix);
    }
    const unsigned limit = std::clamp(request.limit, 1U, 1000U);
    auto rows =
        query("SELECT j.id" + terms + " ORDER BY j.due, j.id LIMIT " + std::to_string(limit),
              "i",
              values);
    if (!rows) return std::move(rows).error();
    std::vector<Job> claimed;
    for (Row& row : *rows) {
        const std::int64_t id = row.integer();
        const Instant until = m_now + request.lease;
        if (auto leased = run(
                "UPDATE jobs SET state = 'leased', attempts = attempts + 1, epoch = "
                "epoch + 1, lease_owner = ?, "
                "lease_until = ?, due = ?, updated = ?, tries = tries + 1, "
                "first_try = coalesce(first_try, ?) WHERE id = ?",
                {request.worker, micros(until), micros(until), micros(m_now), micros(m_now), id});
            !leased)
            return std::move(leased).error();
        auto found = job(id);
        if (!found) return std::move(found).error();
        claimed.push_back(std::move(**found));
    }
    return claimed;
}

Status SqliteSession::fenced_change(const Job& job,
                                    const std::string& set,
                                    std::vector<Value> values) {
    values.push_back(micros(m_now));
    values.emplace_back(job.id);
    values.emplace_back(static_cast<std::int64_t>(job.epoch));
    if (auto done = run("UPDATE jobs SET " + set +
                            ", updated = ? WHERE id = ? AND epoch = ? AND state = 'leased'",
                        values);
        !done)
        return done;
    if (m_connection.changes() == 1) return {};
    return doom(Error("store.job.fenced",
                      Blame::Bug,
                      "job " + std::to_string(job.id) + " (" + job.kind +
                          ") is no longer leased to " + job.lease_owner)
                    .remedy("the work of this claim is dropped, another claim does it; if this "
                            "repeats, make leases "
                            "longer (pipeline.lease)"));
}

Status SqliteSession::finish_job(const Job& job) {
    return fenced_change(
        job, "state = 'done', lease_owner = '', lease_until = NULL, code = '', reason = ''", {});
}

Status SqliteSession::retry_job(const Job& job, Instant run_at, const Error& error) {
    return fenced_change(job,
                         "state = 'ready', lease_owner = '', lease_until = NULL, run_at = ?, due = "
                         "?, code = ?, reason = ?",
                         {micros(run_at), micros(run_at), std::string(error.code()), error.text()});
}

Status SqliteSession::park_job(const Job& job, const Error& error) {
    return fenced_change(
        job,
        "state = 'parked', lease_owner = '', lease_until = NULL, code = ?, reason = ?",
        {std::string(error.code()), error.text()});
}

Status SqliteSession::extend_lease(const Job& job, std::chrono::seconds lease) {
    return fenced_change(
        job, "lease_until = ?, due = ?", {micros(m_now + lease), micros(m_now + lease)});
}

Status SqliteSession::release_job(std::int64_t id) {
    if (auto done =
            run("UPDATE jobs SET state = 'ready', run_at = ?, due = ?, updated = ?, tries = "
                "0, first_try = NULL WHERE id = ? AND state IN "
                "('parked', 'ready')",
                {micros(m_now), micros(m_now), micros(m_now), id});
        !done)
        return done;
    if (m_connection.changes() == 1) return {};
    return doom(wrong_state(id));
}

Status SqliteSession::discard_job(std::int64_t id) {
    if (auto done = run("UPDATE jobs SET state = 'discarded', updated = ? WHERE id = ? AND state "
                        "IN ('parked', 'ready')",
                        {micros(m_now), id});
        !done)
        return done;
    if (m_connection.changes() == 1) return {};
    return doom(wrong_state(id));
}

Result<std::int64_t> SqliteSession::release_leases(const std::string& worker_prefix) {
    // The epoch moves, so that whoever still believes in the lease is fenced off.
    if (auto done =
            run("UPDATE jobs SET state = 'ready', due = ?, lease_owner = '', lease_until = NULL, "
                "epoch = epoch + 1, "
                "updated = ? WHERE state = 'leased' AND substr(lease_owner, 1, length(?)) = ?",
                {micros(m_now), micros(m_now), worker_prefix, worker_prefix});
        !done)
        return std::move(done).error();
    return m_connection.changes();
}

Status SqliteSession::add_attempt(const Attempt& attempt) {
    return run("INSERT INTO attempts (" + std::string(AttemptColumns) +
                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               {attempt.job,
                attempt.kind,
                text_or_null(attempt.document),
                text_or_null(attempt.message),
                std::int64_t{attempt.number},
                micros(attempt.started),
                micros(attempt.ended),
                flag(attempt.ok),
                attempt.code,
                attempt.text,
                attempt.blame,
                instant_or_null(attempt.next_run)});
}

}  // namespace sallyport::store
