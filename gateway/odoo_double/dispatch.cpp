// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo_double/dispatch.h"

#include <algorithm>
#include <map>

namespace sallyport::odoo_double {

namespace {

// Parameter names, so that positional and named arguments mean the same. The first is "ids" for methods of records.
const std::map<std::string, std::vector<std::string>> Parameters{
    {"search", {"domain", "offset", "limit", "order"}},
    {"search_count", {"domain", "limit"}},
    {"search_read", {"domain", "fields", "offset", "limit", "order"}},
    {"read_group", {"domain", "fields", "groupby", "offset", "limit", "orderby", "lazy"}},
    {"read", {"ids", "fields", "load"}},
    {"create", {"vals_list"}},
    {"write", {"ids", "vals"}},
    {"unlink", {"ids"}},
    {"load", {"fields", "data"}},
    {"fields_get", {"allfields", "attributes"}},
    {"get_external_id", {"ids"}},
    {"check_object_reference", {"module", "xml_id", "raise_on_access_error"}},
    {"check_access_rights", {"operation", "raise_exception"}},
    {"has_group", {"group_ext_id"}},
    {"context_get", {}},
    {"get_param", {"key", "default"}},
    {"action_confirm", {"ids"}},
    {"action_cancel", {"ids"}},
    {"action_lock", {"ids"}},
    {"button_confirm", {"ids"}},
    {"button_cancel", {"ids"}},
    {"action_create_payments", {"ids"}},
    {"button_validate", {"ids"}},
    {"create_invoices", {"ids"}},
    {"action_post", {"ids"}},
    {"button_draft", {"ids"}},
    {"refund_moves", {"ids"}},
    {"message_post", {"ids"}},
    {"address_get", {"ids", "adr_pref"}},
    {"name_search", {"name", "args", "operator", "limit"}},
};

std::vector<Id> ids_in(const Json& named) {
    std::vector<Id> ids;
    const Json given = named.value("ids", Json::array());
    if (given.is_number_integer()) return {given.get<Id>()};
    for (const auto& id : given)
        ids.push_back(id.get<Id>());
    return ids;
}

std::vector<std::string> texts(const Json& list) {
    std::vector<std::string> found;
    if (list.is_array())
        for (const auto& one : list)
            found.push_back(one.get<std::string>());
    return found;
}

// Sums by one many2one field, as much of it as is asked for here; groups in the order of their records' ids.
Json read_group(const Env& env, const std::string& model, const Json& named) {
    env.require(model, 'r');
    const auto by = texts(named.value("groupby", Json::array()));
    if (by.size() != 1) throw value_error("the double groups by one field");
    std::vector<std::string> sums;
    for (const std::string& field : texts(named.value("fields", Json::array())))
        sums.push_back(field.substr(0, field.find(':')));
    std::vector<std::string> fields = sums;
    fields.push_back(by[0]);
    const auto ids = env.search(model, named.value("domain", Json::array()), Json::object());
    std::map<Id, Json> groups;
    for (const Json& one : env.read(model, ids, fields)) {
        const Json& key = one[by[0]];
        Json& group = groups[key.is_array() ? key[0].get<Id>() : Id{0}];
        if (group.is_null()) group = Json{{by[0], key}, {"__count", 0}};
        group["__count"] = group["__count"].get<int>() + 1;
        for (const std::string& field : sums)
            group[field] = number(group.value(field, Json(0.0))) + number(one[field]);
    }
    Json rows = Json::array();
    for (auto& [id, group] : groups)
        rows.push_back(std::move(group));
    return rows;
}

char letter(const std::string& operation) {
    return operation == "unlink" ? 'u' : operation.empty() ? 'r' : operation[0];
}

}  // namespace

CallName Dispatcher::name_of(const Json& request) {
    const Json parameters = request.value("params", Json::object());
    if (!parameters.is_object() || parameters.value("service", "") != "object") return {};
    const Json arguments = parameters.value("args", Json::array());
    if (!arguments.is_array() || arguments.size() < 5 || !arguments[3].is_string() ||
        !arguments[4].is_string())
        return {};
    return {arguments[3].get<std::string>(), arguments[4].get<std::string>()};
}

Json Dispatcher::call(const Json& request, const std::string& now) {
    if (!request.contains("params"))
        throw Raised{"builtins.TypeError",
                     "RPC.jsonrpc() missing 3 required positional arguments: 'service', "
                     "'method', and 'args'"};
    const Json& parameters = request["params"];
    if (!parameters.is_object())
        throw value_error("dictionary update sequence element #0 has length 6; 2 is required");
    const std::string service = parameters.value("service", "");
    const std::string method = parameters.value("method", "");
    const Json arguments = parameters.value("args", Json::array());
    if (service == "common") return common(method, arguments);
    if (service == "db" && method == "list") return Json::array({m_database});
    if (service == "object" && (method == "execute_kw" || method == "execute"))
        return object(arguments, now);
    throw Raised{"builtins.KeyError", service};
}

const Account* Dispatcher::account(const Json& user, const Json& key) const {
    for (const auto& one : m_accounts) {
        const bool named = user.is_string() ? user == Json(one.login) : user == Json(one.uid);
        if (named && !one.key.empty() && key == Json(one.key)) return &one;
    }
    return nullptr;
}

Json Dispatcher::common(const std::string& method, const Json& arguments) const {
    const std::string text = std::to_string(m_version) + ".0";
    if (method == "version")
        return Json{{"server_version", text},
                    {"server_version_info", {m_version, 0, 0, "final", 0, ""}},
                    {"server_serie", text},
                    {"protocol_version", 1}};
    if (method == "authenticate" || method == "login") {
        if (arguments.at(0) != Json(m_database))
            throw Raised{
                "psycopg2.OperationalError",
                "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  database \"" +
                    arguments.at(0).get<std::string>() + "\" does not exist\n"};
        const auto* known = account(arguments.at(1), arguments.at(2));
        return known == nullptr ? Json(false) : Json(known->uid);
    }
    throw Raised{"builtins.AttributeError",
                 "module 'odoo.service.common' has no attribute 'exp_" + method + "'"};
}

Json Dispatcher::object(const Json& arguments, const std::string& now) {
    const auto* known = account(arguments.at(1), arguments.at(2));
    if (known == nullptr || arguments.at(1).is_string())
        throw Raised{"odoo.exceptions.AccessDenied", "Access Denied"};
    const std::string model = arguments.at(3).get<std::string>();
    const std::string method = arguments.at(4).get<std::string>();
    Json named = arguments.size() > 6 ? arguments[6] : Json::object();
    Json context = named.value("context", Json::object());
    named.erase("context");
    if (method == "write" && named.contains("vals") && model == "sale.order")
        throw Raised{"builtins.TypeError",
                     "SaleOrder.write() got an unexpected keyword argument 'vals'"};
    Env env(m_schema, m_records, *known, std::move(context), now);
    return execute(
        env, model, method, arguments.size() > 5 ? arguments[5] : Json::array(), std::move(named));
}

Json Dispatcher::web_version() const {
    return Json{{"version_info", {m_version, 0, 0, "final", 0, ""}},
                {"version", std::to_string(m_version) + ".0"}};
}

Json Dispatcher::call2(const CallName& name,
                       Json body,
                       const std::string& key,
                       const std::string& now) {
    const auto known = std::find_if(
        m_accounts.begin(), m_accounts.end(), [&](const Account& one) { return one.key == key; });
    if (known == m_accounts.end())
        throw Raised{"werkzeug.exceptions.Unauthorized", "Invalid apikey"};
    if (m_schema.model(name.model) == nullptr)
        throw Raised{"werkzeug.exceptions.NotFound",
                     "the model '" + name.model + "' does not exist"};
    const auto parameters = Parameters.find(name.method);
    if (parameters == Parameters.end() || name.method.starts_with('_'))
        throw Raised{"werkzeug.exceptions.NotFound",
                     "The method '" + name.model + "." + name.method + "' does not exist"};
    const bool on_records = !parameters->second.empty() && parameters->second[0] == "ids";
    if (!on_records && !body.value("ids", Json::array()).empty())
        throw Raised{"werkzeug.exceptions.UnprocessableEntity",
                     "cannot call " + name.model + "." + name.method + " with ids"};
    for (const auto& item : body.items())
        if (item.key() != "ids" && item.key() != "context" && name.method != "message_post" &&
            std::find(parameters->second.begin(), parameters->second.end(), item.key()) ==
                parameters->second.end())
            throw Raised{"werkzeug.exceptions.UnprocessableEntity",
                         "got an unexpected keyword argument '" + item.key() + "'"};
    Json context = body.value("context", Json::object());
    body.erase("context");
    if (on_records && !body.contains("ids")) body["ids"] = Json::array();
    Env env(m_schema, m_records, *known, std::move(context), now);
    return execute(env, name.model, name.method, Json::array(), std::move(body));
}

Json Dispatcher::act(const std::string& model,
                     const std::string& method,
                     const Json& positional,
                     Json named,
                     const std::string& now) {
    Account person;
    person.administrator = true;
    person.uid = 1;
    Json context = named.value("context", Json::object());
    named.erase("context");
    Env env(m_schema, m_records, person, std::move(context), now);
    return execute(env, model, method, positional, std::move(named));
}

Json Dispatcher::execute(
    Env& env, const std::string& model, const std::string& method, Json positional, Json named) {
    env.model(model);
    if (method.starts_with('_'))
        throw access_error("Private methods (such as " + method + ") cannot be called remotely.");
    const auto parameters = Parameters.find(method);
    if (parameters == Parameters.end())
        throw Raised{"builtins.AttributeError",
                     "The method '" + method + "' does not exist on the model '" + model + "'"};
    for (std::size_t at = 0; at < positional.size() && at < parameters->second.size(); ++at)
        named[parameters->second[at]] = positional[at];
    const bool on_records = !parameters->second.empty() && parameters->second[0] == "ids";
    if (on_records && !named.contains("ids"))
        throw Raised{"builtins.IndexError", "tuple index out of range"};
    if (model == "res.users" && (method == "has_group" || method == "context_get"))
        return execute_users(env, method, named);
    return execute_record(env, model, method, named);
}

Json Dispatcher::execute_users(Env& env, const std::string& method, const Json& named) const {
    const auto& user = env.account();
    if (method == "context_get") return Json{{"lang", "en_US"}, {"tz", "UTC"}, {"uid", user.uid}};
    const std::string group = named.value("group_ext_id", "");
    const bool outsider = group == "base.group_portal" || group == "base.group_public";
    return (user.administrator && !outsider) ||
           std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end();
}

Json Dispatcher::execute_record(Env& env,
                                const std::string& model,
                                const std::string& method,
                                const Json& named) {
    if (method == "check_access_rights" || method == "check_object_reference")
        return probe(env, model, method, named);
    if (method.starts_with("search") || method == "name_search")
        return search(env, model, method, named);
    if (method == "read_group") return read_group(env, model, named);
    if (method == "read")
        return env.read(model, ids_in(named), texts(named.value("fields", Json::array())));
    if (method == "fields_get")
        return env.fields_get(
            model, named.value("allfields", Json()), named.value("attributes", Json()));
    if (method == "get_external_id") return env.get_external_id(model, ids_in(named));
    if (method == "create") return env.create(model, named.value("vals_list", Json::object()));
    if (method == "load")
        return env.load(
            model, named.value("fields", Json::array()), named.value("data", Json::array()));
    if (method == "get_param") {
        env.require(model, 'r');
        return false;
    }
    if (method == "write")
        return env.write(model, ids_in(named), named.value("vals", Json::object())), true;
    if (method == "unlink") return env.unlink(model, ids_in(named)), true;
    if (method == "address_get")
        return env.address_get(ids_in(named), named.value("adr_pref", Json::array()));
    if (method == "message_post") return env.message_post(model, ids_in(named), named);
    if (model == "sale.order" && method == "action_confirm")
        return env.action_confirm(ids_in(named));
    if (model == "sale.order" && method == "action_cancel") return env.action_cancel(ids_in(named));
    if (model == "sale.order" && method == "action_lock")
        return env.write(model, ids_in(named), Json{{"locked", true}}), Json();
    return execute_step(env, model, method, ids_in(named));
}

// What people do with deliveries and invoices.
Json Dispatcher::execute_step(Env& env,
                              const std::string& model,
                              const std::string& method,
                              const std::vector<Id>& ids) {
    if (model == "stock.picking" && method == "button_validate") return env.button_validate(ids);
    if (model == "purchase.order" && method == "button_confirm") return env.button_confirm(ids);
    if (model == "purchase.order" && method == "button_cancel") return env.button_cancel(ids);
    if (model == "account.payment.register" && method == "action_create_payments")
        return env.action_create_payments(ids);
    if (model == "sale.advance.payment.inv" && method == "create_invoices")
        return env.create_invoices();
    if (model == "account.move" && method == "action_post") return env.action_post(ids);
    if (model == "account.move" && method == "button_draft") return env.button_draft(ids);
    if (model == "account.move.reversal" && method == "refund_moves") return env.refund_moves(ids);
    throw Raised{"builtins.AttributeError",
                 "The method '" + method + "' does not exist on the model '" + model + "'"};
}

Json Dispatcher::probe(const Env& env,
                       const std::string& model,
                       const std::string& method,
                       const Json& named) const {
    if (method == "check_access_rights") {
        const char operation = letter(named.value("operation", "read"));
        if (named.value("raise_exception", true)) env.require(model, operation);
        return env.may(model, operation);
    }
    const std::string module = named.value("module", "");
    const std::string name = named.value("xml_id", "");
    const auto known = m_records.external_id(module, name);
    if (!known) throw value_error("External ID not found in the system: " + module + "." + name);
    const Json& data = *m_records.find("ir.model.data", *known);
    const bool visible = env.may(data["model"], 'r') &&
                         m_records.find(data["model"], data["res_id"].get<Id>()) != nullptr;
    return Json::array({data["model"], visible ? data["res_id"] : Json(false)});
}

Json Dispatcher::search(const Env& env,
                        const std::string& model,
                        const std::string& method,
                        const Json& named) const {
    env.require(model, 'r');
    if (method == "name_search") {
        Json hits = Json::array();
        for (const Id id : env.search(model, Json::array(), Json::object()))
            if (env.display_name(model, id).find(named.value("name", "")) != std::string::npos)
                hits.push_back({id, env.display_name(model, id)});
        return hits;
    }
    const auto ids = env.search(model, named.value("domain", Json::array()), named);
    if (method == "search_count") return ids.size();
    if (method == "search_read")
        return env.read(model, ids, texts(named.value("fields", Json::array())));
    return ids;
}

}  // namespace sallyport::odoo_double
