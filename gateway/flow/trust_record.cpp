// SPDX-License-Identifier: Apache-2.0
// Trust records as they lie in the store.
#include "gateway/flow/trust.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;
using transports::CertificateFacts;

constexpr std::array<std::string_view, 5> StateWords{
    "presented", "requested", "accepted", "rejected", "withdrawn"};
constexpr unsigned MostRecords = 10'000;

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

ordered_json facts_json(const CertificateFacts& facts, bool with_der) {
    ordered_json json{{"sha256", facts.fingerprint},
                      {"subject", facts.subject},
                      {"issuer", facts.issuer},
                      {"serial", facts.serial},
                      {"not_before", to_micros(facts.not_before)},
                      {"not_after", to_micros(facts.not_after)}};
    if (with_der) json["der"] = to_base64(facts.der);
    return json;
}

CertificateFacts facts_from(const ordered_json& json) {
    CertificateFacts facts{.fingerprint = text_at(json, "sha256"),
                           .subject = text_at(json, "subject"),
                           .issuer = text_at(json, "issuer"),
                           .serial = text_at(json, "serial"),
                           .not_before = moment_at(json, "not_before"),
                           .not_after = moment_at(json, "not_after"),
                           .der = {}};
    if (!from_base64(text_at(json, "der"), facts.der)) facts.der.clear();
    return facts;
}

ordered_json move_json(const TrustMove& move) {
    if (move.actor.empty()) return nullptr;
    return {{"actor", move.actor}, {"at", to_micros(move.at)}, {"words", move.words}};
}

TrustMove move_from(const ordered_json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_object()) return {};
    return {.actor = text_at(*found, "actor"),
            .at = moment_at(*found, "at"),
            .words = text_at(*found, "words")};
}

}  // namespace

std::string_view to_string(TrustState state) {
    return StateWords.at(static_cast<std::size_t>(state));
}

ordered_json trust_json(const TrustRecord& record, bool with_der) {
    ordered_json expected = ordered_json::array();
    for (const CertificateFacts& facts : record.expected)
        expected.push_back(facts_json(facts, false));
    return {{"partner", record.partner},
            {"state", to_string(record.state)},
            {"source", record.source},
            {"certificate", facts_json(record.certificate, with_der)},
            {"expected", expected},
            {"message", record.message},
            {"encrypt_from", record.encrypt_from},
            {"uses", record.uses},
            {"presented", to_micros(record.presented)},
            {"requested", move_json(record.requested)},
            {"confirmed", move_json(record.confirmed)},
            {"ended", move_json(record.ended)}};
}

std::optional<TrustRecord> trust_from(const ordered_json& json) {
    if (!json.is_object() || !json.contains("certificate")) return std::nullopt;
    TrustRecord record;
    record.partner = text_at(json, "partner");
    record.certificate = facts_from(json["certificate"]);
    for (const auto& one : json.value("expected", ordered_json::array()))
        record.expected.push_back(facts_from(one));
    record.source = text_at(json, "source");
    record.message = text_at(json, "message");
    record.encrypt_from = text_at(json, "encrypt_from");
    for (const auto& use : json.value("uses", ordered_json::array()))
        if (use.is_string()) record.uses.push_back(use.get<std::string>());
    record.presented = moment_at(json, "presented");
    record.requested = move_from(json, "requested");
    record.confirmed = move_from(json, "confirmed");
    record.ended = move_from(json, "ended");
    const std::string state = text_at(json, "state");
    for (std::size_t at = 0; at < StateWords.size(); ++at) {
        if (StateWords.at(at) != state) continue;
        record.state = static_cast<TrustState>(at);
        if (record.partner.empty() || record.certificate.fingerprint.size() != 64)
            return std::nullopt;
        return record;
    }
    return std::nullopt;
}

Status save_trust(store::Transaction& transaction, const TrustRecord& record) {
    return transaction.set_bookmark(std::string(TrustScope),
                                    record.partner + '/' + record.certificate.fingerprint,
                                    trust_json(record, true).dump());
}

Result<std::vector<TrustRecord>> trust_records(store::Reader& reader) {
    auto all = reader.bookmarks(std::string(TrustScope), "", MostRecords);
    if (!all) return std::move(all).error();
    std::vector<TrustRecord> records;
    for (const store::Bookmark& one : *all)
        if (auto record = trust_from(ordered_json::parse(one.value, nullptr, false)))
            records.push_back(*std::move(record));
    return records;
}

Result<std::optional<TrustRecord>> trust_record(store::Reader& reader,
                                                const std::string& partner,
                                                const std::string& fingerprint) {
    auto found = reader.bookmark(std::string(TrustScope), partner + '/' + fingerprint);
    if (!found) return std::move(found).error();
    if (!*found) return std::optional<TrustRecord>();
    return trust_from(ordered_json::parse((*found)->value, nullptr, false));
}

std::string certificate_text(const CertificateFacts& facts) {
    return "SHA-256 " + facts.fingerprint + ", " + facts.subject + ", issued by " + facts.issuer +
           ", " + iso8601(facts.not_before).substr(0, 10) + " to " +
           iso8601(facts.not_after).substr(0, 10);
}

}  // namespace sallyport::flow
