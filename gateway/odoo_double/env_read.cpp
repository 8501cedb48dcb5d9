// SPDX-License-Identifier: Apache-2.0
// Reading: access rights, search domains, field values as Odoo presents them.
#include "gateway/odoo_double/env.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>

namespace sallyport::odoo_double {

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

// SQL's LIKE with % only, which is all the gateway sends.
bool like(const std::string& text, const std::string& pattern) {
    std::size_t at = 0;
    bool anchored = true;
    std::istringstream parts(pattern);
    std::string part;
    bool last_open = pattern.ends_with('%');
    for (std::size_t begin = 0; begin <= pattern.size();) {
        const auto end = std::min(pattern.find('%', begin), pattern.size());
        part = pattern.substr(begin, end - begin);
        const auto found = anchored
                               ? (text.compare(0, part.size(), part) == 0 ? 0 : std::string::npos)
                               : text.find(part, at);
        if (found == std::string::npos) return false;
        at = found + part.size();
        anchored = false;
        begin = end + 1;
    }
    return last_open || at == text.size();
}

int compare(const Json& a, const Json& b) {
    if (a.is_number() && b.is_number()) {
        const double left = a.get<double>();
        const double right = b.get<double>();
        return left < right ? -1 : left > right ? 1 : 0;
    }
    const std::string left = a.is_string() ? a.get<std::string>() : is_false(a) ? "" : a.dump();
    const std::string right = b.is_string() ? b.get<std::string>() : is_false(b) ? "" : b.dump();
    return left.compare(right);
}

bool same(const Json& value, const Json& wanted) {
    if (is_false(wanted)) return is_false(value) || (value.is_array() && value.empty());
    if (value.is_array())
        return std::any_of(
            value.begin(), value.end(), [&](const Json& one) { return same(one, wanted); });
    if (value.is_number() && wanted.is_number()) return compare(value, wanted) == 0;
    return value == wanted;
}

bool operator_holds(const Json& value, const std::string& op, const Json& wanted) {
    if (op == "=") return same(value, wanted);
    if (op == "!=") return !same(value, wanted);
    if (op == "in" || op == "not in") {
        const bool found = std::any_of(
            wanted.begin(), wanted.end(), [&](const Json& one) { return same(value, one); });
        return found == (op == "in");
    }
    if (op == "like" || op == "ilike" || op == "=like" || op == "=ilike") {
        if (!value.is_string()) return false;
        const bool insensitive = op == "ilike" || op == "=ilike";
        std::string pattern = wanted.get<std::string>();
        if (op[0] != '=') pattern = "%" + pattern + "%";
        return insensitive ? like(lower(value.get<std::string>()), lower(pattern))
                           : like(value.get<std::string>(), pattern);
    }
    if (is_false(value)) return false;
    const int order = compare(value, wanted);
    if (op == ">") return order > 0;
    if (op == ">=") return order >= 0;
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    throw value_error("Invalid operator '" + op + "' in domain term");
}

std::string tuple_text(const Json& leaf) {
    return "('" + leaf[0].get<std::string>() + "', '" + leaf[1].get<std::string>() + "', " +
           (leaf[2].is_string() ? "'" + leaf[2].get<std::string>() + "'" : leaf[2].dump()) + ")";
}

const char* verb(char operation) {
    switch (operation) {
        case 'w':
            return "modify";
        case 'c':
            return "create";
        case 'u':
            return "delete";
        default:
            return "access";
    }
}

}  // namespace

bool is_false(const Json& value) {
    return value.is_null() || (value.is_boolean() && !value.get<bool>());
}

double number(const Json& value) {
    return value.is_number() ? value.get<double>() : 0.0;
}

double rounded(double value, int places) {
    const double scale = std::pow(10.0, places);
    return std::round(value * scale + (value < 0 ? -1e-7 : 1e-7)) / scale;
}

const ModelSchema& Env::model(const std::string& name) const {
    const auto* found = m_schema.model(name);
    if (found == nullptr) throw user_error("Object " + name + " doesn't exist");
    return *found;
}

const FieldSchema& Env::field(const ModelSchema& of, const std::string& name) const {
    const auto* found = of.field(name);
    if (found == nullptr)
        throw value_error("Invalid field '" + name + "' on model '" + of.name + "'");
    return *found;
}

bool Env::may(const std::string& name, char operation) const {
    // Nobody may write API keys by remote call, not even an administrator.
    if (m_account.administrator) return name != "res.users.apikeys" || operation == 'r';
    const auto own = m_account.rights.find(name);
    if (own != m_account.rights.end() && own->second.find(operation) != std::string::npos)
        return true;
    const bool internal =
        std::find(m_account.groups.begin(), m_account.groups.end(), "base.group_user") !=
        m_account.groups.end();
    const auto& visible = model(name).visible_to;
    return internal && (visible == "all-rights" || (visible == "user" && operation == 'r'));
}

void Env::require(const std::string& name, char operation) const {
    const auto& schema = model(name);
    if (may(name, operation)) return;
    throw access_error(std::string("You are not allowed to ") + verb(operation) + " '" +
                       schema.label + "' (" + name +
                       ") records.\n\nNo group currently allows this operation.\n\nContact your "
                       "administrator to request "
                       "access if necessary.");
}

std::vector<Id> Env::search(const std::string& name,
                            const Json& domain,
                            const Json& options) const {
    const auto& schema = model(name);
    std::vector<Id> hits;
    for (const auto& term : domain)
        if (term.is_array()) check_leaf(name, term);
    const bool archived_too = !m_context.value("active_test", true) ||
                              schema.field("active") == nullptr ||
                              domain.dump().find("\"active\"") != std::string::npos;
    for (const auto& [id, record] : m_records.all(name)) {
        if (!archived_too && is_false(value(name, id, "active"))) continue;
        if (matches(name, id, domain)) hits.push_back(id);
    }
    std::string order = schema.order;
    if (options.contains("order") && options["order"].is_string())
        order = options["order"].get<std::string>();
    std::istringstream terms(order);
    std::vector<std::pair<std::string, bool>> keys;
    for (std::string term; std::getline(terms, term, ',');) {
        std::istringstream words(term);
        std::string key;
        std::string direction;
        words >> key >> direction;
        keys.emplace_back(key, lower(direction) == "desc");
    }
    std::stable_sort(hits.begin(), hits.end(), [&](Id a, Id b) {
        for (const auto& [key, descending] : keys) {
            const int order_of_two = key == "id"
                                         ? (a < b   ? -1
                                            : a > b ? 1
                                                    : 0)
                                         : compare(value(name, a, key), value(name, b, key));
            if (order_of_two != 0) return descending ? order_of_two > 0 : order_of_two < 0;
        }
        return false;
    });
    const auto limit = options.contains("limit") && options["limit"].is_number_integer()
                           ? options["limit"].get<std::size_t>()
                           : 0;
    const auto offset = options.contains("offset") && options["offset"].is_number_integer()
                            ? options["offset"].get<std::size_t>()
                            : 0;
    hits.erase(hits.begin(),
               hits.begin() + static_cast<std::ptrdiff_t>(std::min(offset, hits.size())));
    if (limit != 0 && hits.size() > limit) hits.resize(limit);
    return hits;
}

// Polish notation; terms without an operator between them are joined by &.
bool Env::matches(const std::string& name, Id id, const Json& domain) const {
    std::vector<bool> stack;
    for (auto term = domain.rbegin(); term != domain.rend(); ++term) {
        if (term->is_array()) {
            stack.push_back(leaf_matches(name, id, *term));
            continue;
        }
        const std::string op = term->get<std::string>();
        if (stack.empty() || (op != "!" && stack.size() < 2))
            throw value_error("Domain is malformed: " + domain.dump());
        const bool first = stack.back();
        stack.pop_back();
        if (op == "!") {
            stack.push_back(!first);
            continue;
        }
        const bool second = stack.back();
        stack.back() = op == "|" ? first || second : first && second;
    }
    return std::all_of(stack.begin(), stack.end(), [](bool one) { return one; });
}

void Env::check_leaf(const std::string& name, const Json& leaf) const {
    const std::string path = leaf[0].get<std::string>();
    if (model(name).field(path.substr(0, path.find('.'))) == nullptr)
        throw value_error("Invalid field " + name + "." + path + " in leaf " + tuple_text(leaf));
}

bool Env::leaf_matches(const std::string& name, Id id, const Json& leaf) const {
    const std::string path = leaf[0].get<std::string>();
    const std::string op = leaf[1].get<std::string>();
    const auto& schema = model(name);
    if (op == "child_of") {
        const auto* relation = path == "id" ? nullptr : schema.field(path);
        const Json reached = path_values(name, id, path);
        const std::string target = relation == nullptr ? name : relation->relation;
        return reached.is_number_integer() && is_child_of(target, reached.get<Id>(), leaf[2]);
    }
    return operator_holds(path_values(name, id, path), op, leaf[2]);
}

bool Env::is_child_of(const std::string& name, Id id, const Json& ancestors) const {
    for (Id at = id; at != 0;) {
        if (ancestors.is_array() ? same(ancestors, Json(at)) : same(Json(at), ancestors))
            return true;
        const Json parent =
            model(name).field("parent_id") == nullptr ? Json(false) : value(name, at, "parent_id");
        at = parent.is_number_integer() ? parent.get<Id>() : 0;
    }
    return false;
}

Json Env::path_values(const std::string& name, Id id, const std::string& path) const {
    const auto dot = path.find('.');
    if (dot == std::string::npos) return value(name, id, path);
    const auto& relation = field(model(name), path.substr(0, dot));
    const Json reached = value(name, id, relation.name);
    if (reached.is_number_integer())
        return path_values(relation.relation, reached.get<Id>(), path.substr(dot + 1));
    if (!reached.is_array()) return false;
    Json all = Json::array();
    for (const auto& one : reached)
        all.push_back(path_values(relation.relation, one.get<Id>(), path.substr(dot + 1)));
    return all;
}

Json Env::value(const std::string& name, Id id, const std::string& wanted) const {
    if (wanted == "id") return id;
    const auto& definition = field(model(name), wanted);
    if (definition.type == "one2many") {
        Json ids = Json::array();
        for (const Id other : m_records.owned_by(definition.relation, definition.inverse, id)) {
            const Json& record = *m_records.find(definition.relation, other);
            if (definition.inverse == "res_id" && record.value("model", "") != name) continue;
            ids.push_back(other);
        }
        if (definition.relation == "mail.message") std::reverse(ids.begin(), ids.end());
        return ids;
    }
    if (wanted == "display_name" || wanted == "complete_name") return display_name(name, id);
    const Json* record = m_records.find(name, id);
    const auto found = record == nullptr ? Json::const_iterator() : record->find(wanted);
    if (record != nullptr && found != record->end()) return *found;
    if (wanted == "commercial_partner_id") {
        if (name != "res.partner") return path_values(name, id, "partner_id.commercial_partner_id");
        const Json parent = value(name, id, "parent_id");
        return parent.is_number_integer() ? value(name, parent.get<Id>(), wanted) : Json(id);
    }
    if (definition.type == "many2many") return Json::array();
    if (definition.type == "float" || definition.type == "monetary") return 0.0;
    if (definition.type == "integer") return 0;
    return definition.name == "active" || definition.name == "sale_ok" ? Json(true) : Json(false);
}

std::string Env::display_name(const std::string& name, Id id) const {
    const auto text = [&](const char* wanted) {
        const Json found = value(name, id, wanted);
        return found.is_string() ? found.get<std::string>() : std::string();
    };
    if (name == "res.partner") {
        const Json parent = value(name, id, "parent_id");
        return (parent.is_number_integer() ? display_name(name, parent.get<Id>()) + ", " : "") +
               text("name");
    }
    if (name == "product.product" || name == "product.template")
        return (text("default_code").empty() ? "" : "[" + text("default_code") + "] ") +
               text("name");
    if (name == "account.move")
        return text("name") + (text("ref").empty() ? "" : " (" + text("ref") + ")");
    if (name == "account.incoterms") return "[" + text("code") + "] " + text("name");
    if (name == "product.pricelist")
        return text("name") + " (" +
               display_name("res.currency", value(name, id, "currency_id").get<Id>()) + ")";
    if (name == "sale.order.line") {
        const Id order = value(name, id, "order_id").get<Id>();
        const std::string ref =
            value("res.partner", value("sale.order", order, "partner_id").get<Id>(), "ref")
                    .is_string()
                ? value("res.partner", value("sale.order", order, "partner_id").get<Id>(), "ref")
                      .get<std::string>()
                : std::string();
        const std::string line = text("name");
        return display_name("sale.order", order) + " - " + line.substr(0, line.find('\n')) +
               (ref.empty() ? "" : " (" + ref + ")");
    }
    if (model(name).field("name") == nullptr) return name + "," + std::to_string(id);
    return text("name");
}

Json Env::presented(const FieldSchema& definition, const Json& stored) const {
    if (definition.type == "many2one") {
        if (!stored.is_number_integer()) return false;
        return Json::array({stored, display_name(definition.relation, stored.get<Id>())});
    }
    if (definition.type == "float" || definition.type == "monetary") return number(stored);
    return stored;
}

Json Env::read(const std::string& name,
               const std::vector<Id>& ids,
               std::vector<std::string> fields) const {
    require(name, 'r');
    const auto& schema = model(name);
    if (fields.empty())
        for (const auto& [field_name, definition] : schema.fields)
            fields.push_back(field_name);
    for (const auto& wanted : fields)
        field(schema, wanted);
    Json result = Json::array();
    for (const Id id : ids) {
        if (m_records.find(name, id) == nullptr) continue;
        Json record = Json::object();
        record["id"] = id;
        for (const auto& wanted : fields)
            if (wanted != "id")
                record[wanted] = presented(field(schema, wanted), value(name, id, wanted));
        result.push_back(std::move(record));
    }
    return result;
}

Json Env::fields_get(const std::string& name, const Json& names, const Json& attributes) const {
    const auto& schema = model(name);
    Json result = Json::object();
    for (const auto& [field_name, definition] : schema.fields) {
        if (names.is_array() && !names.empty() &&
            std::find(names.begin(), names.end(), Json(field_name)) == names.end())
            continue;
        Json description{{"type", definition.type},
                         {"string", definition.label},
                         {"required", definition.required}};
        if (!definition.relation.empty()) description["relation"] = definition.relation;
        if (definition.places >= 0) description["digits"] = {16, definition.places};
        if (!definition.selection.empty()) {
            description["selection"] = Json::array();
            for (const auto& [key, label] : definition.selection)
                description["selection"].push_back({key, label});
        }
        Json chosen = Json::object();
        for (const auto& item : description.items())
            if (!attributes.is_array() || attributes.empty() ||
                std::find(attributes.begin(), attributes.end(), Json(item.key())) !=
                    attributes.end())
                chosen[item.key()] = item.value();
        result[field_name] = std::move(chosen);
    }
    return result;
}

Json Env::get_external_id(const std::string& name, const std::vector<Id>& ids) const {
    Json result = Json::object();
    for (const Id id : ids) {
        const auto keys = m_records.external_ids_of(name, id);
        const Json* data = keys.empty() ? nullptr : m_records.find("ir.model.data", keys.front());
        result[std::to_string(id)] =
            data == nullptr ? "" : data->value("module", "") + "." + data->value("name", "");
    }
    return result;
}

}  // namespace sallyport::odoo_double
