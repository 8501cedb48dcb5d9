// SPDX-License-Identifier: Apache-2.0
// Odoo's `load`: a table of texts becomes records in one transaction, problems become messages. With the context
// mode=update and a record marked noupdate a known external id is answered and nothing is changed (create-or-get);
// otherwise a known external id is overwritten, and lines without one are added again.
#include "gateway/odoo_double/env.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

namespace sallyport::odoo_double {

namespace {

bool is_blank(const Json& cell) {
    return is_false(cell) || cell == Json("");
}

std::string cell_text(const Json& cell) {
    return cell.is_string() ? cell.get<std::string>() : cell.dump();
}

// "order_line/product_id/.id" in its parts.
std::vector<std::string> path_of(const std::string& column) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= column.size();) {
        const auto end = std::min(column.find('/', begin), column.size());
        parts.push_back(column.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

struct Table {
    std::vector<std::vector<std::string>> columns;
    const Json& rows;
};

class Loader {
public:
    Loader(Env& env, const std::string& model, const Json& columns, const Json& rows)
        : m_env(env), m_model(model), m_rows(rows) {
        for (const auto& column : columns)
            m_columns.push_back(path_of(column.get<std::string>()));
    }

    Json run() {
        const auto& schema = m_env.model(m_model);
        for (const auto& path : m_columns)
            if (path[0] != "id" && path[0] != ".id" && schema.field(path[0]) == nullptr)
                throw Raised{"builtins.KeyError", path[0]};
        const auto savepoint = m_env.records().savepoint();
        Json ids = Json::array();
        std::size_t record = 0;
        for (std::size_t at = 0; at < m_rows.size(); ++record) {
            std::size_t end = at + 1;
            while (end < m_rows.size() && continues(m_rows[end]))
                ++end;
            m_info = Json{{"rows", {{"from", at}, {"to", end - 1}}}, {"record", record}};
            load_record(at, end, ids);
            at = end;
        }
        if (!m_messages.empty()) {
            m_env.records().rollback_to(savepoint);
            return Json{{"ids", false}, {"messages", m_messages}, {"nextrow", 0}};
        }
        return Json{{"ids", ids}, {"messages", Json::array()}, {"nextrow", 0}};
    }

private:
    bool is_line_column(std::size_t at) const {
        const auto* field = m_env.model(m_model).field(m_columns[at][0]);
        return field != nullptr && field->type == "one2many";
    }

    // A row that says nothing about the record itself belongs to the record above.
    bool continues(const Json& row) const {
        for (std::size_t at = 0; at < m_columns.size(); ++at)
            if (!is_line_column(at) && !is_blank(row[at])) return false;
        return true;
    }

    void say(const std::string& field,
             const std::string& message,
             const Json& more = Json::object()) {
        Json entry = m_info;
        entry["type"] = "error";
        if (!field.empty()) entry["field"] = field;
        entry["message"] = message;
        for (const auto& item : more.items())
            entry[item.key()] = item.value();
        m_messages.push_back(std::move(entry));
    }

    std::pair<std::string, std::string> key_of(const Json& cell) const {
        const std::string text = cell_text(cell);
        const auto dot = text.find('.');
        if (dot == std::string::npos) return {m_env.context().value("module", "__import__"), text};
        return {text.substr(0, dot), text.substr(dot + 1)};
    }

    void load_record(std::size_t from, std::size_t to, Json& ids) {
        const auto before = m_messages.size();
        Json values = Json::object();
        std::optional<std::pair<std::string, std::string>> key;
        std::optional<Id> record;  // by database id: written whatever the mode is
        std::map<std::string, std::vector<std::pair<Json, Json>>>
            lines;  // field -> (external id, values)
        for (std::size_t at = 0; at < m_columns.size(); ++at) {
            if (is_line_column(at)) continue;
            const auto& path = m_columns[at];
            if (path[0] == "id") {
                if (!is_blank(m_rows[from][at])) key = key_of(m_rows[from][at]);
            } else if (path[0] == ".id") {
                if (!is_blank(m_rows[from][at]))
                    record = std::atoll(cell_text(m_rows[from][at]).c_str());
            } else if (!is_blank(m_rows[from][at])) {
                convert(m_model, path, m_rows[from][at], path[0], values);
            }
        }
        for (std::size_t row = from; row < to; ++row)
            add_line(row, lines);
        const bool refused = m_messages.size() > before;
        if (!record) check_required(values, key);
        if (refused || m_messages.size() > before) return;
        try {
            if (!record) return try_to_store(values, key, lines, ids);
            m_env.write(m_model, {*record}, values);
            store_lines(*record, lines);
            ids.push_back(*record);
        } catch (const Raised& raised) {
            if (!raised.name.starts_with("odoo.exceptions.UserError")) throw;
            say("", raised.message);
        }
    }

    void try_to_store(Json& values,
                      const std::optional<std::pair<std::string, std::string>>& key,
                      const std::map<std::string, std::vector<std::pair<Json, Json>>>& lines,
                      Json& ids) {
        const bool keep = m_env.context().value("mode", "init") == "update";
        if (const auto known =
                key ? m_env.records().external_id(key->first, key->second) : std::nullopt) {
            const Json data = *m_env.records().find("ir.model.data", *known);
            const Id id = data["res_id"].get<Id>();
            ids.push_back(id);
            if (keep && data.value("noupdate", false)) return;
            m_env.write(m_model, {id}, values);
            store_lines(id, lines);
            return;
        }
        const Id id = m_env.create(m_model, values);
        if (key)
            m_env.store_external_id(
                key->first, key->second, m_model, id, m_env.context().value("noupdate", false));
        store_lines(id, lines);
        ids.push_back(id);
    }

    void store_lines(Id owner,
                     const std::map<std::string, std::vector<std::pair<Json, Json>>>& lines) {
        for (const auto& [field_name, list] : lines) {
            const auto& field = m_env.field(m_env.model(m_model), field_name);
            for (const auto& [cell, line] : list) {
                Json values = line;
                if (const Json id = values.value(".id", Json()); !id.is_null()) {
                    values.erase(".id");
                    m_env.write(field.relation, {std::atoll(cell_text(id).c_str())}, values);
                    continue;
                }
                std::optional<std::pair<std::string, std::string>> key;
                if (!is_blank(cell)) key = key_of(cell);
                const auto known =
                    key ? m_env.records().external_id(key->first, key->second) : std::nullopt;
                if (known) {
                    take_away_blanks(field_name, values);
                    m_env.write(
                        field.relation,
                        {m_env.records().find("ir.model.data", *known)->at("res_id").get<Id>()},
                        values);
                    continue;
                }
                values[field.inverse] = owner;
                const Id id = m_env.create(field.relation, std::move(values));
                if (key)
                    m_env.store_external_id(key->first,
                                            key->second,
                                            field.relation,
                                            id,
                                            m_env.context().value("noupdate", false));
            }
        }
    }

    // An empty cell of a known line takes the value away; PostgreSQL refuses a line without its product.
    void take_away_blanks(const std::string& field, const Json& values) const {
        for (const auto& path : m_columns)
            if (path[0] == field && path.size() > 1 && path[1] == "product_id" &&
                !values.contains("product_id"))
                throw user_error(
                    "new row for relation \"sale_order_line\" violates check constraint "
                    "\"sale_order_line_accountable_required_fields\"");
    }

    void add_line(std::size_t row,
                  std::map<std::string, std::vector<std::pair<Json, Json>>>& lines) {
        std::map<std::string, std::pair<Json, Json>> found;
        for (std::size_t at = 0; at < m_columns.size(); ++at) {
            const Json& cell = m_rows[row][at];
            if (!is_line_column(at) || is_blank(cell)) continue;
            const auto& path = m_columns[at];
            auto& [key, values] =
                found.try_emplace(path[0], Json(false), Json::object()).first->second;
            if (path.size() == 2 && path[1] == "id")
                key = cell;
            else if (path.size() == 2 && path[1] == ".id")
                values[".id"] = cell;  // by database id: written whatever the mode is
            else
                convert(m_env.field(m_env.model(m_model), path[0]).relation,
                        {path.begin() + 1, path.end()},
                        cell,
                        path[0],
                        values);
        }
        for (auto& [field, line] : found)
            lines[field].push_back(std::move(line));
    }

    std::string label(const std::string& model,
                      const std::string& field,
                      const std::string& top) const {
        const auto& own = m_env.field(m_env.model(model), field).label;
        return model == m_model ? own : m_env.field(m_env.model(m_model), top).label + "/" + own;
    }

    void convert(const std::string& model,
                 const std::vector<std::string>& path,
                 const Json& cell,
                 const std::string& top,
                 Json& values) {
        const auto& schema = m_env.model(model);
        if (schema.field(path[0]) == nullptr) throw Raised{"builtins.KeyError", path[0]};
        const auto& field = m_env.field(schema, path[0]);
        const Json named{{"field_name", m_env.field(m_env.model(m_model), top).label}};
        if (field.type == "many2one") {
            if (const auto id = reference(field, path, cell))
                values[path[0]] = *id;
            else
                say(top,
                    "No matching record found for " +
                        std::string(path.back() == ".id"  ? "database id"
                                    : path.back() == "id" ? "external id"
                                                          : "name") +
                        " '" + cell_text(cell) + "' in field '" + label(model, path[0], top) + "'",
                    named);
        } else if (field.type == "float" || field.type == "monetary" || field.type == "integer") {
            const std::string text = cell_text(cell);
            char* end = nullptr;
            const double number = std::strtod(text.c_str(), &end);
            if (end != text.c_str() + text.size() || text.empty())
                return say(top,
                           "'" + text + "' does not seem to be " +
                               (field.type == "integer" ? "an integer" : "a number") +
                               " for field '" + label(model, path[0], top) + "'",
                           named);
            values[path[0]] =
                field.type == "integer" ? Json(static_cast<Id>(number)) : Json(number);
        } else if (field.type == "datetime") {
            const std::string zone = m_env.context().value("tz", "UTC");
            if (zone != "UTC")
                throw value_error("the double loads date-times in UTC only, not in " + zone);
            values[path[0]] = cell;
        } else {
            values[path[0]] = field.type == "many2one_reference" || field.type == "boolean"
                                  ? cell
                                  : Json(cell_text(cell));
        }
    }

    std::optional<Id> reference(const FieldSchema& field,
                                const std::vector<std::string>& path,
                                const Json& cell) const {
        if (path.size() > 1 && path[1] == ".id") {
            const Id id = std::atoll(cell_text(cell).c_str());
            return m_env.records().find(field.relation, id) == nullptr ? std::nullopt
                                                                       : std::optional<Id>(id);
        }
        if (path.size() > 1 && path[1] == "id") {
            const auto [module, name] = key_of(cell);
            const auto known = m_env.records().external_id(module, name);
            if (!known) return std::nullopt;
            const Json& data = *m_env.records().find("ir.model.data", *known);
            return data["model"] == field.relation ? std::optional<Id>(data["res_id"].get<Id>())
                                                   : std::nullopt;
        }
        const auto hits = m_env.search(
            field.relation, Json::array({Json::array({"name", "=", cell})}), Json::object());
        return hits.empty() ? std::nullopt : std::optional<Id>(hits.front());
    }

    // Only what no default fills.
    void check_required(const Json& values,
                        const std::optional<std::pair<std::string, std::string>>& key) {
        if (key && m_env.records().external_id(key->first, key->second)) return;
        for (const char* field : {"partner_id", "name"}) {
            const auto* definition = m_env.model(m_model).field(field);
            if (definition == nullptr || !definition->required || values.contains(field)) continue;
            if (m_model == "sale.order" && std::string(field) == "name") continue;
            say(field,
                "Missing required value for the field '" + definition->label + "' (" + field + ")");
        }
    }

    Env& m_env;
    const std::string& m_model;
    const Json& m_rows;
    std::vector<std::vector<std::string>> m_columns;
    Json m_info;
    Json m_messages = Json::array();
};

}  // namespace

Json Env::load(const std::string& name, const Json& columns, const Json& rows) {
    return Loader(*this, name, columns, rows).run();
}

}  // namespace sallyport::odoo_double
