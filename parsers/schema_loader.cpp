// SPDX-License-Identifier: Apache-2.0
#include "parsers/schema_loader.h"

#include "gateway/base/file.h"

#include <algorithm>
#include <charconv>

namespace sallyport::edi {
namespace {

constexpr std::size_t MaxFileBytes = std::size_t{16} << 20;

void split(std::string_view text, std::vector<std::string_view>& words) {
    words.clear();
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == ' ') {
            ++at;
            continue;
        }
        const std::size_t end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
}

template <typename T>
bool parse_number(std::string_view text, T& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parse_max(std::string_view text, std::uint32_t& number) {
    if (text == "*") {
        number = Unlimited;
        return true;
    }
    return parse_number(text, number);
}

std::optional<Usage> parse_usage(std::string_view text) {
    if (text == "M") return Usage::Mandatory;
    if (text == "O") return Usage::Optional;
    if (text == "C") return Usage::Conditional;
    return std::nullopt;
}

bool parse_type(std::string_view text, Element& element) {
    static constexpr std::pair<std::string_view, DataType> Types[] = {{"AN", DataType::Text},
                                                                      {"ID", DataType::Code},
                                                                      {"R", DataType::Real},
                                                                      {"DT", DataType::Date},
                                                                      {"TM", DataType::Time},
                                                                      {"B", DataType::Binary},
                                                                      {"a", DataType::Alpha},
                                                                      {"n", DataType::Digits},
                                                                      {"an", DataType::Any}};
    for (const auto& [name, type] : Types) {
        if (name == text) {
            element.type = type;
            return true;
        }
    }
    element.type = DataType::Implied;
    return text.size() == 2 && text[0] == 'N' && parse_number(text.substr(1), element.decimals);
}

// "codes?" and "codes": the mark says that one source alone states it.
bool is_word(std::string_view word, std::string_view keyword) {
    return word == keyword || (word.size() == keyword.size() + 1 && word.back() == '?' &&
                               word.substr(0, keyword.size()) == keyword);
}

}  // namespace

std::optional<ConditionKind> condition_kind(std::string_view text) {
    static constexpr std::pair<std::string_view, ConditionKind> Kinds[] = {
        {"P", ConditionKind::Paired},
        {"R", ConditionKind::Required},
        {"C", ConditionKind::Conditional},
        {"L", ConditionKind::ListConditional},
        {"E", ConditionKind::Exclusive},
        {"D1", ConditionKind::ExactlyOne},
        {"D2", ConditionKind::Paired},
        {"D3", ConditionKind::Required},
        {"D4", ConditionKind::Exclusive},
        {"D5", ConditionKind::Conditional},
        {"D6", ConditionKind::ListConditional},
        {"D7", ConditionKind::FirstExcludes}};
    for (const auto& [name, kind] : Kinds) {
        if (name == text) return kind;
    }
    return std::nullopt;
}

Error SchemaLoader::syntax(const Line& line, std::string what) const {
    return Error("schema.syntax", Blame::Operator, std::move(what))
        .at({.source = m_file, .line = line.number})
        .remedy("the format is described in parsers/schemas/FORMAT.md");
}

Status SchemaLoader::each_line(const std::filesystem::path& file, const LineHandler& handle) {
    auto read = read_file(file, MaxFileBytes);
    if (!read) return std::move(read).error().during("loading the schemas");
    m_file = file.string();
    m_storage.texts.push_back(std::move(*read));
    const std::string_view text = m_storage.texts.back();
    Line line;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        line.text = text.substr(at, end - at);
        ++line.number;
        at = end + 1;
        line.indent = static_cast<std::uint32_t>(
            std::min(line.text.find_first_not_of(' '), line.text.size()));
        if (line.indent == line.text.size() || line.text[line.indent] == '#') continue;
        split(line.text, line.words);
        if (Status status = handle(line); !status) return status;
    }
    return {};
}

template <typename Dictionaries>
Status SchemaLoader::load_single_files(const std::filesystem::path& folder,
                                       Standard standard,
                                       Dictionaries& target) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        if (entry.path().extension() != ".txt") continue;
        Dictionary& dictionary = target[entry.path().stem().string()];
        dictionary.standard = standard;
        dictionary.name = entry.path().stem().string();
        if (Status done = load_definitions(entry.path(), dictionary); !done) return done;
    }
    return {};
}

Status SchemaLoader::load(std::span<const std::filesystem::path> directories) {
    for (const auto& directory : directories) {
        if (Status done = load_definitions_of(directory); !done) return done;
    }
    // Our own facts come last: they speak about whatever segment was defined in the end.
    for (const auto& directory : directories) {
        if (Status done = load_overlay(directory / "x12" / "overlay.txt", m_storage.x12); !done)
            return done;
        if (Status done = load_borrowed(directory / "x12" / "borrowed.txt"); !done) return done;
        if (Status done = load_overlay(directory / "edifact" / "overlay.txt", m_storage.edifact);
            !done)
            return done;
    }
    return {};
}

Status SchemaLoader::load_definitions_of(const std::filesystem::path& directory) {
    std::error_code failed;
    if (!std::filesystem::is_directory(directory, failed)) {
        return Error("schema.directory",
                     Blame::Operator,
                     "there is no schema directory " + directory.string())
            .remedy("set the schema directory to the folder installed with the program");
    }
    auto& s = m_storage;
    if (Status done = load_releases(directory / "x12", Standard::X12, s.x12); !done) return done;
    if (Status done =
            load_single_files(directory / "x12" / "control", Standard::X12, s.x12_envelopes);
        !done)
        return done;
    if (Status done = load_releases(
            directory / "edifact" / "service", Standard::Edifact, s.edifact_envelopes);
        !done)
        return done;
    if (Status done = load_releases(directory / "edifact", Standard::Edifact, s.edifact); !done)
        return done;
    if (Status done =
            load_single_files(directory / "edifact" / "eancom", Standard::Edifact, s.associations);
        !done)
        return done;
    return std::filesystem::is_directory(directory / "xml", failed) ? s.xml.load(directory / "xml")
                                                                    : Status();
}

Status SchemaLoader::load_releases(const std::filesystem::path& folder,
                                   Standard standard,
                                   std::map<std::string, Dictionary, std::less<>>& target) {
    std::error_code failed;
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        // A folder of a site's own may hold no more than a set or a code list of a release that is shipped.
        const auto has = [&](const char* name) {
            return std::filesystem::exists(entry.path() / name, failed);
        };
        if (entry.is_directory() && (has("segments.txt") || has("codes.txt") || has("sets")))
            folders.push_back(entry.path());
    }
    for (const auto& path : folders) {
        Dictionary& dictionary = target[path.filename().string()];
        dictionary.standard = standard;
        dictionary.name = path.filename().string();
        if (Status done = load_release(path, dictionary); !done) return done;
    }
    return {};
}

Status SchemaLoader::load_release(const std::filesystem::path& folder, Dictionary& dictionary) {
    std::error_code failed;
    for (const char* name : {"segments.txt", "codes.txt"}) {
        if (!std::filesystem::exists(folder / name, failed)) continue;
        if (Status done = load_definitions(folder / name, dictionary); !done) return done;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder / "sets", failed)) {
        if (entry.path().extension() != ".txt") continue;
        if (Status done = load_set(entry.path(), dictionary); !done) return done;
    }
    return {};
}

Status SchemaLoader::load_definitions(const std::filesystem::path& file, Dictionary& dictionary) {
    m_segment = nullptr;
    m_composite = nullptr;
    m_codes = nullptr;
    m_listed.clear();
    if (Status done =
            each_line(file, [&](const Line& line) { return definition_line(line, dictionary); });
        !done)
        return done;
    for (CodeList& list : dictionary.code_lists) {
        if (!std::is_sorted(list.m_values.begin(), list.m_values.end()))
            std::sort(list.m_values.begin(), list.m_values.end());
    }
    return {};
}

Status SchemaLoader::definition_line(const Line& line, Dictionary& dictionary) {
    if (line.indent == 0) return top_line(line, dictionary);
    if (m_codes) {
        m_codes->m_values.insert(m_codes->m_values.end(), line.words.begin(), line.words.end());
        return {};
    }
    if (!m_segment && !m_composite)
        return syntax(line, "an indented line needs a segment, composite or codes line above it");
    const char first = line.words[0][0];
    return first >= '0' && first <= '9' ? position_line(line, dictionary) : condition_line(line);
}

Status SchemaLoader::top_line(const Line& line, Dictionary& dictionary) {
    const Words& words = line.words;
    m_segment = nullptr;
    m_composite = nullptr;
    m_codes = nullptr;
    if (is_word(words[0], "element")) return element_line(line, dictionary);
    if (words.size() < 2)
        return syntax(line, "a name is missing after \"" + std::string(words[0]) + "\"");
    if (is_word(words[0], "codes")) {
        const auto found = dictionary.elements.find(words[1]);
        if (found == dictionary.elements.end() &&
            m_storage.associations.count(dictionary.name) == 0)
            return {};
        Element& element = dictionary.elements[words[1]];
        if (!element.codes || m_listed.insert(words[1]).second) {
            m_listed.insert(words[1]);
            dictionary.code_lists.emplace_back();
            element.codes = &dictionary.code_lists.back();
            element.id = words[1];
        }
        m_codes = const_cast<CodeList*>(element.codes);
        m_codes->m_values.insert(m_codes->m_values.end(), words.begin() + 2, words.end());
    } else if (words[0] == "composite") {
        m_composite = &dictionary.composites[words[1]];
        *m_composite = Composite{};
        m_composite->id = words[1];
    } else if (words[0] == "segment") {
        m_segment = &dictionary.segments[words[1]];
        *m_segment = SegmentSchema{};
        m_segment->tag = words[1];
    } else {
        return syntax(
            line, "\"" + std::string(words[0]) + "\" is not element, composite, segment or codes");
    }
    return {};
}

Status SchemaLoader::element_line(const Line& line, Dictionary& dictionary) {
    const Words& words = line.words;
    Element element;
    if (words.size() != 5 || !parse_type(words[2], element) ||
        !parse_number(words[3], element.min) || !parse_max(words[4], element.max)) {
        return syntax(line, "expected: element ID TYPE MIN MAX");
    }
    element.id = words[1];
    dictionary.elements[words[1]] = element;
    return {};
}

Status SchemaLoader::position_line(const Line& line, Dictionary& dictionary) {
    Words words = line.words;
    if (words.back() == "?") words.pop_back();
    ElementRef ref;
    std::size_t position = 0;
    const std::size_t expected =
        (m_segment ? m_segment->elements.size() : m_composite->components.size()) + 1;
    if (!parse_number(words[0], position) || position != expected)
        return syntax(line, "position " + std::to_string(expected) + " expected");
    if (!(words.size() == 2 && words[1] == "-")) {
        const auto usage = words.size() >= 3 ? parse_usage(words[2]) : std::nullopt;
        if (!usage || words.size() > 4 || (words.size() == 4 && !parse_max(words[3], ref.repeat))) {
            return syntax(line, "expected: POSITION REFERENCE M|O|C [REPEAT] [?]");
        }
        ref.usage = *usage;
        if (const auto found = dictionary.elements.find(words[1]);
            found != dictionary.elements.end()) {
            ref.element = &found->second;
        } else if (const auto composite = dictionary.composites.find(words[1]);
                   composite != dictionary.composites.end()) {
            ref.composite = &composite->second;
        } else {
            return Error("schema.reference",
                         Blame::Operator,
                         "there is no element or composite " + std::string(words[1]))
                .at({.source = m_file, .line = line.number});
        }
    }
    if (m_segment) {
        m_segment->has_repeats = m_segment->has_repeats || ref.repeat > 1;
        m_segment->elements.push_back(ref);
    } else {
        if (ref.composite) return syntax(line, "a composite holds elements only");
        m_composite->components.push_back({ref.element, ref.usage, ref.repeat});
    }
    return {};
}

Status SchemaLoader::condition_line(const Line& line) {
    std::string_view letter = line.words[0];
    if (letter.back() == '?') letter.remove_suffix(1);
    const auto kind = condition_kind(letter);
    if (!kind || line.words.size() < 2)
        return syntax(line, "expected a condition: P|R|C|L|E|D1..D7 POSITION ...");
    Condition condition{*kind, {}};
    const std::size_t count =
        m_segment ? m_segment->elements.size() : m_composite->components.size();
    for (std::size_t i = 1; i < line.words.size(); ++i) {
        std::uint8_t position = 0;
        if (!parse_number(line.words[i], position) || position == 0 || position > count) {
            return syntax(line,
                          "condition names position " + std::string(line.words[i]) +
                              ", there are " + std::to_string(count));
        }
        condition.positions.push_back(position);
    }
    (m_segment ? m_segment->conditions : m_composite->conditions).push_back(std::move(condition));
    return {};
}

Status SchemaLoader::load_set(const std::filesystem::path& file, Dictionary& dictionary) {
    SetSchema* set = nullptr;
    m_open.clear();
    m_area = Area::Heading;
    if (Status done =
            each_line(file, [&](const Line& line) { return set_line(line, dictionary, set); });
        !done)
        return done;
    if (!set)
        return Error("schema.syntax", Blame::Operator, "no set in this file")
            .at({.source = m_file});
    const auto count = static_cast<std::uint32_t>(set->nodes.size());
    for (const std::uint32_t open : m_open)
        set->nodes[open].end = count;
    return {};
}

Status SchemaLoader::set_line(const Line& line, Dictionary& dictionary, SetSchema*& set) {
    const Words& words = line.words;
    if (words[0] == "set") {
        if (set || words.size() < 2 || line.indent != 0)
            return syntax(line, "expected once: set ID [GROUP]");
        set = &dictionary.sets[std::string(words[1])];
        *set = SetSchema{};
        set->standard = dictionary.standard;
        set->release = dictionary.name;
        set->id = words[1];
        if (words.size() > 2) set->functional_group = words[2];
        set->nodes.push_back({.tag = {}, .id = set->id, .loop = true, .usage = Usage::Mandatory});
        m_open.assign(1, 0);
        return {};
    }
    if (!set) return syntax(line, "the first line must be: set ID [GROUP]");
    if (line.indent == 0) {
        if (words[0] == "heading")
            m_area = Area::Heading;
        else if (words[0] == "detail")
            m_area = Area::Detail;
        else if (words[0] == "summary")
            m_area = Area::Summary;
        else
            return syntax(line, "heading, detail or summary expected");
        return {};
    }
    return node_line(line, dictionary, *set);
}

Status SchemaLoader::node_line(const Line& line, Dictionary& dictionary, SetSchema& set) {
    Words words = line.words;
    Node node;
    node.loop = words[0] == "loop";
    if (node.loop) words.erase(words.begin());
    const auto usage = words.size() >= 3 ? parse_usage(words[1]) : std::nullopt;
    const std::uint32_t depth = line.indent / 2;
    if (!usage || !parse_max(words[2], node.max) || line.indent % 2 != 0 || depth > m_open.size()) {
        return syntax(line,
                      "expected: [loop] TAG M|O|C MAX [LOOP-ID], indented two blanks per level");
    }
    const auto index = static_cast<std::uint32_t>(set.nodes.size());
    while (m_open.size() > depth) {
        set.nodes[m_open.back()].end = index;
        m_open.pop_back();
    }
    node.tag = words[0];
    node.id = words.size() > 3 ? words[3] : words[0];
    node.usage = *usage;
    node.area = m_area;
    node.depth = static_cast<std::uint8_t>(depth);
    node.parent = m_open.back();
    node.end = index + 1;
    auto found = dictionary.segments.find(node.tag);
    if (found == dictionary.segments.end() && dictionary.standard == Standard::Edifact) {
        // Service segments (UNH, UNS, UNT) live in the syntax version's dictionary; the newest fits the structure.
        for (auto& [name, service] : m_storage.edifact_envelopes) {
            if (const auto in = service.segments.find(node.tag); in != service.segments.end())
                node.segment = &in->second;
        }
    } else if (found != dictionary.segments.end()) {
        node.segment = &found->second;
    }
    if (!node.segment) {
        return Error("schema.reference",
                     Blame::Operator,
                     "there is no segment " + std::string(node.tag))
            .at({.source = m_file, .line = line.number});
    }
    set.nodes.push_back(node);
    if (node.loop) m_open.push_back(index);
    return {};
}

}  // namespace sallyport::edi
