// SPDX-License-Identifier: Apache-2.0
// Rules for a migration: append only, never edit one that was released; statements that PostgreSQL also has wherever there
// is a choice; times are microseconds since 1970 (UTC); enumerations are their to_string() words; "absent" is NULL in
// columns with an index or reference and '' elsewhere.
#include "gateway/store/schema.h"

#include "gateway/base/crash_point.h"

namespace sallyport::store {

namespace {

using Migration = std::vector<const char*>;

const Migration& messages_and_documents() {
    static const Migration steps{
        R"(CREATE TABLE messages (
            id TEXT NOT NULL PRIMARY KEY, direction TEXT NOT NULL, state TEXT NOT NULL, transport TEXT NOT NULL,
            partner TEXT NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL, transport_id TEXT NOT NULL,
            content_digest TEXT NOT NULL, mic TEXT NOT NULL, content_type TEXT NOT NULL, file_name TEXT NOT NULL,
            payload_ref TEXT NOT NULL, raw_ref TEXT NOT NULL, was_signed INTEGER NOT NULL, was_encrypted INTEGER NOT NULL,
            signer_fingerprint TEXT NOT NULL, remote_address TEXT NOT NULL, receipt_status INTEGER NOT NULL,
            receipt_headers BLOB, receipt_body BLOB, receipt_disposition TEXT NOT NULL, expectation BLOB,
            code TEXT NOT NULL, reason TEXT NOT NULL, resend_of TEXT REFERENCES messages(id),
            created INTEGER NOT NULL, finished INTEGER))",
        "CREATE INDEX messages_transport_id ON messages(transport_id)",
        "CREATE INDEX messages_state ON messages(state, id)",
        "CREATE INDEX messages_partner ON messages(partner, id)",
        R"(CREATE TABLE documents (
            id TEXT NOT NULL PRIMARY KEY, parent TEXT REFERENCES documents(id), level TEXT NOT NULL,
            direction TEXT NOT NULL, message TEXT REFERENCES messages(id), partner TEXT NOT NULL, standard TEXT NOT NULL,
            doc_set TEXT NOT NULL, version TEXT NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL,
            test INTEGER NOT NULL, interchange_control TEXT NOT NULL, group_control TEXT NOT NULL,
            transaction_control TEXT NOT NULL, doc_position INTEGER NOT NULL, kind TEXT NOT NULL, business_number TEXT,
            own_number TEXT NOT NULL, purpose TEXT NOT NULL, payload_ref TEXT NOT NULL, canonical_ref TEXT NOT NULL,
            faults_ref TEXT NOT NULL, acknowledges TEXT REFERENCES documents(id), content TEXT NOT NULL,
            delivery TEXT NOT NULL, acknowledgement TEXT NOT NULL, back_office TEXT NOT NULL, next_actor TEXT NOT NULL,
            next_due INTEGER, code TEXT NOT NULL, reason TEXT NOT NULL, created INTEGER NOT NULL,
            updated INTEGER NOT NULL))",
        "CREATE INDEX documents_parent ON documents(parent) WHERE parent IS NOT NULL",
        "CREATE INDEX documents_message ON documents(message) WHERE message IS NOT NULL",
        "CREATE INDEX documents_business_number ON documents(business_number) WHERE "
        "business_number IS NOT NULL",
        "CREATE INDEX documents_acknowledges ON documents(acknowledges) WHERE acknowledges IS NOT "
        "NULL",
        "CREATE INDEX documents_partner ON documents(partner, id)",
        "CREATE INDEX documents_next ON documents(next_actor, next_due)",
    };
    return steps;
}

const Migration& jobs_and_attempts() {
    static const Migration steps{
        // `due` is when the row becomes claimable: run_at while ready, the end of the lease while leased.
        R"(CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, document TEXT REFERENCES documents(id),
            message TEXT REFERENCES messages(id), order_key TEXT, rank INTEGER NOT NULL, state TEXT NOT NULL,
            attempts INTEGER NOT NULL, run_at INTEGER NOT NULL, due INTEGER NOT NULL, lease_owner TEXT NOT NULL,
            lease_until INTEGER, epoch INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL))",
        "CREATE INDEX jobs_due ON jobs(due, id) WHERE state IN ('ready', 'leased')",
        "CREATE INDEX jobs_order ON jobs(order_key, rank, id) WHERE state IN ('ready', 'leased', "
        "'parked')",
        "CREATE INDEX jobs_open ON jobs(state, kind) WHERE state IN ('ready', 'leased', 'parked')",
        "CREATE INDEX jobs_document ON jobs(document) WHERE document IS NOT NULL",
        "CREATE INDEX jobs_message ON jobs(message) WHERE message IS NOT NULL",
        R"(CREATE TABLE attempts (
            id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL REFERENCES jobs(id), kind TEXT NOT NULL,
            document TEXT, message TEXT, attempt_number INTEGER NOT NULL, started INTEGER NOT NULL,
            ended INTEGER NOT NULL, ok INTEGER NOT NULL, code TEXT NOT NULL, error_text TEXT NOT NULL,
            blame TEXT NOT NULL, next_run INTEGER))",
        "CREATE INDEX attempts_document ON attempts(document) WHERE document IS NOT NULL",
        "CREATE INDEX attempts_message ON attempts(message) WHERE message IS NOT NULL",
    };
    return steps;
}

const Migration& ledgers() {
    static const Migration steps{
        R"(CREATE TABLE control_numbers (
            sender TEXT NOT NULL, receiver TEXT NOT NULL, kind TEXT NOT NULL, last_used INTEGER NOT NULL,
            PRIMARY KEY (sender, receiver, kind)))",
        R"(CREATE TABLE replay_keys (
            layer TEXT NOT NULL, replay_key BLOB NOT NULL, digest TEXT NOT NULL, target TEXT NOT NULL,
            created INTEGER NOT NULL, PRIMARY KEY (layer, replay_key)))",
        R"(CREATE TABLE expectations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, partner TEXT NOT NULL, match_key TEXT NOT NULL,
            document TEXT REFERENCES documents(id), message TEXT REFERENCES messages(id), due INTEGER NOT NULL,
            state TEXT NOT NULL, met_by TEXT NOT NULL, created INTEGER NOT NULL, settled INTEGER))",
        "CREATE INDEX expectations_match ON expectations(kind, partner, match_key)",
        "CREATE INDEX expectations_due ON expectations(due) WHERE state IN ('open', 'overdue')",
        "CREATE INDEX expectations_document ON expectations(document) WHERE document IS NOT NULL",
        R"(CREATE TABLE back_office_results (
            business_key TEXT NOT NULL PRIMARY KEY, document TEXT REFERENCES documents(id), system TEXT NOT NULL,
            record INTEGER NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, existed INTEGER NOT NULL,
            posted INTEGER NOT NULL))",
        "CREATE INDEX back_office_document ON back_office_results(document) WHERE document IS NOT "
        "NULL",
    };
    return steps;
}

const Migration& audit_chain() {
    static const Migration steps{
        R"(CREATE TABLE audit (
            seq INTEGER NOT NULL PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL, event TEXT NOT NULL,
            subject TEXT NOT NULL, detail TEXT NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL))",
        "CREATE INDEX audit_subject ON audit(subject, seq)",
        // One row; moves with every entry in the same transaction, so that a cut tail shows.
        "CREATE TABLE audit_head (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), seq INTEGER NOT "
        "NULL, hash BLOB)",
        "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, NULL)",
        // Not protection against an attacker, who can drop them, but against our own mistakes.
        R"(CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END)",
        R"(CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END)",
    };
    return steps;
}

// Retries count from the first try since the job was made or released, not from its creation.
const Migration& tries_of_jobs() {
    static const Migration steps{
        "ALTER TABLE jobs ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN first_try INTEGER",
        "UPDATE jobs SET tries = attempts, first_try = created WHERE attempts > 0",
    };
    return steps;
}

// What adapters remember of a back office, and the way from its records to our documents.
const Migration& bookmarks() {
    static const Migration steps{
        R"(CREATE TABLE bookmarks (
            scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, updated INTEGER NOT NULL,
            PRIMARY KEY (scope, name)))",
        "CREATE INDEX back_office_record ON back_office_results(record, system)",
    };
    return steps;
}

// Acknowledgements name what they answer by its control numbers.
const Migration& control_numbers_of_documents() {
    static const Migration steps{
        "CREATE INDEX documents_interchange ON documents(interchange_control, partner)",
        "CREATE INDEX documents_group ON documents(group_control, partner)",
    };
    return steps;
}

// The archive's small objects; those stored before stay the files they are.
const Migration& small_objects() {
    static const Migration steps{
        "CREATE TABLE objects (address TEXT NOT NULL PRIMARY KEY, octets BLOB)",
    };
    return steps;
}

const std::vector<const Migration*>& migrations() {
    static const std::vector<const Migration*> all{&messages_and_documents(),
                                                   &jobs_and_attempts(),
                                                   &ledgers(),
                                                   &audit_chain(),
                                                   &tries_of_jobs(),
                                                   &bookmarks(),
                                                   &control_numbers_of_documents(),
                                                   &small_objects()};
    return all;
}

Status apply(Connection& connection, int version, Instant now) {
    if (auto begun = connection.run("BEGIN IMMEDIATE"); !begun) return begun;
    for (const char* step : *migrations().at(static_cast<std::size_t>(version) - 1))
        if (auto done = connection.run(step); !done) return done;
    if (auto noted = connection.run("INSERT INTO schema_version (version, applied) VALUES (?, ?)",
                                    {std::int64_t{version}, to_micros(now)});
        !noted)
        return noted;
    CRASH_POINT("store.migration.before");
    return connection.run("COMMIT");
}

}  // namespace

int current_schema() {
    return static_cast<int>(migrations().size());
}

Result<int> schema_of(Connection& connection) {
    auto tables = connection.query(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'", "i");
    if (!tables) return std::move(tables).error();
    if (tables->front().integer() == 0) return 0;
    auto version = connection.query("SELECT max(version) FROM schema_version", "i");
    if (!version) return std::move(version).error();
    return static_cast<int>(version->front().integer());
}

Status migrate(Connection& connection, int target, Instant now) {
    auto found = schema_of(connection);
    if (!found) return std::move(found).error();
    if (*found > target)
        return Error("store.schema.newer",
                     Blame::Operator,
                     "the database has schema " + std::to_string(*found) +
                         ", this program knows schemas up to " + std::to_string(target))
            .remedy("install the release that wrote it, or a later one");
    if (*found == 0)
        if (auto made = connection.run(
                "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, "
                "applied INTEGER NOT NULL)");
            !made)
            return made;
    for (int version = *found + 1; version <= target; ++version) {
        auto applied = apply(connection, version, now);
        if (applied) continue;
        if (connection.in_transaction()) (void)connection.run("ROLLBACK");
        return Error("store.migration",
                     Blame::Operator,
                     "schema " + std::to_string(version) +
                         " could not be applied: " + applied.error().text())
            .remedy("the database still has the schema before it; free disk space and start again");
    }
    return {};
}

}  // namespace sallyport::store
