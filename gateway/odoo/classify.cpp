// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/classify.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace sallyport::odoo {

namespace {

struct Class {
    std::string_view name;
    std::string_view code;
    Blame blame;
    std::string_view remedy;
};

constexpr std::string_view TryAgain = "";
constexpr std::string_view Drift =
    "Odoo and the gateway disagree about the model: compare Odoo's version and custom "
    "fields with the settings, and report this";

constexpr std::array Classes{
    Class{"psycopg2.errors.SerializationFailure", "odoo.busy", Blame::Network, TryAgain},
    Class{"psycopg2.errors.DeadlockDetected", "odoo.busy", Blame::Network, TryAgain},
    Class{"psycopg2.errors.LockNotAvailable", "odoo.busy", Blame::Network, TryAgain},
    Class{"odoo.exceptions.LockError", "odoo.busy", Blame::Network, TryAgain},
    Class{"odoo.exceptions.ConcurrencyError", "odoo.busy", Blame::Network, TryAgain},
    Class{"psycopg2.InterfaceError", "odoo.unavailable", Blame::Network, TryAgain},
    Class{
        "psycopg2.OperationalError",
        "odoo.unavailable",
        Blame::Network,
        "see whether Odoo's database server is up and the database name in the settings is right"},
    Class{"psycopg2.pool.PoolError", "odoo.unavailable", Blame::Network, TryAgain},
    Class{"odoo.exceptions.AccessDenied",
          "odoo.credentials",
          Blame::Operator,
          "check the login and create a new API key for the service account"},
    Class{"odoo.exceptions.AccessError",
          "odoo.rights",
          Blame::Operator,
          "give the service account that right (sallyport doctor lists needed, granted and excess "
          "rights)"},
    Class{"odoo.exceptions.MissingError",
          "odoo.record.missing",
          Blame::BackOffice,
          "the record was deleted in Odoo; decide whether to post the document again"},
    Class{"odoo.exceptions.ValidationError",
          "odoo.refused.validation",
          Blame::BackOffice,
          "correct the record in Odoo or the document, then reprocess it"},
    Class{"odoo.exceptions.UserError",
          "odoo.refused",
          Blame::BackOffice,
          "correct the record in Odoo or the document, then reprocess it"},
    Class{"odoo.exceptions.RedirectWarning",
          "odoo.refused",
          Blame::BackOffice,
          "follow Odoo's advice in its web client, then reprocess the document"},
    Class{"builtins.ValueError", "odoo.schema", Blame::Bug, Drift},
    Class{"builtins.KeyError", "odoo.schema", Blame::Bug, Drift},
    Class{"builtins.AttributeError", "odoo.schema", Blame::Bug, Drift},
    Class{"builtins.TypeError", "odoo.schema", Blame::Bug, Drift},
    Class{"builtins.IndexError", "odoo.schema", Blame::Bug, Drift},
    Class{"psycopg2.errors.InvalidTextRepresentation", "odoo.schema", Blame::Bug, Drift},
    // JSON-2: what its controller says before or instead of a method.
    Class{"werkzeug.exceptions.Unauthorized",
          "odoo.credentials",
          Blame::Operator,
          "create a new API key for the service account: on Odoo 18 and later keys expire"},
    Class{"werkzeug.exceptions.NotFound", "odoo.schema", Blame::Bug, Drift},
    Class{"werkzeug.exceptions.UnprocessableEntity", "odoo.schema", Blame::Bug, Drift},
    Class{"werkzeug.exceptions.BadRequest", "odoo.schema", Blame::Bug, Drift},
    Class{"werkzeug.exceptions.UnsupportedMediaType", "odoo.schema", Blame::Bug, Drift},
};

}  // namespace

std::string one_line(std::string_view text) {
    constexpr std::size_t Longest = 500;
    std::string out;
    for (const char c : text) {
        if (out.size() >= Longest) {
            out += "…";
            break;
        }
        const bool blank = static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ' ';
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

Error classified(std::string_view name, std::string_view message, const std::string& call) {
    const std::string what =
        "Odoo refused " + call + ": " + one_line(message) + " (" + one_line(name) + ")";
    // Raised as a plain ValueError; the client fixes the language to en_US.
    if (name == "builtins.ValueError" && message.starts_with("External ID not found"))
        return Error("odoo.external_id.unknown", Blame::BackOffice, what);
    const auto* found = std::find_if(
        Classes.begin(), Classes.end(), [&](const Class& known) { return known.name == name; });
    if (found != Classes.end()) {
        Error error(found->code, found->blame, what);
        return found->remedy.empty() ? error : std::move(error).remedy(std::string(found->remedy));
    }
    return Error("odoo.error", Blame::Operator, what)
        .remedy("Odoo raised an error the gateway does not know; see Odoo's own log at this time");
}

Error rpc_error(const nlohmann::ordered_json& error, const std::string& call) {
    std::string name;
    std::string message;
    if (error.is_object()) {
        message = error.value("message", "");
        const auto data = error.find("data");
        if (data != error.end() && data->is_object()) {
            if (const auto field = data->find("name"); field != data->end() && field->is_string())
                name = *field;
            if (const auto field = data->find("message");
                field != data->end() && field->is_string())
                message = *field;
        }
    }
    return classified(name, message, call);
}

Error json2_error(int status, std::string_view body, const std::string& call) {
    const auto reply = nlohmann::ordered_json::parse(body, nullptr, false);
    if (reply.is_object() && reply.contains("name") && reply["name"].is_string()) {
        std::string message;
        if (const auto text = reply.find("message"); text != reply.end() && text->is_string())
            message = *text;
        return classified(reply["name"].get<std::string>(), message, call);
    }
    // Early 19 says what its controller refuses as a bare text.
    const std::string message = reply.is_string() ? reply.get<std::string>() : std::string();
    if (status == 401) return classified("werkzeug.exceptions.Unauthorized", message, call);
    if (reply.is_string() && (status == 400 || status == 404 || status == 422))
        return classified("werkzeug.exceptions.UnprocessableEntity", message, call);
    return http_error(status, call);
}

Error http_error(int status, const std::string& call) {
    const std::string what = call + " was answered with HTTP " + std::to_string(status);
    if (status == 502 || status == 503 || status == 504 || status == 429)
        return Error("odoo.unavailable",
                     Blame::Network,
                     what + ": the proxy before Odoo or Odoo itself is overloaded or restarting");
    return Error("odoo.http", Blame::Operator, what)
        .remedy(
            "see what answers at that url: the proxy before Odoo must pass /jsonrpc (from Odoo 19 "
            "on /json/2 and /web/version), and its database filter the database");
}

}  // namespace sallyport::odoo
