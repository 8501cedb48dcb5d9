// SPDX-License-Identifier: Apache-2.0
// Canonical documents that come as they are, over the API: read and checked at the door, then on the road of every other
// document from the mapping on, with the same business replay guard.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "gateway/flow/steps.h"
#include "mappings/canonical.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace sallyport::flow {

// What the content type of such a message is, and the standard of its document.
inline constexpr std::string_view CanonicalOrderType = "application/vnd.sallyport.order+json";
inline constexpr std::string_view CanonicalStandard = "canonical";

// Immutable, thread-safe.
class CanonicalOrders {
public:
    // The schemas beside the mappings. Error codes: map.file.missing, canonical.schema (Operator).
    static Result<CanonicalOrders> load(const std::filesystem::path& mapping_directory);

    // The same order with its members in the order of the schema, as a mapping writes it: the octets that are stored and
    // compared. Error code https.document (Partner): every place that does not conform, with its remedy.
    Result<Bytes> read(BytesView octets) const;
    // For the description of the API: a JSON Schema that stands by itself.
    const std::string& description() const { return m_description; }

private:
    explicit CanonicalOrders(std::shared_ptr<const mapping::DocumentSchema> schema)
        : m_schema(std::move(schema)) {}
    std::shared_ptr<const mapping::DocumentSchema> m_schema;
    std::string m_description = R"({"type":"object","required":["number"]})";
};

// The first step of such a message.
Result<Commit> unwrap_canonical(const Tools& tools,
                                const store::Message& message,
                                const store::Job& job);

}  // namespace sallyport::flow
