// SPDX-License-Identifier: Apache-2.0
// Who told a partner of a certificate of ours, and what the partner said.
#include "gateway/base/crash_point.h"
#include "gateway/flow/cert_alerts.h"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> StateWords{"told", "agreed", "objected"};
constexpr unsigned MostConsents = 10'000;

ordered_json move_json(const TrustMove& move) {
    if (move.actor.empty()) return nullptr;
    return {{"actor", move.actor}, {"at", to_micros(move.at)}, {"words", move.words}};
}

TrustMove move_from(const ordered_json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_object()) return {};
    return {.actor = found->value("actor", ""),
            .at = from_micros(found->value("at", std::int64_t{0})),
            .words = found->value("words", "")};
}

std::optional<Consent> consent_from(const std::string& text) {
    const auto json = ordered_json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    Consent consent{.fingerprint = json.value("sha256", ""),
                    .partner = json.value("partner", ""),
                    .state = ConsentState::Told,
                    .told = move_from(json, "told"),
                    .answered = move_from(json, "answered")};
    for (std::size_t at = 0; at < StateWords.size(); ++at)
        if (json.value("state", "") == StateWords.at(at))
            consent.state = static_cast<ConsentState>(at);
    return consent;
}

Status check_words(const TrustDecision& decision) {
    if (!decision.words.empty() && !decision.actor.empty()) return {};
    return Error("trust.words",
                 Blame::Operator,
                 "say with whom it was spoken of and how, and where that can be found");
}

Status save(const Tools& tools, const TrustDecision& decision, ConsentState state) {
    Journal journal;
    CRASH_POINT("consent.commit.before");
    const Status done = tools.store.submit([&](store::Transaction& transaction) {
        return note_consent(transaction, journal, decision, state);
    });
    CRASH_POINT("consent.commit.after");
    if (done) journal.publish(tools.log, tools.metrics);
    return done;
}

}  // namespace

std::string_view to_string(ConsentState state) {
    return StateWords.at(static_cast<std::size_t>(state));
}

ordered_json consent_json(const Consent& consent) {
    return {{"sha256", consent.fingerprint},
            {"partner", consent.partner},
            {"state", to_string(consent.state)},
            {"told", move_json(consent.told)},
            {"answered", move_json(consent.answered)}};
}

Result<std::vector<Consent>> consents(store::Reader& reader, const std::string& fingerprint) {
    auto marks = reader.bookmarks(std::string(ConsentScope), "", MostConsents);
    if (!marks) return std::move(marks).error();
    std::vector<Consent> found;
    for (const store::Bookmark& mark : *marks)
        if (auto consent = consent_from(mark.value);
            consent && (fingerprint.empty() || consent->fingerprint == fingerprint))
            found.push_back(*std::move(consent));
    return found;
}

Status note_consent(store::Transaction& transaction,
                    Journal& journal,
                    const TrustDecision& decision,
                    ConsentState state) {
    const std::string name = decision.fingerprint + "/" + decision.partner;
    auto mark = transaction.bookmark(std::string(ConsentScope), name);
    if (!mark) return std::move(mark).error();
    std::optional<Consent> known = *mark ? consent_from((*mark)->value) : std::nullopt;
    Consent next{.fingerprint = decision.fingerprint, .partner = decision.partner, .state = state};
    if (state == ConsentState::Told) {
        next.told = {decision.actor, transaction.now(), decision.words};
    } else {
        if (!known)
            return Error("trust.missing",
                         Blame::Operator,
                         "nobody noted that " + decision.partner + " was told of " +
                             decision.fingerprint)
                .remedy("first: sallyport cert told");
        next.told = known->told;
        next.answered = {decision.actor, transaction.now(), decision.words};
    }
    if (Status set =
            transaction.set_bookmark(std::string(ConsentScope), name, consent_json(next).dump());
        !set)
        return set;
    return journal.record(transaction,
                          {.actor = decision.actor,
                           .event = "certificate.consent." + std::string(to_string(next.state)),
                           .subject = "certificate:" + decision.fingerprint,
                           .detail = {{"partner", decision.partner}, {"words", decision.words}}});
}

Status note_told(const Tools& tools, const TrustDecision& decision) {
    if (Status sound = check_words(decision); !sound) return sound;
    return save(tools, decision, ConsentState::Told);
}

Status note_answer(const Tools& tools, const TrustDecision& decision, bool agreed) {
    if (Status sound = check_words(decision); !sound) return sound;
    return save(tools, decision, agreed ? ConsentState::Agreed : ConsentState::Objected);
}

}  // namespace sallyport::flow
