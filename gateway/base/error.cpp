// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/error.h"

#include <algorithm>
#include <cctype>

namespace sallyport {

std::string_view to_string(Blame blame) {
    switch (blame) {
        case Blame::Partner:
            return "partner";
        case Blame::Operator:
            return "operator";
        case Blame::Network:
            return "network";
        case Blame::BackOffice:
            return "back office";
        case Blame::Bug:
            return "bug";
    }
    return "bug";
}

std::string to_string(const Place& place) {
    std::string out = place.source;
    if (place.line != 0) {
        out += ":" + std::to_string(place.line);
        if (place.column != 0) out += ":" + std::to_string(place.column);
    }
    const auto add = [&out](std::string_view name, std::uint64_t number) {
        if (number == 0) return;
        if (!out.empty()) out += ' ';
        out.append(name).append(" ").append(std::to_string(number));
    };
    add("segment", place.segment);
    add("element", place.element);
    add("byte", place.byte);
    return out;
}

Error&& Error::at(Place place) && {
    m_place = std::move(place);
    return std::move(*this);
}

Error&& Error::remedy(std::string text) && {
    m_remedy = std::move(text);
    return std::move(*this);
}

Error&& Error::during(std::string step) && {
    m_trail.push_back(std::move(step));
    return std::move(*this);
}

std::string Error::text() const {
    std::string out;
    for (auto step = m_trail.rbegin(); step != m_trail.rend(); ++step)
        out += *step + ": ";
    out += m_what;
    if (const std::string where = to_string(m_place); !where.empty()) out += " at " + where;
    if (!m_remedy.empty()) out += "; " + m_remedy;
    return out + " [" + std::string(m_code) + "]";
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[a.size()][b.size()];
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

}  // namespace

std::string near_match(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.size() > 200) return {};
    const std::string wanted = lower(word);
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::string found;
    for (const auto& candidate : candidates) {
        const std::size_t distance = edit_distance(wanted, lower(candidate));
        if (distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

}  // namespace sallyport
