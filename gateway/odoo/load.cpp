// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/load.h"

#include "gateway/odoo/classify.h"

#include <utility>

namespace sallyport::odoo {

namespace {

bool says(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

// Errors of rows come as data, in English: the client fixes the language.
Error refused(const std::string& model, const Json& messages) {
    std::string all;
    for (const auto& message : messages) {
        const std::string text = one_line(text_of(message, "message"));
        const std::string field = text_of(message, "field");
        if (says(text, "could not serialize access") || says(text, "deadlock detected"))
            return Error(
                "odoo.busy", Blame::Network, "Odoo rolled the load of " + model + " back: " + text);
        if (says(text, "You are not allowed to") || says(text, "due to security restrictions"))
            return Error("odoo.rights",
                         Blame::Operator,
                         "Odoo refused the load of " + model + ": " + text)
                .remedy(
                    "give the service account that right (sallyport doctor lists needed, granted "
                    "and excess rights)");
        all += (all.empty() ? "" : "; ") + (field.empty() ? "" : field + ": ") + text;
    }
    return Error("odoo.load.refused",
                 Blame::BackOffice,
                 "Odoo refused the load of " + model + ": " + all)
        .remedy("correct the record in Odoo or the document, then reprocess it");
}

}  // namespace

Call load_call(const std::string& model, std::vector<std::string> columns, Json rows) {
    return {.model = model,
            .method = "load",
            .ids = {},
            .arguments = {{"fields", std::move(columns)}, {"data", std::move(rows)}},
            // Date-times are read in the context's time zone.
            .context = {{"module", KeyModule},
                        {"mode", "update"},
                        {"noupdate", true},
                        {"tz", "UTC"},
                        {"lang", "en_US"}}};
}

Result<std::vector<std::int64_t>> loaded_ids(const std::string& model, const Json& result) {
    if (!result.is_object() || !result.contains("ids"))
        return Error("odoo.reply.malformed",
                     Blame::Network,
                     "Odoo answered the load of " + model + " in an unknown shape");
    const Json& ids = result["ids"];
    const Json messages = result.value("messages", Json::array());
    if (!ids.is_array()) return refused(model, messages);
    std::vector<std::int64_t> found;
    for (const auto& id : ids)
        if (id.is_number_integer()) found.push_back(id.get<std::int64_t>());
    if (found.empty()) return refused(model, messages);
    return found;
}

}  // namespace sallyport::odoo
