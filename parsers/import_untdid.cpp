// SPDX-License-Identifier: Apache-2.0
// UN/EDIFACT directory texts (layout rules R.1023): segment directory, code list, message specifications. Lines are read by
// their words, not by their columns: the columns moved between directories.
#include "parsers/import.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

namespace sallyport::edi {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
    Words words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos) {
        const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
        words.emplace_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_tag(std::string_view text) {
    return text.size() == 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_element(std::string_view text) {
    return text.size() == 4 && all_digits(text);
}

bool is_composite(std::string_view text) {
    return text.size() == 4 && (text[0] == 'C' || text[0] == 'S') && all_digits(text.substr(1));
}

bool is_rule(std::string_view line) {
    const std::size_t from = line.find_first_not_of(' ');
    return from != std::string_view::npos && line.substr(from, 10) == "----------";
}

// Old directories draw their boxes with the code page of the day; only corners and lines matter.
std::string plain(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet == 0xC4) c = '-';
        if (octet == 0xB3) c = '|';
        if (octet == 0xBF || octet == 0xD9 || octet == 0xB4 || octet == 0xC1 || octet == 0xC2)
            c = '+';
    }
    return out;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(plain(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// "an..35", "n8", "a3".
std::optional<std::string> representation(std::string_view text) {
    std::size_t letters = 0;
    while (letters < text.size() && (text[letters] == 'a' || text[letters] == 'n'))
        ++letters;
    const std::string_view type = text.substr(0, letters);
    std::string_view rest = text.substr(letters);
    const bool up_to = rest.substr(0, 2) == "..";
    if (up_to) rest.remove_prefix(2);
    if ((type != "a" && type != "n" && type != "an") || !all_digits(rest) || rest.size() > 5)
        return std::nullopt;
    return std::string(type) + " " + (up_to ? std::string("1") : std::string(rest)) + " " +
           std::string(rest);
}

// The end of a definition line: M or C, perhaps repeats, perhaps a representation.
struct Tail {
    std::string usage, repeat = "1", form;
};

std::optional<Tail> tail_of(Words words) {
    Tail tail;
    if (words.empty()) return std::nullopt;
    if (auto form = representation(words.back())) {
        tail.form = *form;
        words.pop_back();
    }
    if (words.size() > 1 && all_digits(words.back()) && words.back().size() <= 5) {
        tail.repeat = words.back();
        words.pop_back();
    }
    if (words.empty() || (words.back() != "M" && words.back() != "C")) return std::nullopt;
    tail.usage = words.back();
    return tail;
}

class UntdidImport {
public:
    Result<Imported> run(const std::map<std::string, std::string>& texts, std::string_view release);

private:
    void segments(std::string_view text);
    void definition(const Words& words);
    void place(const std::string& id, const Tail& tail);
    void codes(std::string_view text);
    Status message(const std::string& file, std::string_view text);
    void node(const Words& words, bool group);
    static Error wrong(std::string what) {
        return Error("import.untdid", Blame::Operator, std::move(what))
            .remedy("give the unpacked texts of one directory: EDSD, UNCL and the messages");
    }

    std::map<std::string, std::string> m_elements, m_composites, m_segments, m_codes, m_sets;
    std::set<std::string> m_closed;  // composites seen whole
    std::string m_segment, m_composite;
    std::size_t m_position = 0, m_component = 0;
    std::string m_tree, m_group, m_group_usage, m_group_max;
    std::size_t m_depth = 0;
    bool m_waits = false;  // a group line came, its trigger not yet
};

Result<Imported> UntdidImport::run(const std::map<std::string, std::string>& texts,
                                   std::string_view release) {
    for (const auto& [name, text] : texts) {
        if (name.rfind("EDSD", 0) == 0) segments(text);
        if (name.rfind("UNCL", 0) == 0) codes(text);
    }
    if (m_segments.empty()) return wrong("there is no segment directory (EDSD) among the files");
    for (const auto& [name, text] : texts) {
        const std::size_t mark = name.find("_D");
        if (mark != 6) continue;
        if (Status done = message(name.substr(0, mark), text); !done)
            return std::move(done).error();
    }
    if (m_sets.empty()) return wrong("there is no message among the files (ORDERS_D.96A)");
    Imported imported;
    std::string all = "# Imported from UN directory texts.\n";
    for (const auto& [id, line] : m_elements)
        all += line;
    for (const auto& [id, block] : m_composites)
        all += block;
    for (const auto& [tag, block] : m_segments)
        all += block;
    const std::string folder = "edifact/" + std::string(release) + "/";
    imported.files[folder + "segments.txt"] = all;
    std::string lists;
    for (const auto& [element, list] : m_codes) {
        if (m_elements.count(element) != 0) lists += list + "\n";
    }
    imported.files[folder + "codes.txt"] = lists;
    for (const auto& [name, tree] : m_sets)
        imported.files[folder + "sets/" + name + ".txt"] = tree;
    return imported;
}

// A definition may run over two lines; it is whole when it ends like one.
void UntdidImport::segments(std::string_view text) {
    Words pending;
    bool heading = false;
    for (const std::string& line : lines_of(text)) {
        const Words words = words_of(line);
        if (is_rule(line)) {
            heading = true;
            pending.clear();
            continue;
        }
        if (words.empty()) {
            pending.clear();
            continue;
        }
        if (heading) {
            // Change marks ("+", "*", "X") may stand before the tag.
            const std::size_t at = words[0].size() < 3 && words.size() > 1 ? 1 : 0;
            if (is_tag(words[at])) {
                m_segment = words[at];
                m_segments[m_segment] = "segment " + m_segment + "\n";
                m_position = 0;
                m_composite.clear();
                heading = false;
            }
            continue;
        }
        if (m_segment.empty() || words[0] == "Function:") continue;
        std::size_t at = 0;
        while (at < words.size() && at < 2 && !is_element(words[at]) && !is_composite(words[at]))
            ++at;
        const bool starts = at < words.size() &&
                            (is_element(words[at]) || is_composite(words[at])) &&
                            (at == 0 || all_digits(words[0]) || words[0].size() < 3);
        if (starts) pending.clear();
        if (!starts && pending.empty()) continue;
        pending.insert(pending.end(), words.begin(), words.end());
        if (tail_of(pending)) {
            definition(pending);
            pending.clear();
        }
    }
}

// "010 C552 NAME C 1" is a position of the segment, "1230 Name C an..35" a component of the composite above it.
void UntdidImport::definition(const Words& words) {
    const auto tail = tail_of(words);
    std::size_t at = 0;
    bool positioned = false;
    while (!is_element(words[at]) && !is_composite(words[at])) {
        positioned = positioned || (words[at].size() == 3 && all_digits(words[at]));
        ++at;
    }
    const std::string& id = words[at];
    if (!tail->form.empty()) m_elements[id] = "element " + id + " " + tail->form + "\n";
    if (positioned) {
        if (!m_composite.empty()) m_closed.insert(m_composite);
        m_composite.clear();
        ++m_position;
        place(id, *tail);
        if (!is_composite(id)) return;
        m_composite = id;
        m_component = 0;
        if (m_closed.count(id) == 0) m_composites[id] = "composite " + id + "\n";
        return;
    }
    if (m_composite.empty() || m_closed.count(m_composite) != 0) return;
    ++m_component;
    const std::string number = (m_component < 10 ? "0" : "") + std::to_string(m_component);
    m_composites[m_composite] += "  " + number + " " + id + " " + tail->usage + "\n";
}

void UntdidImport::place(const std::string& id, const Tail& tail) {
    const std::string number = (m_position < 10 ? "0" : "") + std::to_string(m_position);
    m_segments[m_segment] += "  " + number + " " + id + " " + tail.usage +
                             (tail.repeat == "1" ? "" : " " + tail.repeat) + "\n";
}

// An element's number heads its list; each code stands first on a line behind an empty one, before its name.
void UntdidImport::codes(std::string_view text) {
    std::string element;
    bool after_rule = false, after_blank = false, listed = false;
    for (const std::string& line : lines_of(text)) {
        const Words words = words_of(line);
        if (is_rule(line)) {
            after_rule = true;
            element.clear();
            continue;
        }
        if (words.empty()) {
            after_blank = true;
            continue;
        }
        const std::size_t at = words[0].size() < 3 && words.size() > 1 && !after_rule ? 0
                               : words[0].size() < 3 && words.size() > 2              ? 1
                                                                                      : 0;
        if (after_rule && is_element(words[at])) {
            element = words[at];
            listed = false;
            after_rule = false;
        } else if (!element.empty() && words[0] == "Repr:") {
            listed = true;
        } else if (!element.empty() && listed && after_blank && words.size() > 1) {
            const std::size_t mark =
                words[0].size() == 1 && std::ispunct(static_cast<unsigned char>(words[0][0])) ? 1
                                                                                              : 0;
            const std::string& code = words[mark];
            const bool fits = code.size() <= 17 && code != "Note:" && words.size() > mark + 1 &&
                              line.find_first_not_of(' ') <= 8;
            std::string& list = m_codes[element];
            if (fits) list += (list.empty() ? "codes " + element : std::string()) + " " + code;
        }
        after_blank = false;
    }
    std::erase_if(m_codes, [](const auto& one) { return one.second.empty(); });
}

// 0110 ---- Segment group 1 ---- C 99----+ opens a group, a "+" behind a segment line closes one.
Status UntdidImport::message(const std::string& file, std::string_view text) {
    m_tree = "# Imported from UN directory texts.\nset " + file + "\nheading\n";
    m_depth = 1;
    m_waits = false;
    bool found = false;
    for (const std::string& line : lines_of(text)) {
        Words words = words_of(line);
        while (!words.empty() && words[0].size() == 1 &&
               !std::isalnum(static_cast<unsigned char>(words[0][0])))
            words.erase(words.begin());
        if (words.size() < 4 || !all_digits(words[0]) || words[0].size() < 4) continue;
        const bool group = line.find("Segment group") != std::string::npos;
        const std::size_t tag =
            words[1].size() == 1 ? 2 : 1;  // a change mark may stand before the tag
        if (!group && !is_tag(words[tag])) continue;
        found = true;
        node(words, group);
    }
    if (!found) return wrong(file + " has no segment table");
    if (m_depth != 1) return wrong("the groups of " + file + " do not close");
    m_sets[file] = m_tree;
    return {};
}

void UntdidImport::node(const Words& words, bool group) {
    // The last words are usage, repeats and the box: "C", "99----------+|".
    std::size_t usage = words.size() - 1;
    while (usage > 0 && words[usage] != "M" && words[usage] != "C")
        --usage;
    if (usage == 0 || usage + 1 >= words.size()) return;
    std::string box;
    for (std::size_t i = usage + 1; i < words.size(); ++i)
        box += words[i];
    const std::size_t digits = std::min(box.find_first_not_of("0123456789"), box.size());
    const std::string repeat = box.substr(0, digits);
    const auto corners = static_cast<std::size_t>(
        std::count(box.begin() + static_cast<std::ptrdiff_t>(digits), box.end(), '+'));
    if (group) {
        const auto number = std::find_if(
            words.begin(), words.end(), [](const std::string& one) { return one == "group"; });
        m_group = number == words.end() || number + 1 == words.end() ? "" : "SG" + *(number + 1);
        m_group_usage = words[usage];
        m_group_max = repeat;
        m_waits = true;
        return;
    }
    const std::string& tag = words[words[1].size() == 1 ? 2 : 1];
    if (tag == "UNS")
        m_tree += m_tree.find("\ndetail\n") == std::string::npos ? "detail\n" : "summary\n";
    m_tree += std::string(2 * m_depth, ' ');
    if (m_waits) {
        m_tree += "loop " + tag + " " + m_group_usage + " " + m_group_max + " " + m_group + "\n";
        ++m_depth;
        m_waits = false;
    } else {
        m_tree += tag + " " + words[usage] + " " + repeat + "\n";
    }
    m_depth -= std::min(corners, m_depth - 1);
}

}  // namespace

Result<Imported> import_untdid(const std::map<std::string, std::string>& texts,
                               std::string_view release) {
    return UntdidImport().run(texts, release);
}

}  // namespace sallyport::edi
