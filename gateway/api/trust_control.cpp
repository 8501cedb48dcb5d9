// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/trust_control.h"

#include "gateway/api/control_words.h"
#include "gateway/flow/cem.h"
#include "gateway/flow/cert_alerts.h"
#include "gateway/flow/trust.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace sallyport::api {
namespace {

using nlohmann::ordered_json;
using transports::HttpEntry;
using transports::HttpRequest;
using transports::HttpResponse;

constexpr std::string_view Path = "/v1/certificates";
constexpr std::size_t LargestBody = std::size_t{64} << 10U;

int status_of(const Error& error) {
    const std::string_view code = error.code();
    if (code == "trust.missing" || code == "flow.agreement.unknown" || code == "api.path")
        return 404;
    if (code == "trust.same-person") return 403;
    if (code == "trust.state" || code == "cem.announced") return 409;
    if (code == "trust.words" || code == "api.body" || code.starts_with("certs.") ||
        code.starts_with("cem."))
        return 400;
    return 503;
}

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    path.remove_prefix(Path.size());
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

Result<std::size_t> decide(const flow::Tools& tools,
                           const std::string& verb,
                           const flow::TrustDecision& decision) {
    if (verb == "confirm") return flow::confirm_trust(tools, decision);
    Status done = Error("api.path", Blame::Operator, "there is nothing at that path");
    if (verb == "accept") done = flow::request_trust(tools, decision);
    if (verb == "reject") done = flow::reject_trust(tools, decision);
    if (verb == "withdraw") done = flow::withdraw_trust(tools, decision);
    if (verb == "told") done = flow::note_told(tools, decision);
    if (verb == "agreed" || verb == "objected")
        done = flow::note_answer(tools, decision, verb == "agreed");
    if (!done) return std::move(done).error();
    return std::size_t{0};
}

Result<std::size_t> offer(const TrustControl::Parts& parts,
                          const ordered_json& body,
                          const flow::TrustDecision& decision) {
    if (!parts.has_partner(decision.partner))
        return Error("flow.agreement.unknown",
                     Blame::Operator,
                     "there is no partner " + decision.partner + " with an [as2] table");
    Bytes octets;
    if (!from_base64(text_of(body, "certificate"), octets) || octets.empty())
        return Error("api.body", Blame::Operator, "the certificate is missing");
    auto facts = parts.read_certificate(octets);
    if (!facts) return std::move(facts).error();
    flow::TrustRecord record;
    record.partner = decision.partner;
    record.certificate = *std::move(facts);
    record.source = "operator";
    if (Status done = flow::offer_certificate(parts.tools, record, decision.actor); !done)
        return std::move(done).error();
    return std::size_t{0};
}

}  // namespace

TrustControl::TrustControl(Parts parts) : m_parts(std::move(parts)) {}

HttpEntry TrustControl::enter(const HttpRequest& head) {
    HttpEntry entry;
    entry.max_body_bytes = LargestBody;
    entry.answer = stopped_at_door(head, m_parts.token, {"GET", "POST"});
    return entry;
}

HttpResponse TrustControl::handle(const HttpRequest& request) {
    const auto at = segments_of(request.path);
    if (request.method == "GET") {
        const auto records = store::read<std::vector<flow::TrustRecord>>(
            m_parts.tools.store, [](store::Reader& reader) { return flow::trust_records(reader); });
        if (!records) return control_refusal(503, records.error());
        const auto exchanges = store::read<std::vector<flow::CemExchange>>(
            m_parts.tools.store, [](store::Reader& reader) { return flow::cem_exchanges(reader); });
        if (!exchanges) return control_refusal(503, exchanges.error());
        ordered_json all = ordered_json::array(), sent = ordered_json::array();
        for (const auto& record : *records)
            all.push_back(flow::trust_json(record, false));
        for (const auto& exchange : *exchanges)
            sent.push_back(flow::cem_json(exchange));
        return control_response(200, {{"certificates", all}, {"exchanges", sent}});
    }
    const auto body = ordered_json::parse(request.body, nullptr, false);
    const flow::TrustDecision decision{.partner = at.empty() ? std::string() : at[0],
                                       .fingerprint = at.size() < 2 ? std::string() : at[1],
                                       .actor = text_of(body, "actor"),
                                       .words = text_of(body, "words"),
                                       .encrypt_from = text_of(body, "encrypt_from")};
    if (decision.actor.empty())
        return control_refusal(400, Error("api.body", Blame::Operator, "say who decides"));
    Result<std::size_t> done = Error("api.path", Blame::Operator, "there is nothing at that path");
    if (at.size() == 3 && at[2] == "announce") {
        const auto sent = m_parts.announce(
            {.partner = at[0],
             .fingerprint = at[1],
             .actor = decision.actor,
             .respond_by = text_of(body, "respond_by"),
             .anyway = body.is_object() && body.contains("anyway") && body["anyway"] == true});
        if (!sent) return control_refusal(status_of(sent.error()), sent.error());
        (void)m_parts.decided();
        return control_response(200, {{"done", true}, {"document", *sent}});
    }
    if (at.size() == 3) {
        done = decide(m_parts.tools, at[2], decision);
    } else if (at.size() == 2 && at[1] == "offer") {
        done = offer(m_parts, body, decision);
    }
    if (!done) return control_refusal(status_of(done.error()), done.error());
    if (Status taken = m_parts.decided(); !taken) return control_refusal(503, taken.error());
    return control_response(200, {{"done", true}, {"messages", *done}});
}

}  // namespace sallyport::api
