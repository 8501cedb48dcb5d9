// SPDX-License-Identifier: Apache-2.0
// Documents that partners POST: checked for size, kind of octets and depth, made durable by the intake, answered with 202.
// The Idempotency-Key is the transport's identity of the message, as a Message-ID is with AS2: the same key with the same
// octets gets the first answer, with others 422, and those octets are held for a person.
#pragma once

#include "transports/https/route.h"
#include "transports/intake.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sallyport::https {

// What may be sent in. `media_type` lower case, without parameters. `check` (may be empty) looks at the whole document before
// anything else does: nesting, encoding, declarations, whatever its syntax needs; its error is the answer.
struct DocumentType {
    enum class Syntax : std::uint8_t { X12, Edifact, Xml, Json, Octets };
    std::string media_type{};
    Syntax syntax = Syntax::X12;  // Octets: whatever it is, the pipeline judges
    std::string stored_as{};      // the content type the pipeline sees; empty: media_type
    std::function<Status(BytesView)> check{};
};

// Error codes (Partner): https.body.empty, https.body.charset (a NUL, or not what the charset of its Content-Type says),
// https.body.syntax (does not begin or nest as its type demands), https.body.depth (JSON nested deeper than 32), those of
// `check`. `charset` as the Content-Type has it, may be empty. Pure where `check` is.
Status check_document(const DocumentType& type, BytesView octets, std::string_view charset = {});

// POST endpoint at `path` for these types; `body_schema` names a component for JSON.
struct SubmitOptions {
    std::string path{};
    std::string id{};
    std::string scope{scope::DocumentsWrite};
    std::string summary{};
    std::string help{};
    std::vector<DocumentType> types{};
    std::string body_schema{};
    std::string body_example{};
    std::map<std::string, std::string> examples{};  // by media type, before body_example
    // Absent: the octets go in as they are. Otherwise what goes in instead, the octets being kept as evidence; its error
    // (https.document) is the answer.
    std::function<Result<Bytes>(BytesView)> read{};
};
// `intake` outlives the endpoint. Components it names: "Submitted", "Problem".
Endpoint submit_endpoint(SubmitOptions options, transports::Intake& intake, const Clock& clock);

}  // namespace sallyport::https
