// SPDX-License-Identifier: Apache-2.0
// What the gateway leaves on a record for people: the original, a note, a task. Each once, by an external id of its own.
// Internal to gateway/odoo.
#pragma once

#include "gateway/flow/back_office.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/values.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sallyport::odoo {

using Pause = std::function<void(std::chrono::milliseconds)>;

// A call that Odoo rolled back for another transaction's sake is made again, five times at most. Only for calls whose
// repetition does no harm. A refused `load` is the error its rows say.
Result<Json> call_patiently(Client& client, const Call& call, const Pause& pause);

// Where it is left.
struct RecordRef {
    std::string model{};
    std::int64_t id = 0;
    std::string model_id{};  // external id of the model: "purchase.model_purchase_order"
    std::int64_t user = 0;   // whom a task is for; 0: the service account
};

class RecordNotes {
public:
    // All outlive it. `key` is the external id that those of the notes begin with.
    RecordNotes(Client& client, const Pause& pause, std::string key)
        : m_client(client), m_pause(pause), m_key(std::move(key)) {}

    // Whether a note with that subject is there: it was written together with what it speaks of.
    Result<bool> said(const RecordRef& record, const std::string& subject);
    Status attach(const RecordRef& record, const flow::OriginalDocument& original);
    Status note(const RecordRef& record, const std::string& mark, const std::string& body);
    Status task(const RecordRef& record,
                const std::string& mark,
                const std::string& summary,
                const std::string& body);

private:
    Client& m_client;
    const Pause& m_pause;
    std::string m_key;
};

std::string html_paragraph(const std::string& text);
std::string html_paragraphs(const std::string& head, const std::vector<std::string>& lines);
std::string hash16(std::string_view text);

std::vector<Fence::Rule> notes_rules();

}  // namespace sallyport::odoo
