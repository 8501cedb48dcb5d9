// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo_double/records.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>

#include <algorithm>

namespace sallyport::odoo_double {

namespace {

using namespace Poco::Data::Keywords;

// Model and the field by which its records belong to another one.
const std::map<std::string, std::string> Indexed{{"sale.order.line", "order_id"},
                                                 {"stock.picking", "sale_id"},
                                                 {"stock.move", "sale_line_id"},
                                                 {"stock.move.line", "move_id"},
                                                 {"account.move.line", "move_id"},
                                                 {"stock.quant", "product_id"},
                                                 {"mail.message", "res_id"},
                                                 {"ir.model.data", "res_id"}};

Error file_error(const std::string& what) {
    return Error(
               "odoo_double.file", Blame::Operator, "the Odoo double cannot use its file: " + what)
        .remedy("give it a writable path on a local disk");
}

}  // namespace

struct Records::Database {
    explicit Database(const std::filesystem::path& file) : session("SQLite", file.string()) {
        session << "PRAGMA journal_mode=WAL", now;
        session << "PRAGMA synchronous=FULL", now;
        session << "CREATE TABLE IF NOT EXISTS record(model TEXT NOT NULL, id INTEGER NOT NULL, "
                   "body TEXT NOT NULL, "
                   "PRIMARY KEY(model, id)) WITHOUT ROWID",
            now;
        session << "CREATE TABLE IF NOT EXISTS external_id(module TEXT NOT NULL, name TEXT NOT "
                   "NULL, id INTEGER NOT NULL, "
                   "PRIMARY KEY(module, name)) WITHOUT ROWID",
            now;
    }

    void write(std::string model, Id id, const Json* before, const Json* after) {
        if (model == "ir.model.data") write_key(id, before, after);
        if (after == nullptr) {
            session << "DELETE FROM record WHERE model = ? AND id = ?", use(model), use(id), now;
            return;
        }
        std::string body = after->dump();
        session << "INSERT OR REPLACE INTO record(model, id, body) VALUES(?, ?, ?)", use(model),
            use(id), use(body), now;
    }

    // The primary key is what refuses a second record under one external id.
    void write_key(Id id, const Json* before, const Json* after) {
        const Json* key = after != nullptr ? after : before;
        if (key == nullptr || (before != nullptr && after != nullptr)) return;
        std::string module = key->value("module", "");
        std::string name = key->value("name", "");
        if (after != nullptr)
            session << "INSERT INTO external_id(module, name, id) VALUES(?, ?, ?)", use(module),
                use(name), use(id), now;
        else
            session << "DELETE FROM external_id WHERE module = ? AND name = ?", use(module),
                use(name), now;
    }

    Poco::Data::Session session;
};

Records::Records(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
Records::~Records() = default;

Result<std::unique_ptr<Records>> Records::open(const std::filesystem::path& file) {
    try {
        Poco::Data::SQLite::Connector::registerConnector();
        std::unique_ptr<Records> records(new Records(std::make_unique<Database>(file)));
        if (auto loaded = records->load(); !loaded) return std::move(loaded).error();
        return records;
    } catch (const Poco::Exception& problem) {
        return file_error(problem.displayText());
    }
}

Status Records::load() {
    std::vector<std::string> models;
    std::vector<Id> ids;
    std::vector<std::string> bodies;
    m_database->session << "SELECT model, id, body FROM record ORDER BY model, id", into(models),
        into(ids), into(bodies), now;
    for (std::size_t at = 0; at < models.size(); ++at) {
        Json record = Json::parse(bodies[at], nullptr, false);
        if (record.is_discarded()) return file_error("a record of " + models[at] + " is no JSON");
        index(models[at], ids[at], nullptr, &record);
        m_records[models[at]][ids[at]] = std::move(record);
        m_last_ids[models[at]] = std::max(m_last_ids[models[at]], ids[at]);
    }
    return {};
}

const std::map<Id, Json>& Records::all(const std::string& model) const {
    static const std::map<Id, Json> Nothing;
    const auto found = m_records.find(model);
    return found == m_records.end() ? Nothing : found->second;
}

const Json* Records::find(const std::string& model, Id id) const {
    const auto& records = all(model);
    const auto found = records.find(id);
    return found == records.end() ? nullptr : &found->second;
}

Id Records::next_id(const std::string& model) {
    return ++m_last_ids[model];
}

void Records::use_id(const std::string& model, Id id) {
    m_last_ids[model] = std::max(m_last_ids[model], id);
}

void Records::index(const std::string& model, Id id, const Json* before, const Json* after) {
    if (const auto by = Indexed.find(model); by != Indexed.end()) {
        const auto owner = [&](const Json& record) {
            const auto field = record.find(by->second);
            return field != record.end() && field->is_number_integer() ? field->get<Id>() : Id{0};
        };
        if (before != nullptr) m_owned[{model, owner(*before)}].erase(id);
        if (after != nullptr) m_owned[{model, owner(*after)}].insert(id);
    }
    if (model != "ir.model.data") return;
    const auto key = [](const Json& record) {
        return std::make_pair(record.value("module", ""), record.value("name", ""));
    };
    if (before != nullptr) m_external_ids.erase(key(*before));
    if (after != nullptr) m_external_ids[key(*after)] = id;
}

void Records::set(const std::string& model, Id id, std::optional<Json> record) {
    auto& records = m_records[model];
    const auto found = records.find(id);
    index(
        model, id, found == records.end() ? nullptr : &found->second, record ? &*record : nullptr);
    if (record)
        records[id] = *std::move(record);
    else if (found != records.end())
        records.erase(found);
}

void Records::put(const std::string& model, Id id, Json record) {
    const Json* before = find(model, id);
    m_undo.push_back({model, id, before == nullptr ? std::nullopt : std::optional<Json>(*before)});
    set(model, id, std::move(record));
}

void Records::erase(const std::string& model, Id id) {
    const Json* before = find(model, id);
    if (before == nullptr) return;
    m_undo.push_back({model, id, *before});
    set(model, id, std::nullopt);
}

std::optional<Id> Records::external_id(const std::string& module, const std::string& name) const {
    const auto found = m_external_ids.find({module, name});
    return found == m_external_ids.end() ? std::nullopt : std::optional<Id>(found->second);
}

std::vector<Id> Records::owned_by(const std::string& model,
                                  const std::string& field,
                                  Id owner) const {
    std::vector<Id> owned;
    const auto indexed = Indexed.find(model);
    if (indexed != Indexed.end() && indexed->second == field) {
        const auto found = m_owned.find({model, owner});
        if (found != m_owned.end()) owned.assign(found->second.begin(), found->second.end());
        return owned;
    }
    for (const auto& [id, record] : all(model))
        if (record.value(field, Json(false)) == Json(owner)) owned.push_back(id);
    return owned;
}

std::vector<Id> Records::external_ids_of(const std::string& model, Id id) const {
    std::vector<Id> keys = owned_by("ir.model.data", "res_id", id);
    std::erase_if(keys,
                  [&](Id key) { return find("ir.model.data", key)->value("model", "") != model; });
    return keys;
}

void Records::rollback_to(std::size_t savepoint) {
    while (m_undo.size() > savepoint) {
        Undo undo = std::move(m_undo.back());
        m_undo.pop_back();
        set(undo.model, undo.id, std::move(undo.before));
    }
}

void Records::rollback() {
    rollback_to(0);
}

Status Records::commit() {
    if (m_undo.empty()) return {};
    std::map<std::pair<std::string, Id>, const Json*>
        touched;  // what it was before the transaction
    for (const auto& undo : m_undo)
        touched.try_emplace({undo.model, undo.id}, undo.before ? &*undo.before : nullptr);
    auto& session = m_database->session;
    try {
        session.begin();
        for (const auto& [key, before] : touched)
            m_database->write(key.first, key.second, before, find(key.first, key.second));
        session.commit();
    } catch (const Poco::Exception& problem) {
        if (session.isTransaction()) session.rollback();
        rollback();
        return file_error(problem.displayText());
    }
    m_undo.clear();
    return {};
}

}  // namespace sallyport::odoo_double
