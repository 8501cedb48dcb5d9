// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/cem_record.h"

#include "gateway/base/digest.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> VerdictWords{"open", "accepted", "rejected"};
constexpr unsigned MostExchanges = 10'000;

// The partner chose the id: nothing of it but its digest becomes part of a name.
std::string name_of(bool ours, const std::string& partner, const std::string& id) {
    return std::string(ours ? "out/" : "in/") + partner + '/' + sha256_hex(id);
}

std::string text_at(const ordered_json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Instant moment_at(const ordered_json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_integer()
               ? from_micros(found->get<std::int64_t>())
               : Instant{};
}

CemItem item_from(const ordered_json& json) {
    CemItem item{.fingerprint = text_at(json, "sha256"),
                 .uses = {},
                 .name = {.issuer = text_at(json, "issuer"), .serial = text_at(json, "serial")},
                 .verdict = CemVerdict::Open,
                 .reason = text_at(json, "reason")};
    for (const auto& use : json.value("uses", ordered_json::array()))
        if (use.is_string()) item.uses.push_back(use.get<std::string>());
    for (std::size_t at = 0; at < VerdictWords.size(); ++at)
        if (text_at(json, "verdict") == VerdictWords.at(at))
            item.verdict = static_cast<CemVerdict>(at);
    return item;
}

std::optional<CemExchange> exchange_from(const std::string& text) {
    const auto json = ordered_json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    CemExchange exchange{.ours = text_at(json, "side") == "ours",
                         .partner = text_at(json, "partner"),
                         .id = text_at(json, "request"),
                         .document = text_at(json, "document"),
                         .our_name = text_at(json, "our_name"),
                         .asked = moment_at(json, "asked"),
                         .respond_by = moment_at(json, "respond_by"),
                         .items = {},
                         .answer = text_at(json, "answer")};
    for (const auto& item : json.value("items", ordered_json::array()))
        exchange.items.push_back(item_from(item));
    return exchange;
}

}  // namespace

std::string_view to_string(CemVerdict verdict) {
    return VerdictWords.at(static_cast<std::size_t>(verdict));
}

bool CemExchange::open() const {
    return std::any_of(items.begin(), items.end(), [](const CemItem& item) {
        return item.verdict == CemVerdict::Open;
    });
}

bool has_use(const std::vector<std::string>& uses, std::string_view use) {
    return std::find(uses.begin(), uses.end(), use) != uses.end();
}

ordered_json cem_json(const CemExchange& exchange) {
    ordered_json items = ordered_json::array();
    for (const CemItem& item : exchange.items)
        items.push_back({{"sha256", item.fingerprint},
                         {"uses", item.uses},
                         {"issuer", item.name.issuer},
                         {"serial", item.name.serial},
                         {"verdict", to_string(item.verdict)},
                         {"reason", item.reason}});
    return {{"side", exchange.ours ? "ours" : "theirs"},
            {"partner", exchange.partner},
            {"request", exchange.id},
            {"document", exchange.document},
            {"our_name", exchange.our_name},
            {"asked", to_micros(exchange.asked)},
            {"respond_by", to_micros(exchange.respond_by)},
            {"items", items},
            {"answer", exchange.answer}};
}

Result<std::vector<CemExchange>> cem_exchanges(store::Reader& reader) {
    auto marks = reader.bookmarks(std::string(CemScope), "", MostExchanges);
    if (!marks) return std::move(marks).error();
    std::vector<CemExchange> exchanges;
    for (const store::Bookmark& mark : *marks)
        if (auto exchange = exchange_from(mark.value)) exchanges.push_back(*std::move(exchange));
    return exchanges;
}

Result<std::optional<CemExchange>> cem_exchange(store::Reader& reader,
                                                bool ours,
                                                const std::string& partner,
                                                const std::string& id) {
    auto mark = reader.bookmark(std::string(CemScope), name_of(ours, partner, id));
    if (!mark) return std::move(mark).error();
    if (!*mark) return std::optional<CemExchange>();
    return exchange_from((*mark)->value);
}

Status save_cem(store::Transaction& transaction, const CemExchange& exchange) {
    return transaction.set_bookmark(std::string(CemScope),
                                    name_of(exchange.ours, exchange.partner, exchange.id),
                                    cem_json(exchange).dump());
}

store::Document cem_document(const store::Message& message, std::string id) {
    store::Document document = held_interchange(message, std::move(id));
    document.standard = CemStandard;
    document.status.content = store::ContentStatus::Valid;
    document.status.back_office = store::BackOfficeStatus::NotNeeded;
    document.next = nobody();
    return document;
}

Status queue_cem(store::Transaction& transaction,
                 const CemExchange& exchange,
                 std::string_view version,
                 const std::string& id,
                 const std::string& payload_ref) {
    store::Document document;
    document.id = id;
    document.level = store::DocumentLevel::Interchange;
    document.direction = store::Direction::Outbound;
    document.partner = exchange.partner;
    document.standard = CemStandard;
    document.version = version;
    document.own_number = exchange.id;
    document.payload_ref = payload_ref;
    document.status.content = store::ContentStatus::Valid;
    document.status.delivery = store::DeliveryStatus::Pending;
    if (exchange.ours) document.status.acknowledgement = store::AckStatus::Expected;
    document.next = gateway_acts();
    if (Status added = transaction.add_document(document); !added) return added;
    auto job = transaction.add_job({.kind = std::string(step::Freeze),
                                    .document = id,
                                    .order_key = outbound_lane(exchange.partner, id)});
    return job ? Status() : Status(std::move(job).error());
}

}  // namespace sallyport::flow
