// SPDX-License-Identifier: Apache-2.0
#include "transports/https/submit.h"

#include "gateway/base/digest.h"
#include "transports/https/problem.h"
#include "transports/mime.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace sallyport::https {
namespace {

using nlohmann::ordered_json;
using transports::Arrival;
using transports::HttpResponse;
using transports::Receipt;
using transports::Verdict;

constexpr unsigned Deepest = 32;

Error refused(std::string_view code, std::string what, std::string remedy) {
    return Error(code, Blame::Partner, std::move(what)).remedy(std::move(remedy));
}

bool begins_as(DocumentType::Syntax syntax, BytesView octets) {
    const std::size_t start = octets.find_first_not_of(" \t\r\n");
    if (start == BytesView::npos) return false;
    octets.remove_prefix(start);
    switch (syntax) {
        case DocumentType::Syntax::X12:
            return octets.starts_with("ISA");
        case DocumentType::Syntax::Edifact:
            return octets.starts_with("UNA") || octets.starts_with("UNB");
        case DocumentType::Syntax::Xml:
            return octets.starts_with("<");
        case DocumentType::Syntax::Json:
            return octets.starts_with("{");
        case DocumentType::Syntax::Octets:
            return true;
    }
    return false;
}

// Before a parser recurses into it: how deep the brackets go outside of strings.
bool too_deep(BytesView json) {
    unsigned depth = 0;
    bool inside = false;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char letter = json[at];
        if (inside) {
            if (letter == '\\') ++at;
            if (letter == '"') inside = false;
        } else if (letter == '"') {
            inside = true;
        } else if (letter == '{' || letter == '[') {
            if (++depth > Deepest) return true;
        } else if ((letter == '}' || letter == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

Status check_json(BytesView octets) {
    if (too_deep(octets))
        return refused("https.body.depth", "the JSON is nested deeper than 32", "flatten it");
    const auto parsed = ordered_json::parse(octets, nullptr, false);
    if (parsed.is_discarded())
        return refused("https.body.syntax", "the body is no JSON", "send one JSON object in UTF-8");
    return {};
}

// What the sender says of its characters must be so; what it does not say, the document's own envelope or declaration does.
Status check_charset(const DocumentType& type, BytesView octets, std::string_view charset) {
    std::string said(charset);
    std::transform(said.begin(), said.end(), said.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    const bool json = type.syntax == DocumentType::Syntax::Json;
    if (json && !said.empty() && said != "utf-8" && said != "us-ascii")
        return refused("https.body.charset", "JSON is sent in UTF-8", "leave charset out");
    const bool ascii = std::all_of(octets.begin(), octets.end(), [](char letter) {
        return static_cast<unsigned char>(letter) < 0x80;
    });
    if ((said == "us-ascii" && !ascii) || (said == "utf-8" && !is_utf8(octets)))
        return refused("https.body.charset",
                       "the Content-Type says charset " + said + ", the document is not",
                       "send the charset it has, or leave it out");
    return {};
}

// The answer is stored without the message's id, which the intake gives and tells again with every repeat.
Receipt receipt_for(Verdict verdict, const Arrival& arrival, const Clock& clock) {
    if (verdict == Verdict::Conflict) {
        Receipt receipt{.http_status = 422, .disposition = "refused: key used before"};
        return receipt;
    }
    ordered_json body;
    body["message"] = "";
    body["status"] = "received";
    body["received_at"] = iso8601(clock.now());
    body["bytes"] = arrival.payload.size();
    body["sha256"] = arrival.content_digest;
    return {.http_status = 202,
            .headers = {{"Content-Type", "application/json"}},
            .body = body.dump(),
            .disposition = "received"};
}

HttpResponse answer_of(const transports::Admission& admission, const Call& call) {
    if (admission.verdict == Verdict::Conflict) {
        const Error error = refused(
            "https.idempotency.reused",
            "this Idempotency-Key was used for another document; this one is held and our people "
            "were told",
            "send it again with a key of its own if you meant both");
        return problem(422, error, call.trace);
    }
    ordered_json body = ordered_json::parse(admission.receipt.body, nullptr, false);
    body["message"] = admission.message;
    HttpResponse response = json_answer(admission.receipt.http_status, body);
    response.headers.emplace_back("Location", "/v1/messages/" + admission.message);
    if (admission.verdict == Verdict::Identical)
        response.headers.emplace_back("Idempotency-Replayed", "true");
    return response;
}

Arrival arrival_of(const Call& call, const DocumentType& type, Bytes payload) {
    Arrival arrival;
    arrival.transport = "https";
    arrival.partner = call.caller.partner();
    arrival.from = call.caller.partner();
    arrival.message_id = call.idempotency_key;
    arrival.payload = std::move(payload);
    if (arrival.payload != call.request.body) arrival.raw = call.request.body;
    arrival.content_digest = sha256_hex(arrival.payload);
    arrival.content_type = type.stored_as.empty() ? type.media_type : type.stored_as;
    arrival.file_name = transports::display_file_name(call.request.headers);
    arrival.was_signed = call.caller.credential.starts_with("key:");
    arrival.remote_address = call.request.remote_address;
    return arrival;
}

const DocumentType* type_of(const std::vector<DocumentType>& types, const Call& call) {
    const std::string given = transports::parse_parameterised(
                                  transports::header_or_empty(call.request.headers, "Content-Type"))
                                  .value;
    const auto found = std::find_if(types.begin(), types.end(), [&](const DocumentType& one) {
        return one.media_type == given;
    });
    return found == types.end() ? nullptr : &*found;
}

}  // namespace

Status check_document(const DocumentType& type, BytesView octets, std::string_view charset) {
    if (octets.empty())
        return refused("https.body.empty", "the body is empty", "send the document as the body");
    if (type.syntax == DocumentType::Syntax::Octets) return {};
    if (Status fits = check_charset(type, octets, charset); !fits) return fits;
    if (octets.find('\0') != BytesView::npos && type.syntax != DocumentType::Syntax::Xml)
        return refused("https.body.charset", "the document holds a NUL", "send plain text");
    // XML may be UTF-16: how it begins is for its own check to say.
    if (!(type.syntax == DocumentType::Syntax::Xml && type.check) &&
        !begins_as(type.syntax, octets))
        return refused("https.body.syntax",
                       "the body does not begin as " + type.media_type + " does",
                       "send one interchange or document, and the Content-Type it has");
    if (type.syntax == DocumentType::Syntax::Json)
        if (Status fits = check_json(octets); !fits) return fits;
    return type.check ? type.check(octets) : Status();
}

Endpoint submit_endpoint(SubmitOptions options, transports::Intake& intake, const Clock& clock) {
    Endpoint endpoint;
    endpoint.method = "POST";
    endpoint.path = options.path;
    endpoint.id = options.id;
    endpoint.scope = options.scope;
    endpoint.summary = options.summary;
    endpoint.help = options.help;
    for (const DocumentType& type : options.types)
        endpoint.takes.push_back(type.media_type);
    endpoint.body_schema = options.body_schema;
    endpoint.body_example = options.body_example;
    endpoint.body_examples = options.examples;
    endpoint.answers = {
        {.status = 202,
         .help = "the document is safe with us; the same request again gets the same answer",
         .schema = "Submitted"}};
    endpoint.whole_documents = true;
    endpoint.keeps_own_answer = true;
    endpoint.run = [types = std::move(options.types),
                    read = std::move(options.read),
                    &intake,
                    &clock](const Call& call) {
        const DocumentType* type = type_of(types, call);
        if (type == nullptr)
            return problem(
                415, refused("https.type", "that Content-Type is not taken here", ""), call.trace);
        const auto said = transports::parse_parameterised(
            transports::header_or_empty(call.request.headers, "Content-Type"));
        if (Status fits = check_document(*type, call.request.body, said.parameter("charset"));
            !fits)
            return problem(status_of(fits.error()), fits.error(), call.trace);
        Result<Bytes> payload = read ? read(call.request.body) : Result<Bytes>(call.request.body);
        if (!payload) return problem(status_of(payload.error()), payload.error(), call.trace);
        const Arrival arrival = arrival_of(call, *type, *std::move(payload));
        auto admission = intake.admit(arrival, [&](Verdict verdict) -> Result<Receipt> {
            return receipt_for(verdict, arrival, clock);
        });
        if (!admission) {
            // Whoever is to blame inside: to the partner it is "not taken, try again".
            const int status = admission.error().blame() == Blame::Bug ? 500 : 503;
            return problem(status, admission.error(), call.trace);
        }
        return answer_of(*admission, call);
    };
    return endpoint;
}

}  // namespace sallyport::https
