// SPDX-License-Identifier: Apache-2.0
// Writing: type checks as Odoo and PostgreSQL word them, commands on one2many fields, external ids.
#include "gateway/base/bytes.h"
#include "gateway/odoo_double/env.h"
#include "gateway/odoo_double/purchases.h"
#include "gateway/odoo_double/sale_orders.h"

#include <Poco/SHA1Engine.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace sallyport::odoo_double {

namespace {

bool is_datetime(const std::string& text) {
    constexpr std::string_view Shape = "0000-00-00 00:00:00";
    if (text.size() != Shape.size()) return false;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (Shape[at] == '0' ? std::isdigit(static_cast<unsigned char>(text[at])) == 0
                             : text[at] != Shape[at])
            return false;
    return true;
}

Raised not_a_datetime(const std::string& text) {
    if (text.size() > 19 && is_datetime(text.substr(0, 19)))
        return value_error("unconverted data remains: " + text.substr(19));
    return value_error("time data '" + text + "' does not match format '%Y-%m-%d %H:%M:%S'");
}

Json number_from(const Json& value, bool whole) {
    if (value.is_number()) return value;
    if (is_false(value)) return whole ? Json(0) : Json(0.0);
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || end != text.c_str() + text.size())
        throw value_error(std::string("could not convert string to float: '") + text + "'");
    return whole ? Json(static_cast<Id>(number)) : Json(number);
}

}  // namespace

void Env::check_exists(const std::string& name, Id id) const {
    if (m_records.find(name, id) == nullptr)
        throw Raised{"odoo.exceptions.MissingError",
                     "Record does not exist or has been deleted.\n(Record: " + name + "(" +
                         std::to_string(id) + ",), User: " + std::to_string(m_account.uid) + ")"};
}

// Notes, tasks and files want the right to write what they are about; on invoices the right to read is enough for the first two.
void Env::check_document(const std::string& name, const Json& values) const {
    std::string about;
    for (const auto& [kind, field] :
         {std::pair{"mail.message", "model"}, std::pair{"ir.attachment", "res_model"}})
        if (const Json named = values.value(field, Json()); name == kind && named.is_string())
            about = named.get<std::string>();
    if (name == "mail.activity")
        if (const Json id = values.value("res_model_id", Json()); id.is_number_integer())
            about = value("ir.model", id.get<Id>(), "model").get<std::string>();
    if (about.empty() || m_schema.model(about) == nullptr) return;
    require(about, about == "account.move" && name != "ir.attachment" ? 'r' : 'w');
}

Json Env::checked(const ModelSchema& schema,
                  const FieldSchema& definition,
                  const Json& value) const {
    if (definition.type == "many2one") {
        if (is_false(value)) return false;
        if (value.is_string())
            throw Raised{
                "psycopg2.errors.InvalidTextRepresentation",
                "invalid input syntax for type integer: \"" + value.get<std::string>() + "\"\n"};
        check_exists(definition.relation, value.get<Id>());
        return value;
    }
    if (definition.type == "many2many") {
        Json ids = Json::array();
        for (const auto& one : value) {
            if (one.is_number_integer())
                ids.push_back(one);
            else if (one.is_array() && one[0] == 6)
                ids = one[2];
            else if (one.is_array() && one[0] == 4)
                ids.push_back(one[1]);
        }
        return ids;
    }
    if (definition.type == "float" || definition.type == "monetary") {
        const double exact = number_from(value, false).get<double>();
        return definition.places < 0 ? exact : rounded(exact, definition.places);
    }
    if (definition.type == "integer" || definition.type == "many2one_reference")
        return number_from(value, true);
    if (definition.type == "boolean")
        return !is_false(value) && value != Json(0) && value != Json("");
    if (is_false(value) || value == Json("")) return false;
    if (definition.type == "datetime") {
        const std::string text = value.get<std::string>();
        if (!is_datetime(text)) throw not_a_datetime(text);
    }
    if (definition.type == "selection") {
        const auto known = std::any_of(
            definition.selection.begin(), definition.selection.end(), [&](const auto& option) {
                return Json(option.first) == value;
            });
        if (!known)
            throw value_error("Wrong value for " + schema.name + "." + definition.name + ": '" +
                              value.get<std::string>() + "'");
    }
    return value;
}

void Env::set(const std::string& name, Id id, const Json& values) {
    const auto& schema = model(name);
    const Json* stored = m_records.find(name, id);
    Json record = stored == nullptr ? Json::object() : *stored;
    std::vector<std::pair<const FieldSchema*, Json>> commands;
    for (const auto& item : values.items()) {
        const auto& definition = field(schema, item.key());
        if (definition.type == "one2many")
            commands.emplace_back(&definition, item.value());
        else
            record[item.key()] = checked(schema, definition, item.value());
    }
    if (name == "ir.attachment" && values.contains("datas")) {
        Bytes octets;
        if (record["datas"].is_string() && !from_base64(record["datas"].get<std::string>(), octets))
            throw value_error("Incorrect padding");
        Poco::SHA1Engine sha1;
        sha1.update(octets.data(), octets.size());
        record["checksum"] = Poco::DigestEngine::digestToHex(sha1.digest());
        record["file_size"] = octets.size();
        if (record.value("mimetype", Json(false)).is_string()) {
            std::string mimetype = record["mimetype"].get<std::string>();
            std::transform(mimetype.begin(), mimetype.end(), mimetype.begin(), [](unsigned char c) {
                return static_cast<char>(std::tolower(c));
            });
            record["mimetype"] = mimetype;
        }
    }
    record["write_date"] = m_now;
    record["write_uid"] = m_account.uid;
    m_records.put(name, id, std::move(record));
    for (const auto& [definition, list] : commands)
        apply_commands(*definition, id, list);
}

// (0, 0, values) creates, (1, id, values) writes, (2, id) deletes.
void Env::apply_commands(const FieldSchema& definition, Id owner, const Json& commands) {
    for (const auto& command : commands) {
        switch (command[0].get<int>()) {
            case 0: {
                Json values = command[2];
                values[definition.inverse] = owner;
                create(definition.relation, std::move(values));
                break;
            }
            case 1:
                write(definition.relation, {command[1].get<Id>()}, command[2]);
                break;
            case 2:
                unlink(definition.relation, {command[1].get<Id>()});
                break;
            default:
                throw value_error("the double knows the commands 0, 1 and 2 on one2many fields");
        }
    }
}

void Env::defaults(const std::string& name, Json& record) {
    if (name == "mail.message") {
        if (!record.contains("date")) record["date"] = m_now;
        const Json author = value("res.users", m_account.uid, "partner_id");
        if (!record.contains("author_id") && author.is_number_integer())
            record["author_id"] = author;
        if (record.contains("res_id") && record.value("model", Json(false)).is_string() &&
            m_schema.model(record["model"]) != nullptr) {
            const Json id = number_from(record["res_id"], true);
            check_exists(record["model"], id.get<Id>());
            record["record_name"] = display_name(record["model"], id.get<Id>());
        }
    }
    if (name == "ir.attachment" && !record.contains("type")) record["type"] = "binary";
    if (name == "product.product" && !record.contains("uom_id")) record["uom_id"] = 1;
    const bool coded =
        name == "product.product" && record.contains("barcode") && record["barcode"].is_string();
    if (coded &&
        !search(
             name, Json::array({Json::array({"barcode", "=", record["barcode"]})}), Json::object())
             .empty())
        throw validation_error("Barcode(s) already assigned:\n\n- Barcode \"" +
                               record["barcode"].get<std::string>() + "\"");
}

Id Env::create(const std::string& name, Json values) {
    require(name, 'c');
    check_document(name, values);
    const auto& schema = model(name);
    for (const auto& item : values.items())
        if (const auto& definition = field(schema, item.key()); definition.type != "one2many")
            static_cast<void>(checked(schema, definition, item.value()));
    if (name == "ir.model.data") {
        const std::string module = values.value("module", "");
        const std::string key = values.value("name", "");
        if (m_records.external_id(module, key))
            throw validation_error(
                "The operation cannot be completed: duplicate key value violates unique constraint "
                "\"ir_model_data_module_name_uniq_index\"\nDETAIL:  Key (module, name)=(" +
                module + ", " + key + ") already exists.\n");
    }
    SaleOrders rules(*this);
    Json computed = values;
    defaults(name, computed);
    Purchases(*this).before_create(name, computed);
    if (name == "sale.order") rules.before_create(computed);
    if (name == "sale.order.line") rules.before_create_line(computed);
    for (const auto& [field_name, definition] : schema.fields)
        if (definition.required &&
            (!computed.contains(field_name) || is_false(computed[field_name])))
            throw validation_error(
                "The operation cannot be completed:\n- Create/update: a mandatory field is not "
                "set.\n- Delete: "
                "another model requires the record being deleted. If possible, archive it "
                "instead.\n\nModel: " +
                schema.label + " (" + name + ")\nField: " + definition.label + " (" + field_name +
                ")\n");
    const Id id = m_records.next_id(name);
    m_records.put(name, id, Json{{"create_date", m_now}, {"create_uid", m_account.uid}});
    set(name, id, computed);
    if (name == "sale.order") rules.after_create(id);
    if (name == "sale.order.line") rules.recompute_line(id);
    Purchases(*this).after_create(name, id);
    return id;
}

void Env::write(const std::string& name, const std::vector<Id>& ids, const Json& values) {
    if (ids.empty()) return;  // as in Odoo: an empty recordset may be written by anybody
    require(name, 'w');
    for (const Id id : ids) {
        check_exists(name, id);
        Json computed = values;
        SaleOrders rules(*this);
        if (name == "sale.order.line") rules.before_write_line(id, computed);
        set(name, id, computed);
        if (name == "sale.order.line") rules.recompute_line(id);
        if (name == "sale.order") rules.recompute(id);
        Purchases(*this).after_write(name, id);
    }
}

void Env::unlink(const std::string& name, const std::vector<Id>& ids) {
    require(name, 'u');
    for (const Id id : ids) {
        check_exists(name, id);
        SaleOrders rules(*this);
        if (name == "sale.order") rules.before_unlink(id);
        if (name == "sale.order.line") rules.before_unlink_line(id);
        for (const Id key : m_records.external_ids_of(name, id))
            m_records.erase("ir.model.data", key);
        m_records.erase(name, id);
    }
}

void Env::store_external_id(const std::string& module,
                            const std::string& key,
                            const std::string& name,
                            Id id,
                            bool noupdate) {
    if (m_records.external_id(module, key)) return;
    m_records.put("ir.model.data",
                  m_records.next_id("ir.model.data"),
                  Json{{"module", module},
                       {"name", key},
                       {"model", name},
                       {"res_id", id},
                       {"noupdate", noupdate}});
}

}  // namespace sallyport::odoo_double
