// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/revocation_note.h"

#include "gateway/base/crash_point.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> StateWords{"good", "revoked", "unknown"};
constexpr unsigned MostNotes = 10'000;

std::optional<RevocationNote> note_from(const std::string& text) {
    const auto json = ordered_json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    RevocationNote note{.partner = json.value("partner", ""),
                        .fingerprint = json.value("sha256", ""),
                        .state = RevocationState::Unknown,
                        .required = json.value("rule", "") == "hard-fail",
                        .by = json.value("by", ""),
                        .reason = json.value("reason", ""),
                        .asked = from_micros(json.value("asked", std::int64_t{0}))};
    for (std::size_t at = 0; at < StateWords.size(); ++at)
        if (json.value("state", "") == StateWords.at(at))
            note.state = static_cast<RevocationState>(at);
    if (const auto next = json.find("next_update"); next != json.end() && next->is_number_integer())
        note.next_update = from_micros(next->get<std::int64_t>());
    return note;
}

std::string name_of(const RevocationNote& note) {
    return note.partner + '/' + note.fingerprint;
}

bool same_standing(const RevocationNote& a, const RevocationNote& b) {
    return a.state == b.state && a.required == b.required;
}

}  // namespace

std::string_view to_string(RevocationState state) {
    return StateWords.at(static_cast<std::size_t>(state));
}

ordered_json revocation_json(const RevocationNote& note) {
    ordered_json json{{"partner", note.partner},
                      {"sha256", note.fingerprint},
                      {"state", to_string(note.state)},
                      {"rule", note.required ? "hard-fail" : "soft-fail"},
                      {"believed", note.believed()},
                      {"by", note.by},
                      {"reason", note.reason},
                      {"asked", to_micros(note.asked)}};
    if (note.next_update) json["next_update"] = to_micros(*note.next_update);
    return json;
}

Result<std::vector<RevocationNote>> revocation_notes(store::Reader& reader) {
    auto marks = reader.bookmarks(std::string(RevocationScope), "", MostNotes);
    if (!marks) return std::move(marks).error();
    std::vector<RevocationNote> notes;
    for (const store::Bookmark& mark : *marks)
        if (auto note = note_from(mark.value)) notes.push_back(*std::move(note));
    return notes;
}

RevocationNote settled(const std::optional<RevocationNote>& before, RevocationNote now) {
    if (!before || now.state != RevocationState::Unknown) return now;
    const bool holds = before->state == RevocationState::Revoked ||
                       (before->state == RevocationState::Good && before->next_update &&
                        *before->next_update > now.asked);
    if (!holds) return now;
    RevocationNote kept = *before;
    kept.required = now.required;
    return kept;
}

Result<bool> note_revocation(const Tools& tools, const RevocationNote& note) {
    Journal journal;
    bool changed = false;
    CRASH_POINT("revocation.commit.before");
    const Status done = tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto mark = transaction.bookmark(std::string(RevocationScope), name_of(note));
        if (!mark) return std::move(mark).error();
        const auto before = *mark ? note_from((*mark)->value) : std::nullopt;
        const RevocationNote next = settled(before, note);
        changed = !before || !same_standing(*before, next);
        if (Status set = transaction.set_bookmark(
                std::string(RevocationScope), name_of(note), revocation_json(next).dump());
            !set)
            return set;
        if (!changed) return {};
        return journal.record(
            transaction,
            {.actor = {},
             .event = "certificate.revocation." + std::string(to_string(next.state)),
             .subject = "certificate:" + next.fingerprint,
             .detail = {{"partner", next.partner},
                        {"rule", next.required ? "hard-fail" : "soft-fail"},
                        {"believed", next.believed() ? "yes" : "no"},
                        {"by", next.by},
                        {"reason", next.reason}}},
            next.believed() && next.state == RevocationState::Good ? Level::Info
            : next.believed()                                      ? Level::Warn
                                                                   : Level::Error);
    });
    if (!done) return done.error();
    CRASH_POINT("revocation.commit.after");
    journal.publish(tools.log, tools.metrics);
    return changed;
}

Status forget_revocation(const Tools& tools, const RevocationNote& note) {
    return tools.store.submit([&](store::Transaction& transaction) {
        return transaction.set_bookmark(std::string(RevocationScope), name_of(note), "");
    });
}

}  // namespace sallyport::flow
