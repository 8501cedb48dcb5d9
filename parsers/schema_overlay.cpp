// SPDX-License-Identifier: Apache-2.0
// overlay.txt: our own facts about segments (qualifiers, pairs) and sets (trees, levels, counters).
#include "parsers/schema_loader.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

std::vector<std::string_view> commas(std::string_view text) {
    std::vector<std::string_view> parts;
    if (text == "-") return parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::optional<Locator> first_place(const SegmentSchema& segment, std::string_view reference) {
    const auto places = segment.locate(reference);
    if (places.empty()) return std::nullopt;
    return places.front();
}

void add_pair(SegmentSchema& segment, const std::vector<std::string_view>& words) {
    const auto value = first_place(segment, words[4]);
    if (!value) return;  // the release does not have this position
    PairSlot slot{std::nullopt, *value};
    if (words[3] != "-") {
        slot.qualifier = first_place(segment, words[3]);
        if (!slot.qualifier) return;
    }
    auto group = std::find_if(segment.pairs.begin(),
                              segment.pairs.end(),
                              [&](const PairGroup& known) { return known.name == words[2]; });
    if (group == segment.pairs.end())
        group = segment.pairs.insert(group, PairGroup{words[2], {}, {}});
    group->slots.push_back(slot);
    if (!group->shared.empty()) return;
    for (const std::string_view shared : commas(words[5])) {
        const std::size_t equals = shared.find('=');
        if (equals == std::string_view::npos) continue;
        if (const auto place = first_place(segment, shared.substr(0, equals))) {
            group->shared.push_back({shared.substr(equals + 1), *place});
        }
    }
}

void add_tree(SetSchema& set,
              const SegmentSchema& segment,
              const std::vector<std::string_view>& words) {
    const auto id = first_place(segment, words[3]);
    const auto parent = first_place(segment, words[4]);
    if (!id || !parent || set.tree) return;
    set.tree = TreeRule{
        words[2], *id, *parent, words[5] == "-" ? std::nullopt : first_place(segment, words[5])};
}

}  // namespace

Status SchemaLoader::load_overlay(const std::filesystem::path& file,
                                  std::map<std::string, Dictionary, std::less<>>& target) {
    if (!std::filesystem::exists(file)) return {};
    return each_line(file, [&](const Line& line) { return overlay_line(line, target); });
}

Status SchemaLoader::load_borrowed(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) return {};
    return each_line(file, [&](const Line& line) -> Status {
        const Words& words = line.words;
        if (words[0] != "borrow" || words.size() < 4)
            return syntax(line, "expected: borrow SET FROM-RELEASE RELEASE ...");
        m_storage.borrowed.push_back({words[1], words[2], {words.begin() + 3, words.end()}});
        return {};
    });
}

Status SchemaLoader::overlay_line(const Line& line,
                                  std::map<std::string, Dictionary, std::less<>>& target) {
    const Words& words = line.words;
    const std::string_view keyword = words[0];
    const bool complete =
        (keyword == "qualifier" && words.size() == 3) || (keyword == "pair" && words.size() == 7) ||
        (keyword == "tree" && words.size() == 6) || (keyword == "level" && words.size() == 6) ||
        (keyword == "counter" && words.size() >= 5);
    if (!complete) return syntax(line, "expected a qualifier, pair, tree, level or counter line");
    for (auto& [name, dictionary] : target) {
        if (keyword == "qualifier" || keyword == "pair") {
            const auto segment = dictionary.segments.find(words[1]);
            if (segment == dictionary.segments.end()) continue;
            if (keyword == "pair") {
                const auto releases = commas(words[6]);
                if (releases.empty() ||
                    std::find(releases.begin(), releases.end(), name) != releases.end())
                    add_pair(segment->second, words);
            } else if (const auto place = first_place(segment->second, words[2])) {
                segment->second.qualifiers.push_back(*place);
            }
            continue;
        }
        for (auto& [id, set] : dictionary.sets) {
            if (words[1] != "*" && words[1] != id) continue;
            if (keyword == "level") {
                set.levels.push_back({words[2], words[3], commas(words[4]), commas(words[5])});
            } else if (keyword == "counter") {
                const std::size_t scope =
                    words.size() > 5 ? static_cast<std::size_t>(words[5].data() - line.text.data())
                                     : line.text.size();
                set.counters.push_back({words[2], words[3], words[4], line.text.substr(scope)});
            } else if (const auto segment = dictionary.segments.find(words[2]);
                       segment != dictionary.segments.end() && !set.find(words[2]).empty()) {
                add_tree(set, segment->second, words);
            }
        }
    }
    return {};
}

}  // namespace sallyport::edi
