// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sqlite_session.h"

namespace sallyport::store {

namespace {

constexpr std::string_view Columns =
    "id, parent, level, direction, message, partner, standard, doc_set, version, sender, receiver, "
    "test, "
    "interchange_control, group_control, transaction_control, doc_position, kind, business_number, "
    "own_number, purpose, "
    "payload_ref, canonical_ref, faults_ref, acknowledges, content, delivery, acknowledgement, "
    "back_office, next_actor, "
    "next_due, code, reason, created, updated";
constexpr std::string_view Shape =
    "tttttttttttitttittttttttttttt"
    "itt"
    "ii";

void read_status(Row& row, Document& document) {
    document.status.content =
        from_string<ContentStatus>(row.text()).value_or(ContentStatus::Pending);
    document.status.delivery =
        from_string<DeliveryStatus>(row.text()).value_or(DeliveryStatus::Pending);
    document.status.acknowledgement =
        from_string<AckStatus>(row.text()).value_or(AckStatus::NotNeeded);
    document.status.back_office =
        from_string<BackOfficeStatus>(row.text()).value_or(BackOfficeStatus::NotNeeded);
    document.next.actor = from_string<Actor>(row.text()).value_or(Actor::Administrator);
    document.next.due = row.maybe_instant();
    document.next.code = row.text();
    document.next.reason = row.text();
}

Document document_from(Row row) {
    Document document;
    document.id = row.text();
    document.parent = row.text();
    document.level = from_string<DocumentLevel>(row.text()).value_or(DocumentLevel::Transaction);
    document.direction = from_string<Direction>(row.text()).value_or(Direction::Inbound);
    document.message = row.text();
    document.partner = row.text();
    document.standard = row.text();
    document.set = row.text();
    document.version = row.text();
    document.sender = row.text();
    document.receiver = row.text();
    document.test = row.flag();
    document.interchange_control = row.text();
    document.group_control = row.text();
    document.transaction_control = row.text();
    document.position = static_cast<std::uint32_t>(row.integer());
    document.kind = row.text();
    document.business_number = row.text();
    document.own_number = row.text();
    document.purpose = row.text();
    document.payload_ref = row.text();
    document.canonical_ref = row.text();
    document.faults_ref = row.text();
    document.acknowledges = row.text();
    read_status(row, document);
    document.created = row.instant();
    document.updated = row.instant();
    return document;
}

std::vector<Value> values_of(const Document& document, Instant now) {
    return {document.id,
            text_or_null(document.parent),
            std::string(to_string(document.level)),
            std::string(to_string(document.direction)),
            text_or_null(document.message),
            document.partner,
            document.standard,
            document.set,
            document.version,
            document.sender,
            document.receiver,
            flag(document.test),
            document.interchange_control,
            document.group_control,
            document.transaction_control,
            std::int64_t{document.position},
            document.kind,
            text_or_null(document.business_number),
            document.own_number,
            document.purpose,
            document.payload_ref,
            document.canonical_ref,
            document.faults_ref,
            text_or_null(document.acknowledges),
            std::string(to_string(document.status.content)),
            std::string(to_string(document.status.delivery)),
            std::string(to_string(document.status.acknowledgement)),
            std::string(to_string(document.status.back_office)),
            std::string(to_string(document.next.actor)),
            instant_or_null(document.next.due),
            document.next.code,
            document.next.reason,
            micros(document.created == Instant{} ? now : document.created),
            micros(now)};
}

// The SET list of an update.
class Assignments {
public:
    void add(const std::string& column, Value value) {
        m_text += ", " + column + " = ?";
        m_values.push_back(std::move(value));
    }
    void add_text(const std::string& column, const std::optional<std::string>& text) {
        if (text) add(column, *text);
    }
    void add_reference(const std::string& column, const std::optional<std::string>& text) {
        if (text) add(column, text_or_null(*text));
    }
    template <typename E>
    void add_enum(const std::string& column, const std::optional<E>& value) {
        if (value) add(column, std::string(to_string(*value)));
    }
    const std::string& text() const { return m_text; }
    std::vector<Value> values() const { return m_values; }

private:
    std::string m_text;
    std::vector<Value> m_values;
};

void place(Assignments& set, const Placement& placement) {
    set.add("parent", text_or_null(placement.parent));
    set.add("standard", placement.standard);
    set.add("doc_set", placement.set);
    set.add("version", placement.version);
    set.add("sender", placement.sender);
    set.add("receiver", placement.receiver);
    set.add("test", std::int64_t{placement.test ? 1 : 0});
    set.add("interchange_control", placement.interchange_control);
    set.add("group_control", placement.group_control);
    set.add("transaction_control", placement.transaction_control);
    set.add("doc_position", std::int64_t{placement.position});
}

}  // namespace

Result<std::vector<Document>> SqliteSession::read_documents(const std::string& tail,
                                                            const std::vector<Value>& values) {
    auto rows = query("SELECT " + std::string(Columns) + " FROM documents" + tail, Shape, values);
    if (!rows) return std::move(rows).error();
    std::vector<Document> found;
    found.reserve(rows->size());
    for (Row& row : *rows)
        found.push_back(document_from(std::move(row)));
    return found;
}

Result<std::optional<Document>> SqliteSession::document(const std::string& id) {
    auto found = read_documents(" WHERE id = ?", {id});
    if (!found) return std::move(found).error();
    if (found->empty()) return std::optional<Document>();
    return std::optional<Document>(std::move(found->front()));
}

Result<std::vector<Document>> SqliteSession::documents(const DocumentFilter& filter) {
    Where where;
    where.add_enum("direction", filter.direction);
    where.add_enum("level", filter.level);
    where.add_enum("content", filter.content);
    where.add_enum("delivery", filter.delivery);
    where.add_enum("acknowledgement", filter.acknowledgement);
    where.add_enum("back_office", filter.back_office);
    where.add_enum("next_actor", filter.actor);
    where.add_text("partner", filter.partner);
    where.add_text("doc_set", filter.set);
    where.add_text("business_number", filter.business_number);
    where.add_text("message", filter.message);
    where.add_text("parent", filter.parent);
    where.add_text("acknowledges", filter.acknowledges);
    where.add_text("interchange_control", filter.interchange_control);
    where.add_text("group_control", filter.group_control);
    if (filter.since) where.add("created >= ?", micros(*filter.since));
    if (!filter.before_id.empty()) where.add("id < ?", filter.before_id);
    return read_documents(where.text() + order_and_limit("id DESC", filter.limit), where.values());
}

Result<std::vector<Document>> SqliteSession::thread(const std::string& business_number) {
    // An acknowledgement names its subject, or the interchange its subject came in.
    return read_documents(
        " WHERE business_number = ?1 OR id IN (SELECT a.id FROM documents a JOIN documents d "
        "ON a.acknowledges = d.id OR a.acknowledges = d.parent WHERE d.business_number = ?1)" +
            order_and_limit("id", 10000),
        {business_number});
}

Result<std::vector<std::string>> SqliteSession::document_ids(const std::string& prefix) {
    // Ids are upper-case base 32: every continuation of the prefix sorts below prefix + '~'.
    auto rows = query("SELECT id FROM documents WHERE id >= ? AND id < ? ORDER BY id LIMIT 10",
                      "t",
                      {prefix, prefix + "~"});
    if (!rows) return std::move(rows).error();
    std::vector<std::string> ids;
    for (Row& row : *rows)
        ids.push_back(row.text());
    return ids;
}

Status SqliteSession::add_document(const Document& document) {
    std::vector<Value> values = values_of(document, m_now);
    std::string marks("?");
    for (std::size_t at = 1; at < values.size(); ++at)
        marks += ", ?";
    return run("INSERT INTO documents (" + std::string(Columns) + ") VALUES (" + marks + ")",
               values);
}

Status SqliteSession::update_document(const std::string& id, const DocumentUpdate& update) {
    Assignments set;
    set.add_enum("content", update.content);
    set.add_enum("delivery", update.delivery);
    set.add_enum("acknowledgement", update.acknowledgement);
    set.add_enum("back_office", update.back_office);
    if (update.next) {
        set.add("next_actor", std::string(to_string(update.next->actor)));
        set.add("next_due", instant_or_null(update.next->due));
        set.add("code", update.next->code);
        set.add("reason", update.next->reason);
    }
    set.add_reference("message", update.message);
    set.add_text("kind", update.kind);
    set.add_reference("business_number", update.business_number);
    set.add_text("own_number", update.own_number);
    set.add_text("purpose", update.purpose);
    set.add_text("canonical_ref", update.canonical_ref);
    set.add_text("faults_ref", update.faults_ref);
    set.add_text("payload_ref", update.payload_ref);
    set.add_reference("acknowledges", update.acknowledges);
    if (update.placement) place(set, *update.placement);
    std::vector<Value> values{micros(m_now)};
    for (Value& value : set.values())
        values.push_back(std::move(value));
    values.emplace_back(id);
    return change("document " + id,
                  "UPDATE documents SET updated = ?" + set.text() + " WHERE id = ?",
                  values);
}

}  // namespace sallyport::store
