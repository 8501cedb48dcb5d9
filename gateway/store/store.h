// SPDX-License-Identifier: Apache-2.0
// The store: everything the gateway must not forget, behind one interface that any transactional database can carry.
//
// Error codes of every call: store.unavailable (Network: try again later), store.failed (Operator: a commit could not be
// made durable; the store refuses work until the program is restarted), store.stopped, store.constraint (Bug unless said
// otherwise), store.not_found (Operator), store.unit.threw (Bug), store.nested (Bug), and those named at the calls.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/store/audit.h"
#include "gateway/store/document.h"
#include "gateway/store/job.h"
#include "gateway/store/ledger.h"
#include "gateway/store/message.h"
#include "gateway/store/objects.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::store {

// Queries on one consistent snapshot. Used by one thread at a time; valid only inside the closure it is handed to.
class Reader {
public:
    virtual ~Reader() = default;

    virtual Result<std::optional<Message>> message(const std::string& id) = 0;
    virtual Result<std::vector<Message>> messages(const MessageFilter& filter) = 0;

    virtual Result<std::optional<Document>> document(const std::string& id) = 0;
    virtual Result<std::vector<Document>> documents(const DocumentFilter& filter) = 0;
    // Every document about one purchase order, and the acknowledgements of those: oldest first, at most 10000.
    virtual Result<std::vector<Document>> thread(const std::string& business_number) = 0;
    // The ids below that begin so; for people who type the first characters. At most 10.
    virtual Result<std::vector<std::string>> document_ids(const std::string& prefix) = 0;

    virtual Result<std::optional<Job>> job(std::int64_t id) = 0;
    virtual Result<std::vector<Job>> jobs(const JobFilter& filter) = 0;
    virtual Result<std::vector<JobCount>> job_counts() = 0;  // without done and discarded ones
    // The longest stopped first, at most 1000.
    virtual Result<std::vector<StoppedLane>> stopped_lanes() = 0;
    // When the next job may run or lease runs out, those behind an older one of their key apart; absent when there is none.
    virtual Result<std::optional<Instant>> next_wakeup() = 0;
    // Oldest first. Of one document: its own and those of the messages it travelled in.
    virtual Result<std::vector<Attempt>> attempts_of_document(const std::string& document) = 0;
    virtual Result<std::vector<Attempt>> attempts_of_message(const std::string& message) = 0;

    // Who owns a key, without claiming it.
    virtual Result<std::optional<ReplayAnswer>> replay_owner(ReplayLayer layer,
                                                             const Bytes& key) = 0;
    // The last number handed out; 0 before the first.
    virtual Result<std::int64_t> last_control_number(const ControlStream& stream) = 0;

    // Open or overdue and due before `now`, the longest overdue first.
    virtual Result<std::vector<Expectation>> overdue(Instant now) = 0;
    virtual Result<std::vector<Expectation>> expectations_of(const std::string& document) = 0;
    virtual Result<std::optional<Expectation>> expectation(const std::string& kind,
                                                           const std::string& partner,
                                                           const std::string& key) = 0;

    virtual Result<std::optional<BackOfficeResult>> back_office_result(
        const std::string& business_key) = 0;
    virtual Result<std::vector<BackOfficeResult>> back_office_results_of(
        const std::string& document) = 0;
    // Whose document made this record of the back office; several when an order was posted again after a loss.
    virtual Result<std::vector<BackOfficeResult>> back_office_results_for(const std::string& system,
                                                                          std::int64_t record) = 0;

    virtual Result<std::optional<Bookmark>> bookmark(const std::string& scope,
                                                     const std::string& name) = 0;
    // By name, those after `after`, at most `limit`.
    virtual Result<std::vector<Bookmark>> bookmarks(const std::string& scope,
                                                    const std::string& after,
                                                    unsigned limit) = 0;

    virtual Result<AuditHead> audit_head() = 0;
    // Entries from `first` on, oldest first, at most `limit`.
    virtual Result<std::vector<AuditEntry>> audit_entries(std::int64_t first, unsigned limit) = 0;
    virtual Result<std::vector<AuditEntry>> audit_of(const std::string& subject) = 0;
};

// One unit of work. An operation that fails dooms the unit: whatever the closure returns, it is rolled back.
class Transaction : public Reader {
public:
    // The one time of this unit: what every row it writes is stamped with.
    virtual Instant now() const = 0;

    // `created` is set from now() when it is zero. store.constraint when the id is taken.
    virtual Status add_message(const Message& message) = 0;
    virtual Status set_message_state(const std::string& id, MessageState state) = 0;
    // With the reason a person will read.
    virtual Status fail_message(const std::string& id, MessageState state, const Error& error) = 0;
    // Inbound: the answer before its first octet leaves. Outbound: the verified receipt. Sets `finished` on Delivered.
    virtual Status set_receipt(const std::string& id,
                               const StoredReceipt& receipt,
                               MessageState state) = 0;

    virtual Status add_document(const Document& document) = 0;
    virtual Status update_document(const std::string& id, const DocumentUpdate& update) = 0;

    virtual Result<std::int64_t> add_job(const NewJob& job) = 0;
    // Claims up to `limit` jobs that may run now; expired leases count as ready. Oldest first.
    virtual Result<std::vector<Job>> claim_jobs(const ClaimRequest& request) = 0;
    // The next four take the job as it was claimed and fail with store.job.fenced (Bug) when the lease has passed to
    // another claim since: then the work must be dropped, and rolling back the unit does that.
    virtual Status finish_job(const Job& job) = 0;
    virtual Status retry_job(const Job& job, Instant run_at, const Error& error) = 0;
    virtual Status park_job(const Job& job, const Error& error) = 0;
    virtual Status extend_lease(const Job& job, std::chrono::seconds lease) = 0;
    // For people, on a parked or ready job: run it now, or give it up. store.job.state when it is neither.
    virtual Status release_job(std::int64_t id) = 0;
    virtual Status discard_job(std::int64_t id) = 0;
    // Gives back what a worker that is known dead (this program before its restart) still holds. Returns how many.
    virtual Result<std::int64_t> release_leases(const std::string& worker_prefix) = 0;
    virtual Status add_attempt(const Attempt& attempt) = 0;

    // store.control.exhausted (Operator) after `last`.
    virtual Result<std::int64_t> next_control_number(const ControlStream& stream) = 0;
    // Migration from another system: the last number used there. store.control.backwards (Operator) when lower than ours.
    virtual Status set_control_number(const ControlStream& stream, std::int64_t last_used) = 0;

    // New takes the key; Identical and Conflict change nothing.
    virtual Result<ReplayAnswer> claim_replay_key(const ReplayClaim& claim) = 0;

    virtual Result<std::int64_t> expect(const Expectation& expectation) = 0;
    // Settles every open or overdue one of that kind, partner and key. Returns those settled: empty when none waited.
    virtual Result<std::vector<Expectation>> meet_expectation(const std::string& kind,
                                                              const std::string& partner,
                                                              const std::string& key,
                                                              const std::string& met_by) = 0;
    virtual Status cancel_expectation(std::int64_t id) = 0;
    // An open or overdue one is open until `due`.
    virtual Status postpone_expectation(std::int64_t id, Instant due) = 0;
    // Open ones past their time become Overdue. Returns those that turned now.
    virtual Result<std::vector<Expectation>> mark_overdue() = 0;

    // Repeating it with the same record is no fault; another record under the key is store.back_office.conflict (Bug).
    virtual Status record_back_office(const BackOfficeResult& result) = 0;

    // Makes or replaces it; an empty value takes it away.
    virtual Status set_bookmark(const std::string& scope,
                                const std::string& name,
                                const std::string& value) = 0;

    virtual Status audit(const AuditEvent& event) = 0;
};

struct StoreCounters {
    std::uint64_t units = 0;          // committed
    std::uint64_t refused = 0;        // rolled back
    std::uint64_t commits = 0;        // groups made durable
    std::uint64_t waiting = 0;        // units not yet begun
    std::uint64_t commit_micros = 0;  // total time spent in commits
};

// Thread-safe.
class Store {
public:
    virtual ~Store() = default;

    // Runs `unit` and blocks until the commit that contains it is on disk. Units of several callers share a commit; one
    // that fails (or returns an error) is undone without hurting the others. Never call it from inside a unit. The
    // closure runs on another thread, exactly once, and must not block on the caller's locks or do I/O.
    virtual Status submit(std::function<Status(Transaction&)> unit) = 0;
    // A snapshot; any number at once, beside the writer.
    virtual Status read(const std::function<Status(Reader&)>& query) = 0;
    // The archive's small octets; lives as long as the store.
    virtual Objects& objects() = 0;

    // Whether units can be stored: the error that the last group of units met, or store.failed for good; success again once
    // a group was committed. Never blocks.
    virtual Status health() const = 0;
    // Reads every page and compares tables with their indexes. Seconds per gigabyte. Error codes: store.damaged (Operator).
    virtual Status check_integrity() = 0;
    virtual StoreCounters counters() const = 0;
    virtual int schema_version() const = 0;
};

// submit() and read() for closures that give a value.
template <typename T, typename Unit>
Result<T> submit(Store& store, Unit&& unit) {
    std::optional<T> value;
    Status done = store.submit([&](Transaction& transaction) -> Status {
        Result<T> result = unit(transaction);
        if (!result) return std::move(result).error();
        value = *std::move(result);
        return {};
    });
    if (!done) return std::move(done).error();
    return *std::move(value);
}

template <typename T, typename Query>
Result<T> read(Store& store, Query&& query) {
    std::optional<T> value;
    Status done = store.read([&](Reader& reader) -> Status {
        Result<T> result = query(reader);
        if (!result) return std::move(result).error();
        value = *std::move(result);
        return {};
    });
    if (!done) return std::move(done).error();
    return *std::move(value);
}

// Reads the whole chain in one snapshot and names the first entry that is wrong. `known` is a head from outside the
// database; without it, cutting the tail is still found through the head row the database keeps.
Result<ChainVerdict> verify_chain(Store& store, const std::optional<AuditHead>& known = {});

}  // namespace sallyport::store
