// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/thread.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sallyport::flow {
namespace {

using Kind = ThreadEntry::Kind;

std::string title_of(const store::Document& document) {
    std::string title = document.set.empty() ? document.kind : document.set;
    if (title.empty()) title = "interchange";
    if (!document.own_number.empty()) title += " " + document.own_number;
    return title + (document.direction == store::Direction::Inbound ? " from " : " to ") +
           document.partner;
}

void add_receipt(OrderThread& thread,
                 const store::Document& document,
                 const store::Message& message) {
    const bool inbound = message.direction == store::Direction::Inbound;
    const bool delivered = message.state == store::MessageState::Delivered;
    if (!inbound && !delivered) return;
    std::string text = (inbound ? "our receipt for " : "receipt for ") + title_of(document);
    if (!message.receipt.disposition.empty()) text += ": " + message.receipt.disposition;
    thread.entries.push_back({.time = message.finished.value_or(message.created),
                              .kind = Kind::Receipt,
                              .document = document.id,
                              .text = std::move(text)});
}

Status add_records(store::Reader& reader, const store::Document& document, OrderThread& thread) {
    auto records = reader.back_office_results_of(document.id);
    if (!records) return std::move(records).error();
    for (const store::BackOfficeResult& record : *records)
        thread.entries.push_back({.time = record.posted,
                                  .kind = Kind::Record,
                                  .document = document.id,
                                  .text = record.system + ": " + record.name + " (" + record.state +
                                          "), id " + std::to_string(record.record) +
                                          (record.existed ? ", was there already" : "")});
    return {};
}

void add_wait(const store::Document& document, Instant now, OrderThread& thread) {
    const store::NextMove& next = document.next;
    if (next.actor == store::Actor::Nobody) return;
    std::string text = title_of(document);
    text += next.reason.empty() ? ": on its way" : ": " + next.reason;
    thread.waits.push_back({.actor = next.actor,
                            .due = next.due,
                            .late = next.due && *next.due < now,
                            .document = document.id,
                            .code = next.code,
                            .text = std::move(text)});
}

Status tell(store::Reader& reader,
            const store::Document& document,
            std::set<std::string>& messages,
            OrderThread& thread) {
    thread.entries.push_back({.time = document.created,
                              .kind = Kind::Document,
                              .document = document.id,
                              .text = title_of(document)});
    if (!document.message.empty() && messages.insert(document.message).second) {
        auto message = reader.message(document.message);
        if (!message) return std::move(message).error();
        if (*message) add_receipt(thread, document, **message);
    }
    return add_records(reader, document, thread);
}

}  // namespace

std::string_view to_string(ThreadEntry::Kind kind) {
    switch (kind) {
        case Kind::Document:
            return "document";
        case Kind::Receipt:
            return "receipt";
        case Kind::Record:
            return "record";
    }
    return "";
}

Result<OrderThread> order_thread(store::Reader& reader, const std::string& number, Instant now) {
    auto documents = reader.thread(number);
    if (!documents) return std::move(documents).error();
    OrderThread thread;
    std::set<std::string> messages;
    for (const store::Document& document : *documents) {
        // An envelope says nothing about the order that what is in it does not say.
        const bool envelope = document.level == store::DocumentLevel::Interchange;
        if (!envelope)
            if (Status told = tell(reader, document, messages, thread); !told)
                return std::move(told).error();
        if (!envelope) add_wait(document, now, thread);
    }
    thread.documents = *std::move(documents);
    std::stable_sort(thread.entries.begin(),
                     thread.entries.end(),
                     [](const auto& one, const auto& other) { return one.time < other.time; });
    std::stable_sort(
        thread.waits.begin(), thread.waits.end(), [](const auto& one, const auto& other) {
            if (one.due && other.due) return *one.due < *other.due;
            return one.due.has_value() && !other.due.has_value();
        });
    return thread;
}

}  // namespace sallyport::flow
