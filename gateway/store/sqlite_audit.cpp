// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sqlite_session.h"

namespace sallyport::store {

namespace {

constexpr std::string_view Columns = "seq, time, actor, event, subject, detail, previous, hash";
constexpr std::string_view Shape = "iittttbb";

AuditEntry entry_from(Row row) {
    AuditEntry entry;
    entry.seq = row.integer();
    entry.time = row.instant();
    entry.actor = row.text();
    entry.event = row.text();
    entry.subject = row.text();
    entry.detail = row.text();
    entry.previous = row.octets();
    entry.hash = row.octets();
    return entry;
}

}  // namespace

Result<std::vector<AuditEntry>> SqliteSession::read_audit(const std::string& tail,
                                                          const std::vector<Value>& values) {
    auto rows =
        query("SELECT " + std::string(Columns) + " FROM audit WHERE " + tail, Shape, values);
    if (!rows) return std::move(rows).error();
    std::vector<AuditEntry> found;
    found.reserve(rows->size());
    for (Row& row : *rows)
        found.push_back(entry_from(std::move(row)));
    return found;
}

Result<AuditHead> SqliteSession::audit_head() {
    auto rows = query("SELECT seq, hash FROM audit_head WHERE id = 1", "ib");
    if (!rows) return std::move(rows).error();
    AuditHead head;
    if (!rows->empty()) {
        head.seq = rows->front().integer();
        head.hash = rows->front().octets();
    }
    if (head.seq == 0) head.hash = Bytes(32, '\0');
    return head;
}

Result<std::vector<AuditEntry>> SqliteSession::audit_entries(std::int64_t first, unsigned limit) {
    return read_audit("seq >= ? ORDER BY seq LIMIT " + std::to_string(limit), {first});
}

Result<std::vector<AuditEntry>> SqliteSession::audit_of(const std::string& subject) {
    return read_audit("subject = ? ORDER BY seq LIMIT 10000", {subject});
}

Status SqliteSession::audit(const AuditEvent& event) {
    auto head = audit_head();
    if (!head) return std::move(head).error();
    AuditDetail detail;
    for (const auto& [key, value] : event.detail)
        detail.emplace(clean_text(key), clean_text(value));
    AuditEntry entry{head->seq + 1,
                     m_now,
                     clean_text(event.actor),
                     clean_text(event.event),
                     clean_text(event.subject),
                     canonical_json(detail),
                     head->hash,
                     {}};
    entry.hash = audit_hash(entry);
    if (auto added =
            run("INSERT INTO audit (" + std::string(Columns) + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                {entry.seq,
                 micros(entry.time),
                 entry.actor,
                 entry.event,
                 entry.subject,
                 entry.detail,
                 Octets{entry.previous},
                 Octets{entry.hash}});
        !added)
        return added;
    return run("UPDATE audit_head SET seq = ?, hash = ? WHERE id = 1",
               {entry.seq, Octets{entry.hash}});
}

}  // namespace sallyport::store
