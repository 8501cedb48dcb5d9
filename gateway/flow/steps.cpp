// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/steps.h"

#include <utility>

namespace sallyport::flow {
namespace {

store::Actor actor_of(Blame blame) {
    switch (blame) {
        case Blame::Partner:
            return store::Actor::Partner;
        case Blame::Operator:
            return store::Actor::Administrator;
        case Blame::Network:
            return store::Actor::Administrator;  // it gave up: somebody must look
        case Blame::BackOffice:
            return store::Actor::Coordinator;
        case Blame::Bug:
            return store::Actor::Administrator;
    }
    return store::Actor::Administrator;
}

}  // namespace

std::string arrival_lane(std::string_view partner) {
    return std::string(partner) + "/";
}

std::string order_lane(std::string_view partner, std::string_view number) {
    return std::string(partner) + "/" + std::string(number);
}

std::string outbound_lane(std::string_view partner, std::string_view document) {
    return std::string(partner) + "/out/" + std::string(document);
}

std::string outbound_order_lane(std::string_view partner, std::string_view number) {
    return std::string(partner) + "/out/po/" + std::string(number);
}

Result<store::Document> load_document(store::Store& store, const std::string& id) {
    auto found = store::read<std::optional<store::Document>>(
        store, [&](store::Reader& reader) { return reader.document(id); });
    if (!found) return std::move(found).error();
    if (!*found)
        return Error("flow.document.missing", Blame::Bug, "document " + id + " is not stored");
    return **std::move(found);
}

Result<store::Message> load_message(store::Store& store, const std::string& id) {
    auto found = store::read<std::optional<store::Message>>(
        store, [&](store::Reader& reader) { return reader.message(id); });
    if (!found) return std::move(found).error();
    if (!*found)
        return Error("flow.message.missing", Blame::Bug, "message " + id + " is not stored");
    return **std::move(found);
}

Result<std::shared_ptr<const Agreement>> agreement_of(const Tools& tools,
                                                      const std::string& partner) {
    auto agreement = tools.agreements.by_name(partner);
    if (agreement) return agreement;
    std::string hint = near_match(partner, tools.agreements.names());
    return Error("flow.agreement.unknown",
                 Blame::Operator,
                 "there is no partner file for \"" + partner + "\"")
        .remedy(hint.empty() ? "put the partner file back and release the document"
                             : "put the partner file back (did it become \"" + hint +
                                   "\"?) and release the document");
}

store::Document held_interchange(const store::Message& message, std::string id) {
    store::Document document;
    document.id = std::move(id);
    document.level = store::DocumentLevel::Interchange;
    document.direction = store::Direction::Inbound;
    document.message = message.id;
    document.partner = message.partner;
    document.payload_ref = message.payload_ref;
    document.status.content = store::ContentStatus::Pending;
    document.status.delivery = store::DeliveryStatus::Delivered;
    document.status.back_office = store::BackOfficeStatus::Held;
    document.next.actor = store::Actor::Coordinator;
    document.next.code = message.code;
    document.next.reason = message.reason;
    return document;
}

store::NextMove nobody() {
    return {.actor = store::Actor::Nobody, .due = {}, .code = {}, .reason = {}};
}

store::NextMove gateway_acts() {
    return {.actor = store::Actor::Gateway, .due = {}, .code = {}, .reason = {}};
}

store::NextMove person_acts(Blame blame, Instant now, std::string_view code, std::string reason) {
    return {.actor = actor_of(blame),
            .due = now + PersonActsWithin,
            .code = std::string(code),
            .reason = std::move(reason)};
}

store::NextMove person_acts(const Error& error, Instant now) {
    return person_acts(error.blame(), now, error.code(), error.text());
}

}  // namespace sallyport::flow
