// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/record_notes.h"

#include "gateway/base/digest.h"
#include "gateway/odoo/echo.h"
#include "gateway/odoo/load.h"

#include <utility>

namespace sallyport::odoo {

namespace {

constexpr unsigned MostTries = 5;

}  // namespace

Result<Json> call_patiently(Client& client, const Call& call, const Pause& pause) {
    for (unsigned attempt = 1;; ++attempt) {
        auto result = client.call(call);
        if (result && call.method == "load") {
            auto ids = loaded_ids(call.model, *result);
            if (!ids) result = std::move(ids).error();
        }
        if (result || result.error().code() != "odoo.busy" || attempt > MostTries) return result;
        pause(std::chrono::milliseconds(50) * attempt);
    }
}

Result<bool> RecordNotes::said(const RecordRef& record, const std::string& subject) {
    auto found = read_all(m_client,
                          "mail.message",
                          Json::array({leaf("model", "=", record.model),
                                       leaf("res_id", "=", record.id),
                                       leaf("subject", "=", subject)}),
                          {"subject"});
    if (!found) return std::move(found).error().during("looking for what was done before");
    return !found->empty();
}

Status RecordNotes::attach(const RecordRef& record, const flow::OriginalDocument& original) {
    if (original.octets.empty()) return {};
    auto loaded = call_patiently(
        m_client,
        load_call("ir.attachment",
                  {"id", "name", "res_model", "res_id", "datas", "mimetype"},
                  Json::array({Json::array({m_key + "_att_" + hash16(original.octets),
                                            original.file_name,
                                            record.model,
                                            record.id,
                                            to_base64(original.octets),
                                            original.content_type})})),
        m_pause);
    return loaded ? Status() : Status(std::move(loaded).error().during("attaching the original"));
}

Status RecordNotes::note(const RecordRef& record,
                         const std::string& mark,
                         const std::string& body) {
    auto loaded =
        call_patiently(m_client,
                       load_call("mail.message",
                                 {"id", "model", "res_id", "message_type", "subtype_id/id", "body"},
                                 Json::array({Json::array({m_key + "_n_" + hash16(mark),
                                                           record.model,
                                                           record.id,
                                                           "comment",
                                                           "mail.mt_note",
                                                           body})})),
                       m_pause);
    return loaded ? Status() : Status(std::move(loaded).error().during("writing the note"));
}

// A task that was done is gone with its external id; it is asked for again only when its document is.
Status RecordNotes::task(const RecordRef& record,
                         const std::string& mark,
                         const std::string& summary,
                         const std::string& body) {
    std::vector<std::string> columns{
        "id", "res_model_id/id", "res_id", "activity_type_id/id", "summary", "note"};
    Json row = Json::array({m_key + "_t_" + hash16(mark),
                            record.model_id,
                            record.id,
                            "mail.mail_activity_data_todo",
                            summary,
                            body});
    if (record.user != 0) {
        columns.emplace_back("user_id/.id");
        row.push_back(record.user);
    }
    auto loaded = call_patiently(
        m_client,
        load_call("mail.activity", std::move(columns), Json::array({std::move(row)})),
        m_pause);
    return loaded ? Status() : Status(std::move(loaded).error().during("asking a person"));
}

std::string html_paragraph(const std::string& text) {
    return "<p>" + escape_html(text) + "</p>";
}

std::string html_paragraphs(const std::string& head, const std::vector<std::string>& lines) {
    std::string text = html_paragraph(head);
    for (const std::string& line : lines)
        text += html_paragraph(line);
    return text;
}

std::string hash16(std::string_view text) {
    return sha256_hex(text).substr(0, 16);
}

std::vector<Fence::Rule> notes_rules() {
    return {{"mail.message", "search_read", {"model", "res_id", "subject"}},
            {"mail.message", "load", {"model", "res_id", "message_type", "subtype_id", "body"}},
            {"mail.activity",
             "load",
             {"res_model_id", "res_id", "activity_type_id", "summary", "note", "user_id"}},
            {"ir.attachment", "load", {"name", "res_model", "res_id", "datas", "mimetype"}}};
}

}  // namespace sallyport::odoo
