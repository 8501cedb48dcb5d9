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

const CanonicalKind* canonical_kind_of_type(std::string_view content_type) {
    for (const CanonicalKind* one : {&CanonicalOrder, &CanonicalTransportStatus})
        if (one->content_type == content_type) return one;
    return nullptr;
}

const CanonicalKind* canonical_kind_named(std::string_view kind) {
    for (const CanonicalKind* one : {&CanonicalOrder, &CanonicalTransportStatus})
        if (one->kind == kind) return one;
    return nullptr;
}

namespace {

// The order that a document of its seller is about; several shipped at once: the first.
std::string order_answered(std::string_view kind, const ordered_json& document) {
    const auto within = [&](const char* name, const char* field) {
        const auto found = document.find(name);
        return found != document.end() && found->is_object() ? text_at(*found, field)
                                                             : std::string();
    };
    if (kind == "OrderResponse") return within("order", "number");
    if (kind == "Invoice") return within("order_ref", "number");
    const std::string number = within("shipment", "order_number");
    if (!number.empty()) return number;
    const ordered_json shipment = document.value("shipment", ordered_json::object());
    for (const ordered_json& one : shipment.value("orders", ordered_json::array()))
        if (std::string order = text_at(one, "order_number"); !order.empty()) return order;
    return {};
}

}  // namespace

std::string own_number_in(std::string_view kind, const ordered_json& document) {
    if (kind == "ShipNotice" || kind == "Invoice") return text_at(document, "number");
    if (kind == "RemittanceAdvice") {
        std::string trace = text_at(document, "trace");
        return trace.empty() ? text_at(document, "number") : trace;
    }
    return {};
}

std::string order_number_in(std::string_view kind, const ordered_json& document) {
    if (kind == "OrderResponse" || kind == "Invoice" || kind == "ShipNotice")
        return order_answered(kind, document);
    if (kind != CanonicalTransportStatus.kind) return text_at(document, "number");
    const auto refs = document.find("refs");
    if (refs != document.end() && refs->is_array())
        for (const ordered_json& ref : *refs)
            if (ref.is_object() && text_at(ref, "kind") == "order") return text_at(ref, "value");
    return {};
}

Result<CanonicalReader> CanonicalReader::load(const std::filesystem::path& mapping_directory,
                                              const CanonicalKind& kind) {
    const mapping::TextSource texts =
        mapping::search_path({mapping_directory, mapping_directory.parent_path()});
    const auto schema_file = [&](std::string_view name) {
        return texts("canonical/" + std::string(name));
    };
    auto text = schema_file(kind.schema);
    if (!text) return std::move(text).error();
    auto schema = mapping::DocumentSchema::parse(*text, schema_file);
    if (!schema) return std::move(schema).error();
    return CanonicalReader(kind, *std::move(schema));
}

Result<Bytes> CanonicalReader::read(BytesView octets) const {
    const auto document = ordered_json::parse(octets, nullptr, false);
    if (!document.is_object())
        return Error("https.document", Blame::Partner, "the body is no JSON object")
            .remedy("send one document as canonical JSON");
    const auto findings = m_schema->check(document);
    if (!findings.empty()) return not_conforming(findings);
    if (text_at(document, "number").empty())
        return Error("https.document", Blame::Partner, "/number: the document has no number")
            .remedy("an order has the buyer's number, a shipment the carrier's");
    return in_order(document, m_schema->root()).dump();
}

Result<Commit> unwrap_canonical(const Tools& tools,
                                const store::Message& message,
                                const store::Job& job) {
    auto payload = tools.archive.get(message.payload_ref);
    if (!payload) return std::move(payload).error();
    const auto content = ordered_json::parse(*payload, nullptr, false);
    const CanonicalKind* kind = canonical_kind_of_type(message.content_type);
    if (!content.is_object() || kind == nullptr)
        return Error("flow.canonical.damaged",
                     Blame::Bug,
                     "the stored canonical document of message " + message.id + " is no JSON");
    store::Document document = held_interchange(message, tools.make_id());
    document.level = store::DocumentLevel::Transaction;
    document.standard = CanonicalStandard;
    document.set = kind->set;
    document.version = "1";
    document.kind = kind->kind;
    document.position = 1;
    document.business_number = order_number_in(kind->kind, content);
    if (kind->kept) document.own_number = text_at(content, "number");
    document.purpose = text_at(content, "purpose");
    document.payload_ref = message.payload_ref;
    document.status.content = store::ContentStatus::Valid;
    document.status.back_office = store::BackOfficeStatus::Pending;
    document.next = gateway_acts();
    return Commit([document, job](store::Transaction& transaction, Journal& journal) -> Status {
        if (Status added = transaction.add_document(document); !added) return added;
        const std::string& lane =
            document.business_number.empty() ? document.id : document.business_number;
        auto next = transaction.add_job({.kind = std::string(step::Map),
                                         .document = document.id,
                                         .message = document.message,
                                         .order_key = order_lane(document.partner, lane),
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
