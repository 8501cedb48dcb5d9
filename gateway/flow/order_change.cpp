// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/order_change.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

std::string text_at(const ordered_json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ordered_json list_at(const ordered_json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_array() ? *found : ordered_json::array();
}

// What is said about a kind replaces what was said about it.
void merge_by_kind(ordered_json& into, const ordered_json& from, const char* name) {
    ordered_json all = list_at(into, name);
    for (const ordered_json& one : list_at(from, name)) {
        const auto same = std::find_if(all.begin(), all.end(), [&](const ordered_json& old) {
            return text_at(old, "kind") == text_at(one, "kind");
        });
        if (same == all.end())
            all.push_back(one);
        else
            *same = one;
    }
    if (!all.empty()) into[name] = std::move(all);
}

ordered_json* line_of(ordered_json& lines, const std::string& no) {
    for (ordered_json& line : lines)
        if (text_at(line, "no") == no) return &line;
    return nullptr;
}

void merge_line(ordered_json& line, const ordered_json& change) {
    if (takes_back(change)) {
        line["cancelled"] = true;
        return;
    }
    line.erase("cancelled");
    for (const char* field :
         {"quantity", "unit", "price", "price_per", "price_basis", "item", "amount"})
        if (change.contains(field)) line[field] = change[field];
    merge_by_kind(line, change, "dates");
}

std::string line_status(const ChangeVerdict* verdict) {
    return verdict != nullptr && verdict->accepted ? "accepted" : "rejected";
}

}  // namespace

bool takes_back(const ordered_json& line) {
    const std::string change = text_at(line, "change");
    const std::string quantity = text_at(line, "quantity");
    const bool nothing = !quantity.empty() && quantity.find_first_not_of("0.") == std::string::npos;
    return change == "delete" || change == "cancel" || nothing;
}

bool cancels(const ordered_json& change) {
    return text_at(change, "purpose") == "cancellation";
}

const ChangeVerdict* verdict_on(const std::vector<ChangeVerdict>& verdicts, const std::string& no) {
    const ChangeVerdict* whole = nullptr;
    for (const ChangeVerdict& verdict : verdicts) {
        if (verdict.no == no) return &verdict;
        if (verdict.no.empty()) whole = &verdict;
    }
    return whole;
}

ordered_json order_in_force(const ordered_json& order,
                            const ordered_json& change,
                            const std::vector<ChangeVerdict>& verdicts) {
    ordered_json now = order;
    ordered_json lines = list_at(now, "lines");
    const ChangeVerdict* whole = verdict_on(verdicts, "");
    if (cancels(change)) {
        if (whole != nullptr && whole->accepted) now["cancelled"] = true;
        return now;
    }
    if (whole != nullptr && !whole->accepted) return now;
    bool any = false;
    for (const ordered_json& one : list_at(change, "lines")) {
        const ChangeVerdict* verdict = verdict_on(verdicts, text_at(one, "no"));
        if (verdict == nullptr || !verdict->accepted) continue;
        any = true;
        if (ordered_json* line = line_of(lines, text_at(one, "no"))) {
            merge_line(*line, one);
            continue;
        }
        ordered_json added = one;
        for (const char* field : {"change", "left", "answers"})
            added.erase(field);
        lines.push_back(std::move(added));
    }
    if (any || list_at(change, "lines").empty()) merge_by_kind(now, change, "dates");
    now["lines"] = std::move(lines);
    return now;
}

ordered_json answer_to_change(const ordered_json& change,
                              const std::vector<ChangeVerdict>& verdicts,
                              const std::string& today) {
    ordered_json answer = change;
    std::size_t accepted = 0;
    std::size_t all = 0;
    ordered_json lines = list_at(answer, "lines");
    for (ordered_json& line : lines) {
        const ChangeVerdict* verdict = verdict_on(verdicts, text_at(line, "no"));
        const std::string status = line_status(verdict);
        ++all;
        if (status == "accepted") ++accepted;
        ordered_json part{{"status", status}};
        for (const char* field : {"quantity", "unit"})
            if (line.contains(field)) part[field] = line[field];
        line["answers"] = ordered_json::array({std::move(part)});
        if (verdict != nullptr && !verdict->reason.empty()) {
            ordered_json notes = list_at(line, "notes");
            notes.push_back({{"kind", "L1"}, {"text", verdict->reason}});
            line["notes"] = std::move(notes);
        }
    }
    if (const ChangeVerdict* whole = verdict_on(verdicts, "");
        whole != nullptr && (all == 0 || cancels(change) || !whole->accepted)) {
        all = 1;
        accepted = whole->accepted ? 1 : 0;
    }
    answer["answer"] = accepted == all  ? "accepted"
                       : accepted == 0U ? "rejected"
                                        : "accepted_changed";
    answer["answer_date"] = today;
    if (!lines.empty()) answer["lines"] = std::move(lines);
    answer.erase("extras");
    return answer;
}

ordered_json verdicts_json(const std::vector<ChangeVerdict>& verdicts) {
    ordered_json all = ordered_json::array();
    for (const ChangeVerdict& verdict : verdicts)
        all.push_back(
            {{"no", verdict.no}, {"accepted", verdict.accepted}, {"reason", verdict.reason}});
    return all;
}

}  // namespace sallyport::flow
