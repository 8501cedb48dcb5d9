// SPDX-License-Identifier: Apache-2.0
// Standard Exchange Format: .SETS, .SEGS, .COMS, .ELMS, .CODES; other sections hold text and are passed over.
#include "parsers/import.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace sallyport::edi {
namespace {

constexpr std::size_t MostCodes = 20'000, MostPositions = 60;
constexpr unsigned DeepestLoop = 16;

std::vector<std::string> parts_of(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.emplace_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint32_t number_of(std::string_view text) {
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// The next code of a range: digits count as digits, letters as letters ("AZ", "BA"); false: there is none.
bool next_code(std::string& code) {
    for (std::size_t i = code.size(); i-- > 0;) {
        char& c = code[i];
        const bool last = c == '9' || c == 'Z';
        if (c < '0' || (c > '9' && c < 'A') || c > 'Z') return false;
        if (!last) {
            ++c;
            return true;
        }
        c = c == '9' ? '0' : 'A';
    }
    return false;
}

std::string padded(std::uint32_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

// "[.REF*1,,>1]": user attribute, reference, mask, requirement, greatest use.
struct Item {
    char attribute = ' ';
    std::string reference, requirement, repeat;
};

Item item_of(std::string_view inside) {
    Item item;
    if (!inside.empty() && std::string_view(".!$-&@").find(inside[0]) != std::string_view::npos) {
        item.attribute = inside[0];
        inside.remove_prefix(1);
    }
    const auto fields = parts_of(inside, ',');
    item.reference = fields[0].substr(0, fields[0].find_first_of("*;"));
    if (fields.size() > 1) item.requirement = fields[1];
    if (fields.size() > 2) item.repeat = fields[2];
    return item;
}

std::string usage_of(const Item& item, bool x12) {
    if (item.requirement == "M") return "M";
    return x12 && item.requirement != "C" ? "O" : "C";
}

std::string greatest(const std::string& repeat) {
    if (repeat.empty()) return "1";
    return all_digits(repeat) ? repeat : "*";
}

class SefImport {
public:
    Result<Imported> run(std::string_view text);

private:
    Status line(std::string_view text);
    Status ini(std::string_view text);
    Status set(const std::string& name, std::string_view text);
    Status set_item(std::string_view& text);
    void open_loop(std::string_view& text);
    void segment(const Item& item);
    void parts(const std::string& name, std::string_view text, bool composite);
    void group(std::string_view& text, std::vector<Item>& items, unsigned depth) const;
    void conditions(std::string_view text, std::size_t count, std::string& out);
    void codes(const std::string& element, std::string_view text);
    std::string definitions();
    Error wrong(std::string what) const {
        return Error("import.sef", Blame::Operator, std::move(what))
            .at({.source = {}, .line = m_number})
            .remedy("export the guideline again as SEF 1.6");
    }

    struct Loop {
        std::string id, repeat, path;
        bool opened = false;  // its trigger has been written
    };
    bool m_x12 = true;
    std::string m_release, m_section;
    std::uint32_t m_number = 0;
    std::map<std::string, std::string> m_elements, m_composites, m_segments;  // id: its text
    std::map<std::string, std::set<std::string>> m_used;  // composite or segment: what it names
    std::map<std::string, std::string> m_sets, m_codes;
    std::string m_set_text, m_guide;
    std::vector<Loop> m_loops;
    unsigned m_area = 0;
    Imported m_result;
};

Result<Imported> SefImport::run(std::string_view text) {
    if (text.substr(0, 5) == "EDIDE") {
        return Error("import.sealed",
                     Blame::Operator,
                     "the SEF file is sealed for one vendor's program")
            .remedy("ask its publisher for a plain SEF file");
    }
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++m_number;
        while (!one.empty() && (one.back() == '\r' || one.back() == ' '))
            one.remove_suffix(1);
        if (one.empty() || one[0] == '*') continue;  // a comment
        if (Status done = line(one); !done) return std::move(done).error();
    }
    if (m_sets.empty()) return wrong("there is no .SETS section");
    if (m_release.empty()) return wrong("there is no .INI section with a version and release");
    const std::string folder = (m_x12 ? "x12/" : "edifact/") + m_release + "/";
    m_result.files[folder + "segments.txt"] = definitions();
    std::string all;
    for (const auto& [element, list] : m_codes)
        all += list;
    m_result.files[folder + "codes.txt"] = all;
    for (const auto& [name, tree] : m_sets)
        m_result.files[folder + "sets/" + name + ".txt"] = tree;
    m_result.guide = m_guide;
    return std::move(m_result);
}

Status SefImport::line(std::string_view text) {
    if (text[0] == '.') {
        m_section = text.substr(0, text.find_first_of(" ,"));
        return {};
    }
    if (m_section == ".INI") return ini(text);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return {};
    const std::string name(text.substr(0, equals));
    const std::string_view rest = text.substr(equals + 1);
    if (m_section == ".SETS") return set(name, rest);
    if (m_section == ".SEGS") parts(name, rest, false);
    if (m_section == ".COMS") parts(name, rest, true);
    if (m_section == ".CODES") codes(name, rest);
    if (m_section == ".ELMS") {
        const auto fields = parts_of(rest, ',');
        if (fields.size() < 3) return wrong("element " + name + " has no type and lengths");
        const std::string type = fields[0] == "N" && m_x12 ? "N0" : fields[0];
        m_elements[name] = "element " + name + " " + type + " " + fields[1] + " " +
                           (all_digits(fields[2]) ? fields[2] : "*") + "\n";
    }
    return {};
}

// APO4010X,,004 010,X,X12-4010,Title
Status SefImport::ini(std::string_view text) {
    const auto fields = parts_of(text, ',');
    if (fields.size() < 4 || !m_release.empty()) return {};
    m_x12 = fields[3] != "UN";
    for (const char c : fields[2]) {
        if (c != ' ' && c != '.') m_release += c;
    }
    if (m_x12 && m_release.size() > 6) m_release.resize(6);
    for (char& c : m_release)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const bool plain = std::all_of(m_release.begin(), m_release.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    });
    if (m_release.empty() || !plain)
        return wrong("\"" + fields[2] + "\" is no version and release");
    return {};
}

Status SefImport::set(const std::string& name, std::string_view text) {
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    });
    if (!plain || name.size() > 6) return wrong("\"" + name + "\" is no set or message");
    m_set_text = "# Imported from SEF.\nset " + name + "\n";
    m_loops.clear();
    m_area = 0;
    if (text.substr(0, 1) != "^") m_set_text += "heading\n";
    m_guide += "in " + std::string(m_x12 ? "x12 " : "edifact ") + m_release + " " + name + "\n";
    while (!text.empty()) {
        if (Status done = set_item(text); !done) return done;
    }
    if (!m_loops.empty()) return wrong("set " + name + " leaves a loop open");
    m_sets[name] = m_set_text;
    return {};
}

Status SefImport::set_item(std::string_view& text) {
    static constexpr std::string_view Areas[] = {"heading\n", "detail\n", "summary\n"};
    const char c = text[0];
    if (c == '[') {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) return wrong("a bracket is not closed");
        segment(item_of(text.substr(1, close - 1)));
        text.remove_prefix(close + 1);
    } else if (c == '{') {
        if (m_loops.size() >= DeepestLoop) return wrong("loops nest too deep");
        open_loop(text);
    } else if (c == '}') {
        if (m_loops.empty()) return wrong("a brace closes nothing");
        m_loops.pop_back();
        text.remove_prefix(1);
    } else if (c == '^') {
        m_set_text += Areas[std::min(m_area++, 2u)];
        text.remove_prefix(1);
    } else if (c == '+' || c == '-' || (c >= '0' && c <= '9')) {
        text.remove_prefix(1);  // position numbers: our order is the order of the rows
    } else {
        return wrong("\"" + std::string(1, c) + "\" is not expected in a set");
    }
    return {};
}

// {N1:200+10[…
void SefImport::open_loop(std::string_view& text) {
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_of("[{}^"), text.size());
    std::string_view head = text.substr(0, end);
    text.remove_prefix(end);
    head = head.substr(0, head.find('+'));
    Loop loop;
    const std::size_t colon = std::min(head.find(':'), head.size());
    loop.id = head.substr(0, colon);
    loop.repeat = greatest(std::string(head.substr(std::min(colon + 1, head.size()))));
    m_loops.push_back(std::move(loop));
}

void SefImport::segment(const Item& item) {
    const bool trigger = !m_loops.empty() && !m_loops.back().opened;
    const std::size_t depth = m_loops.size() + (trigger ? 0 : 1);
    std::string path;
    for (const Loop& loop : m_loops) {
        if (!loop.path.empty()) path += loop.path + "/";
    }
    m_set_text += std::string(2 * depth, ' ');
    if (trigger) {
        Loop& loop = m_loops.back();
        loop.opened = true;
        const std::string id = loop.id.empty() ? item.reference : loop.id;
        loop.path = item.reference;
        m_set_text += "loop " + item.reference + " " + usage_of(item, m_x12) + " " + loop.repeat +
                      (id == item.reference ? "" : " " + id) + "\n";
    } else {
        m_set_text +=
            item.reference + " " + usage_of(item, m_x12) + " " + greatest(item.repeat) + "\n";
    }
    if (item.attribute == '.') m_guide += "forbid " + path + item.reference + "\n";
    if (item.attribute == '!' && item.requirement != "M")
        m_guide += "require " + path + item.reference + "\n";
}

// [353,M][92]{10[235][234]}+P0203: elements, runs of elements that repeat, conditions; masks behind a comma are left out.
void SefImport::group(std::string_view& text, std::vector<Item>& items, unsigned depth) const {
    while (!text.empty() && items.size() < MostPositions) {
        if (text[0] == '[') {
            const std::size_t close = std::min(text.find(']'), text.size() - 1);
            items.push_back(item_of(text.substr(1, close - 1)));
            text.remove_prefix(close + 1);
        } else if (text[0] == '{' && depth < 4) {
            text.remove_prefix(1);
            const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
            const std::uint32_t times = std::max(1u, number_of(text.substr(0, digits)));
            text.remove_prefix(digits);
            std::vector<Item> inner;
            group(text, inner, depth + 1);
            if (!text.empty() && text[0] == '}') text.remove_prefix(1);
            for (std::uint32_t i = 0; i < times && items.size() < MostPositions; ++i)
                items.insert(items.end(), inner.begin(), inner.end());
        } else {
            return;
        }
    }
}

void SefImport::parts(const std::string& name, std::string_view text, bool composite) {
    std::vector<Item> items;
    group(text, items, 0);
    std::string out = (composite ? "composite " : "segment ") + name + "\n";
    std::uint32_t position = 0;
    for (const Item& item : items) {
        out += "  " + padded(++position) + " " + item.reference + " " + usage_of(item, m_x12);
        if (!item.repeat.empty() && item.repeat != "1" && !composite)
            out += " " + greatest(item.repeat);
        out += "\n";
        m_used[name].insert(item.reference);
    }
    if (text.substr(0, 1) == "+") conditions(text.substr(1), items.size(), out);
    (composite ? m_composites : m_segments)[name] = out;
}

void SefImport::conditions(std::string_view text, std::size_t count, std::string& out) {
    std::size_t at = 0;
    while (at < text.size() && text[at] != ',') {
        std::string kind(1, text[at++]);
        if (kind == "D" && at < text.size()) kind += text[at++];
        std::string line = "  " + kind;
        std::size_t positions = 0;
        bool good = std::string_view("PRCLED").find(kind[0]) != std::string_view::npos;
        while (at + 1 < text.size() && all_digits(text.substr(at, 2))) {
            const std::uint32_t position = number_of(text.substr(at, 2));
            good = good && position >= 1 && position <= count;
            line += " " + padded(position);
            at += 2;
            ++positions;
        }
        if (positions < 2) good = false;
        if (positions == 0 && at < text.size() && text[at] != ',') ++at;
        if (good) out += line + "\n";
    }
}

// 00:08,10:22,5C … "%" begins subsets per set, which are left out.
void SefImport::codes(const std::string& element, std::string_view text) {
    std::set<std::string> values;
    for (const std::string& one : parts_of(text.substr(0, text.find('%')), ',')) {
        const std::size_t colon = one.find(':');
        if (colon == std::string::npos) {
            if (!one.empty() && one.find(' ') == std::string::npos) values.insert(one);
            continue;
        }
        std::string from = one.substr(0, colon);
        const std::string to = one.substr(colon + 1);
        if (from.size() != to.size() || from.empty()) {
            if (!from.empty()) values.insert(from);
            continue;
        }
        std::vector<std::string> run{from};
        while (run.back() != to && run.size() < MostCodes && next_code(from))
            run.push_back(from);
        if (run.back() == to) {
            values.insert(run.begin(), run.end());
        } else {
            values.insert(run.front());
            values.insert(to);
            m_result.notes.push_back("code range " + one + " of element " + element +
                                     " was not understood: its ends were taken");
        }
    }
    std::string out = "codes " + element;
    std::size_t width = out.size();
    for (const std::string& value : values) {
        if (width + value.size() > 110) {
            out += "\n ";
            width = 1;
        }
        out += " " + value;
        width += value.size() + 1;
    }
    if (!values.empty()) m_codes[element] = out + "\n";
}

// Elements before composites before segments; what names something the file does not define is left out, with a note.
std::string SefImport::definitions() {
    std::string out = "# Imported from SEF.\n";
    for (const auto& [id, text] : m_elements)
        out += text;
    const auto complete = [&](const std::string& name, bool segment) {
        const auto& used = m_used[name];
        return std::all_of(used.begin(), used.end(), [&](const std::string& one) {
            return m_elements.count(one) != 0 || (segment && m_composites.count(one) != 0);
        });
    };
    for (const auto& [name, text] : m_composites) {
        if (complete(name, false)) out += text;
    }
    std::erase_if(m_composites, [&](const auto& one) { return !complete(one.first, false); });
    for (const auto& [name, text] : m_segments) {
        if (complete(name, true)) {
            out += text;
        } else {
            m_result.notes.push_back("segment " + name +
                                     " names an element the file does not define: left out");
        }
    }
    return out;
}

}  // namespace

Result<Imported> import_sef(std::string_view text) {
    return SefImport().run(text);
}

}  // namespace sallyport::edi
