// SPDX-License-Identifier: Apache-2.0
// Canonical documents that come as they are, over the API: read and checked at the door, then on the road of every other
// document from the mapping on, with the same business replay guard.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "gateway/flow/steps.h"
#include "mappings/canonical.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sallyport::flow {

inline constexpr std::string_view CanonicalStandard = "canonical";

// A kind that partners may send so. The back office does nothing with those that are only kept: a report may come as often
// as there is something new to say about one number.
struct CanonicalKind {
    std::string_view kind;          // "Order"
    std::string_view set;           // of the document's row: "order"
    std::string_view schema;        // file below canonical/
    std::string_view content_type;  // what the pipeline knows the message by
    bool kept = false;
};
inline constexpr CanonicalKind CanonicalOrder{
    "Order", "order", "order.schema.json", "application/vnd.sallyport.order+json"};
inline constexpr CanonicalKind CanonicalTransportStatus{
    "TransportStatus",
    "transport_status",
    "transport_status.schema.json",
    "application/vnd.sallyport.transport-status+json",
    true};
// nullptr: another content type, another kind.
const CanonicalKind* canonical_kind_of_type(std::string_view content_type);
const CanonicalKind* canonical_kind_named(std::string_view kind);

// Immutable, thread-safe.
class CanonicalReader {
public:
    // The schemas beside the mappings. Error codes: map.file.missing, canonical.schema (Operator).
    static Result<CanonicalReader> load(const std::filesystem::path& mapping_directory,
                                        const CanonicalKind& kind);

    // The same document with its members in the order of the schema, as a mapping writes it: the octets that are stored and
    // compared. Error code https.document (Partner): every place that does not conform, with its remedy; no number.
    Result<Bytes> read(BytesView octets) const;
    // For the description of the API: a JSON Schema that stands by itself.
    const std::string& description() const { return m_description; }
    const CanonicalKind& kind() const { return *m_kind; }

private:
    CanonicalReader(const CanonicalKind& kind,
                    std::shared_ptr<const mapping::DocumentSchema> schema)
        : m_kind(&kind), m_schema(std::move(schema)) {}
    const CanonicalKind* m_kind;
    std::shared_ptr<const mapping::DocumentSchema> m_schema;
    std::string m_description = R"({"type":"object","required":["number"]})";
};

// The purchase order a canonical document is about: its number, or the reference to an order. Empty: about none.
std::string order_number_in(std::string_view kind, const nlohmann::ordered_json& document);

// The number its sender gave a ship notice, an invoice or a remittance advice; empty for other kinds.
std::string own_number_in(std::string_view kind, const nlohmann::ordered_json& document);

// The first step of such a message.
Result<Commit> unwrap_canonical(const Tools& tools,
                                const store::Message& message,
                                const store::Job& job);

}  // namespace sallyport::flow
