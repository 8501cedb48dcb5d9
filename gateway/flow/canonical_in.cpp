// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/canonical_in.h"

#include "mappings/map.h"

#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

using mapping::FieldType;
using mapping::RecordType;
using nlohmann::ordered_json;

ordered_json in_order(const ordered_json& value, const RecordType& type);

ordered_json field_in_order(const ordered_json& value, const mapping::Field& field) {
    if (field.record == nullptr) return value;
    if (field.type == FieldType::Record && value.is_object()) return in_order(value, *field.record);
    if (field.type != FieldType::List || !value.is_array()) return value;
    ordered_json list = ordered_json::array();
    for (const ordered_json& entry : value)
        list.push_back(entry.is_object() ? in_order(entry, *field.record) : entry);
    return list;
}

// As deep as the schema: the door has bounded the nesting.
ordered_json in_order(const ordered_json& value, const RecordType& type) {
    ordered_json out = ordered_json::object();
    for (const mapping::Field& field : type.fields)
        if (const auto found = value.find(field.name); found != value.end())
            out[field.name] = field_in_order(*found, field);
    for (const auto& [name, more] : value.items())
        if (!out.contains(name)) out[name] = more;
    return out;
}

std::string text_at(const ordered_json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

Error not_conforming(const std::vector<mapping::Conformance>& findings) {
    std::string what;
    std::string remedy;
    for (const mapping::Conformance& finding : findings) {
        what += (what.empty() ? "" : "; ") + (finding.pointer.empty() ? "/" : finding.pointer) +
                ": " + finding.message;
        if (remedy.empty()) remedy = finding.remedy;
    }
    return Error("https.document", Blame::Partner, std::move(what)).remedy(std::move(remedy));
}

}  // namespace

Result<CanonicalOrders> CanonicalOrders::load(const std::filesystem::path& mapping_directory) {
    const mapping::TextSource texts =
        mapping::search_path({mapping_directory, mapping_directory.parent_path()});
    const auto schema_file = [&](std::string_view name) {
        return texts("canonical/" + std::string(name));
    };
    auto text = schema_file("order.schema.json");
    if (!text) return std::move(text).error();
    auto schema = mapping::DocumentSchema::parse(*text, schema_file);
    if (!schema) return std::move(schema).error();
    return CanonicalOrders(*std::move(schema));
}

Result<Bytes> CanonicalOrders::read(BytesView octets) const {
    const auto document = ordered_json::parse(octets, nullptr, false);
    if (!document.is_object())
        return Error("https.document", Blame::Partner, "the body is no JSON object")
            .remedy("send one order as canonical JSON");
    const auto findings = m_schema->check(document);
    if (!findings.empty()) return not_conforming(findings);
    if (text_at(document, "number").empty())
        return Error("https.document", Blame::Partner, "/number: the order has no number")
            .remedy("every order has the buyer's purchase order number");
    return in_order(document, m_schema->root()).dump();
}

Result<Commit> unwrap_canonical(const Tools& tools,
                                const store::Message& message,
                                const store::Job& job) {
    auto payload = tools.archive.get(message.payload_ref);
    if (!payload) return std::move(payload).error();
    const auto order = ordered_json::parse(*payload, nullptr, false);
    if (!order.is_object())
        return Error("flow.canonical.damaged",
                     Blame::Bug,
                     "the stored canonical document of message " + message.id + " is no JSON");
    store::Document document = held_interchange(message, tools.make_id());
    document.level = store::DocumentLevel::Transaction;
    document.standard = CanonicalStandard;
    document.set = "order";
    document.version = "1";
    document.kind = "Order";
    document.position = 1;
    document.business_number = text_at(order, "number");
    document.purpose = text_at(order, "purpose");
    document.payload_ref = message.payload_ref;
    document.status.content = store::ContentStatus::Valid;
    document.status.back_office = store::BackOfficeStatus::Pending;
    document.next = gateway_acts();
    return Commit([document, job](store::Transaction& transaction, Journal& journal) -> Status {
        if (Status added = transaction.add_document(document); !added) return added;
        auto next = transaction.add_job(
            {.kind = std::string(step::Map),
             .document = document.id,
             .message = document.message,
             .order_key = order_lane(document.partner, document.business_number),
             .rank = job.rank});
        if (!next) return std::move(next).error();
        return journal.record(transaction,
                              {.actor = {},
                               .event = "document.unwrapped",
                               .subject = document.id,
                               .detail = {{"message", document.message}}});
    });
}

}  // namespace sallyport::flow
