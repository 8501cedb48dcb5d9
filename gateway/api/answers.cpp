// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/answers.h"

#include "transports/https/problem.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <utility>

namespace sallyport::api {

using nlohmann::ordered_json;
using transports::HttpResponse;

HttpResponse nothing_there(const https::Call& call) {
    return https::problem(
        404,
        Error("https.missing", Blame::Partner, "there is none of that name that is yours")
            .remedy("compare the id with the one you were given"),
        call.trace);
}

HttpResponse failed(const https::Call& call, const Error& error) {
    return https::problem(https::status_of(error), error, call.trace);
}

ordered_json document_json(const store::Document& document) {
    ordered_json out{{"id", document.id},
                     {"direction", document.direction == store::Direction::Inbound ? "in" : "out"},
                     {"level", store::to_string(document.level)},
                     {"standard", document.standard},
                     {"set", document.set},
                     {"version", document.version},
                     {"kind", document.kind},
                     {"purchase_order", document.business_number},
                     {"number", document.own_number},
                     {"test", document.test},
                     {"interchange_control", document.interchange_control},
                     {"group_control", document.group_control},
                     {"transaction_control", document.transaction_control},
                     {"message", document.message},
                     {"part_of", document.parent},
                     {"acknowledges", document.acknowledges}};
    out["status"] = {{"content", store::to_string(document.status.content)},
                     {"delivery", store::to_string(document.status.delivery)},
                     {"acknowledgement", store::to_string(document.status.acknowledgement)},
                     {"back_office", store::to_string(document.status.back_office)}};
    out["next"] = {{"actor", store::to_string(document.next.actor)}, {"code", document.next.code}};
    // What our own people have to mend is not for others; what the partner has to mend is.
    if (document.next.actor == store::Actor::Partner) out["next"]["reason"] = document.next.reason;
    out["created"] = iso8601(document.created);
    out["updated"] = iso8601(document.updated);
    return out;
}

ordered_json message_json(const store::Message& message) {
    return {{"id", message.id},
            {"direction", message.direction == store::Direction::Inbound ? "in" : "out"},
            {"state", store::to_string(message.state)},
            {"transport", message.transport},
            {"transport_id", message.transport_id},
            {"sha256", message.content_digest},
            {"content_type", message.content_type},
            {"file_name", message.file_name},
            {"created", iso8601(message.created)}};
}

unsigned number_of(const https::Call& call, const std::string& name, unsigned otherwise) {
    const std::string& text = call.parameter(name);
    unsigned number = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string encoded(std::string_view text) {
    constexpr std::string_view Digits = "0123456789ABCDEF";
    std::string out;
    for (const char letter : text) {
        const bool plain = (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                           (letter >= '0' && letter <= '9') ||
                           std::string_view("-._~").find(letter) != std::string_view::npos;
        if (plain) {
            out += letter;
            continue;
        }
        const auto octet = static_cast<unsigned char>(letter);
        out += '%';
        out += Digits[octet >> 4U];
        out += Digits[octet & 0xFU];
    }
    return out;
}

https::Endpoint reading(std::string path,
                        std::string id,
                        std::string_view scope,
                        std::string summary) {
    return {.method = "GET",
            .path = std::move(path),
            .id = std::move(id),
            .scope = std::string(scope),
            .summary = std::move(summary)};
}

https::Parameter order_parameter() {
    return {.name = "purchase_order",
            .in = "path",
            .schema = R"({"type":"string","minLength":1,"maxLength":100})",
            .help = "your purchase order number",
            .required = true,
            .example = "4500012345"};
}

https::Parameter id_parameter(std::string help) {
    return {.name = "id",
            .in = "path",
            .schema = R"({"type":"string","minLength":1,"maxLength":64})",
            .help = std::move(help),
            .required = true,
            .example = "01KAQ8Z6T0M5S4V9G2H7J3N1XB"};
}

https::Parameter limit_parameter() {
    return {.name = "limit",
            .in = "query",
            .schema = R"({"type":"integer","minimum":1,"maximum":100,"default":50})",
            .help = "how many at most",
            .example = "50"};
}

https::Parameter before_parameter() {
    return {.name = "before",
            .in = "query",
            .schema = R"({"type":"string","maxLength":64})",
            .help = "the page behind this id: take it from `next`"};
}

}  // namespace sallyport::api
