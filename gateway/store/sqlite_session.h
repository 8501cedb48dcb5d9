// SPDX-License-Identifier: Apache-2.0
// Inside the store only: Reader and Transaction on one SQLite connection. Queries and changes of one kind of row stand in
// one sqlite_<kind>.cpp each.
#pragma once

#include "gateway/store/names.h"
#include "gateway/store/sql.h"
#include "gateway/store/store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::store {

class SqliteSession final : public Transaction {
public:
    // `now` is the unit's time; readers pass what they like.
    SqliteSession(Connection& connection, Instant now) : m_connection(connection), m_now(now) {}

    // The first operation that failed: the unit is rolled back whatever its closure returns.
    const std::optional<Error>& doomed() const { return m_doomed; }

    Result<std::optional<Message>> message(const std::string& id) override;
    Result<std::vector<Message>> messages(const MessageFilter& filter) override;
    Result<std::optional<Document>> document(const std::string& id) override;
    Result<std::vector<Document>> documents(const DocumentFilter& filter) override;
    Result<std::vector<Document>> thread(const std::string& business_number) override;
    Result<std::vector<std::string>> document_ids(const std::string& prefix) override;
    Result<std::optional<Job>> job(std::int64_t id) override;
    Result<std::vector<Job>> jobs(const JobFilter& filter) override;
    Result<std::vector<JobCount>> job_counts() override;
    Result<std::vector<StoppedLane>> stopped_lanes() override;
    Result<std::optional<Instant>> next_wakeup() override;
    Result<std::vector<Attempt>> attempts_of_document(const std::string& document) override;
    Result<std::vector<Attempt>> attempts_of_message(const std::string& message) override;
    Result<std::optional<ReplayAnswer>> replay_owner(ReplayLayer layer, const Bytes& key) override;
    Result<std::int64_t> last_control_number(const ControlStream& stream) override;
    Result<std::vector<Expectation>> overdue(Instant now) override;
    Result<std::vector<Expectation>> expectations_of(const std::string& document) override;
    Result<std::optional<Expectation>> expectation(const std::string& kind,
                                                   const std::string& partner,
                                                   const std::string& key) override;
    Result<std::optional<BackOfficeResult>> back_office_result(
        const std::string& business_key) override;
    Result<std::vector<BackOfficeResult>> back_office_results_of(
        const std::string& document) override;
    Result<std::vector<BackOfficeResult>> back_office_results_for(const std::string& system,
                                                                  std::int64_t record) override;
    Result<std::optional<Bookmark>> bookmark(const std::string& scope,
                                             const std::string& name) override;
    Result<std::vector<Bookmark>> bookmarks(const std::string& scope,
                                            const std::string& after,
                                            unsigned limit) override;
    Result<AuditHead> audit_head() override;
    Result<std::vector<AuditEntry>> audit_entries(std::int64_t first, unsigned limit) override;
    Result<std::vector<AuditEntry>> audit_of(const std::string& subject) override;

    Instant now() const override { return m_now; }
    Status add_message(const Message& message) override;
    Status set_message_state(const std::string& id, MessageState state) override;
    Status fail_message(const std::string& id, MessageState state, const Error& error) override;
    Status set_receipt(const std::string& id,
                       const StoredReceipt& receipt,
                       MessageState state) override;
    Status add_document(const Document& document) override;
    Status update_document(const std::string& id, const DocumentUpdate& update) override;
    Result<std::int64_t> add_job(const NewJob& job) override;
    Result<std::vector<Job>> claim_jobs(const ClaimRequest& request) override;
    Status finish_job(const Job& job) override;
    Status retry_job(const Job& job, Instant run_at, const Error& error) override;
    Status park_job(const Job& job, const Error& error) override;
    Status extend_lease(const Job& job, std::chrono::seconds lease) override;
    Status release_job(std::int64_t id) override;
    Status discard_job(std::int64_t id) override;
    Result<std::int64_t> release_leases(const std::string& worker_prefix) override;
    Status add_attempt(const Attempt& attempt) override;
    Result<std::int64_t> next_control_number(const ControlStream& stream) override;
    Status set_control_number(const ControlStream& stream, std::int64_t last_used) override;
    Result<ReplayAnswer> claim_replay_key(const ReplayClaim& claim) override;
    Result<std::int64_t> expect(const Expectation& expectation) override;
    Result<std::vector<Expectation>> meet_expectation(const std::string& kind,
                                                      const std::string& partner,
                                                      const std::string& key,
                                                      const std::string& met_by) override;
    Status cancel_expectation(std::int64_t id) override;
    Status postpone_expectation(std::int64_t id, Instant due) override;
    Result<std::vector<Expectation>> mark_overdue() override;
    Status record_back_office(const BackOfficeResult& result) override;
    Status set_bookmark(const std::string& scope,
                        const std::string& name,
                        const std::string& value) override;
    Status audit(const AuditEvent& event) override;

private:
    // Every statement goes through these, so that a failure is never overlooked.
    Status run(const std::string& sql, const std::vector<Value>& values = {});
    Result<std::vector<Row>> query(const std::string& sql,
                                   std::string_view shape,
                                   const std::vector<Value>& values = {});
    Error doom(Error error);
    // run() that must touch a row; `what` is named when it touches none (store.not_found).
    Status change(const std::string& what,
                  const std::string& sql,
                  const std::vector<Value>& values);

    Result<std::vector<Message>> read_messages(const std::string& tail,
                                               const std::vector<Value>& values);
    Result<std::vector<Document>> read_documents(const std::string& tail,
                                                 const std::vector<Value>& values);
    Result<std::vector<Job>> read_jobs(const std::string& tail, const std::vector<Value>& values);
    Result<std::vector<Attempt>> read_attempts(const std::string& tail,
                                               const std::vector<Value>& values);
    Result<std::vector<Expectation>> read_expectations(const std::string& tail,
                                                       const std::vector<Value>& values);
    Result<std::vector<BackOfficeResult>> read_results(const std::string& tail,
                                                       const std::vector<Value>& values);
    Result<std::vector<AuditEntry>> read_audit(const std::string& tail,
                                               const std::vector<Value>& values);
    Status fenced_change(const Job& job, const std::string& set, std::vector<Value> values);

    Connection& m_connection;
    Instant m_now;
    std::optional<Error> m_doomed;
};

// Collects WHERE terms of a filter.
class Where {
public:
    void add(const std::string& term, Value value) {
        m_text += (m_text.empty() ? " WHERE " : " AND ") + term;
        m_values.push_back(std::move(value));
    }
    void add_text(const std::string& column, const std::string& wanted) {
        if (!wanted.empty()) add(column + " = ?", wanted);
    }
    template <typename E>
    void add_enum(const std::string& column, const std::optional<E>& wanted) {
        if (wanted) add(column + " = ?", std::string(to_string(*wanted)));
    }
    const std::string& text() const { return m_text; }
    const std::vector<Value>& values() const { return m_values; }

private:
    std::string m_text;
    std::vector<Value> m_values;
};

// " ORDER BY … LIMIT n" with the limit kept between 1 and 10000.
std::string order_and_limit(const std::string& order, unsigned limit);

}  // namespace sallyport::store
