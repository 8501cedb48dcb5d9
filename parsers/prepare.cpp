// SPDX-License-Identifier: Apache-2.0
#include "parsers/prepare.h"

#include "parsers/charset.h"
#include "parsers/faults.h"
#include "parsers/x12_header.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sallyport::edi {
namespace {

constexpr std::size_t ShortestWrap =
    40;  // no segment-per-line file has all its lines of one such length
constexpr std::string_view Blanks = " \t\r\n";

struct Encoding {
    std::string_view name;     // for people
    const char* charset = "";  // for iconv
    const char* target = "UTF-8";
};

// By the first octets: a mark, or "ISA" and "UN" as that encoding writes them.
std::optional<Encoding> encoding_of(std::string_view octets) {
    const std::string_view start = octets.substr(0, 4);
    const auto begins = [&](std::string_view with) { return start.substr(0, with.size()) == with; };
    using namespace std::string_view_literals;
    if (begins("\xFF\xFE"sv) || begins("I\0S\0"sv) || begins("U\0N\0"sv))
        return Encoding{"UTF-16", "UTF-16LE"};
    if (begins("\xFE\xFF"sv) || begins("\0I\0S"sv) || begins("\0U\0N"sv))
        return Encoding{"UTF-16", "UTF-16BE"};
    // EBCDIC: next line (0x15) terminates segments there; ISO 8859-1 keeps it one octet (0x85).
    if (begins("\xC9\xE2\xC1"sv) || begins("\xE4\xD5\xC1"sv) || begins("\xE4\xD5\xC2"sv))
        return Encoding{"EBCDIC", "IBM1047", "ISO-8859-1"};
    return std::nullopt;
}

Fault repair(std::string_view code, std::string message) {
    return make_fault(code, nullptr, std::move(message));
}

Status convert(Prepared& prepared, const Leniencies& leniencies) {
    const auto encoding = encoding_of(prepared.octets);
    if (!encoding) return {};
    const auto refuse = [&](std::string_view why) {
        return Error("edi.encoding",
                     Blame::Partner,
                     "the document is encoded in " + std::string(encoding->name) + std::string(why))
            .remedy(
                "ask the sender for ASCII or the character set of the syntax identifier, or put "
                "\"accept other-encoding\" into the partner's guide");
    };
    if (!leniencies.other_encoding) return refuse("");
    auto converted = CharsetConverter(encoding->target, encoding->charset).convert(prepared.octets);
    if (!converted) return refuse(" and is not well formed in it");
    prepared.octets = *std::move(converted);
    if (prepared.octets.compare(0, 3, "\xEF\xBB\xBF") == 0) prepared.octets.erase(0, 3);
    prepared.repairs.push_back(
        repair("edi.repair.encoding",
               "the document came in " + std::string(encoding->name) + " and was converted"));
    return {};
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

void raise(std::string& octets, std::size_t at) {
    for (; at < octets.size() && ((octets[at] >= '0' && octets[at] <= '9') ||
                                  (octets[at] >= 'A' && octets[at] <= 'Z') || is_lower(octets[at]));
         ++at) {
        if (is_lower(octets[at])) octets[at] = static_cast<char>(octets[at] - 'a' + 'A');
    }
}

// Tags in capitals, where the first header is in lower case. Values stay as they are.
void raise_tags(Prepared& prepared) {
    std::string& octets = prepared.octets;
    const std::size_t start = octets.find_first_not_of(Blanks);
    if (start == std::string::npos) return;
    const std::string_view tag = std::string_view(octets).substr(start, 3);
    if (tag != "isa" && tag != "una" && tag != "unb") return;
    const bool x12 = tag == "isa";
    raise(octets, start);
    std::string terminator = "'";
    std::size_t from = start;
    if (x12) {
        const auto header = read_x12_header(octets, start);
        if (!header) return;
        terminator = header->separators.terminator;
    } else if (octets.compare(start, 3, "UNA") == 0 && octets.size() > start + 9) {
        terminator = octets.substr(start + 8, 1);
        from = start + 8;
    }
    while ((from = octets.find(terminator, from)) != std::string::npos) {
        from = octets.find_first_not_of(Blanks, from + terminator.size());
        if (from == std::string::npos) break;
        raise(octets, from);
    }
    prepared.repairs.push_back(
        repair("edi.repair.lower-case", "segment tags in lower case were read as capitals"));
}

struct Line {
    std::size_t begin = 0, end = 0,
                next = 0;  // [begin, end) without its line end; `next` is behind that
};

std::vector<Line> lines_of(std::string_view octets, std::size_t at_most) {
    std::vector<Line> lines;
    std::size_t at = 0;
    while (at < octets.size() && lines.size() < at_most) {
        const std::size_t end = std::min(octets.find_first_of("\r\n", at), octets.size());
        std::size_t next = end;
        if (next < octets.size()) ++next;
        if (next < octets.size() && octets[end] == '\r' && octets[next] == '\n') ++next;
        lines.push_back({at, end, next});
        at = next;
    }
    return lines;
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

// The octet that ends segments, from the header; '\0': not known, or a line end itself.
char terminator_of(std::string_view octets) {
    const std::size_t start = octets.find_first_not_of(Blanks);
    if (start == std::string_view::npos) return '\0';
    const std::string_view tag = octets.substr(start, 3);
    if (tag == "UNB") return '\'';
    if (tag == "UNA" && octets.size() > start + 8)
        return Blanks.find(octets[start + 8]) == std::string_view::npos ? octets[start + 8] : '\0';
    std::string joined(octets.substr(start, 512));
    std::erase_if(joined, [](char c) { return c == '\r' || c == '\n'; });
    const auto header = read_x12_header(joined, 0);
    return header && header->found.empty() && header->separators.terminator.size() == 1 &&
                   Blanks.find(header->separators.terminator[0]) == std::string_view::npos
               ? header->separators.terminator[0]
               : '\0';
}

// Lines of one width, broken wherever the width was reached: the line ends are no part of the document. They are so when
// every line but the last has that width and at least one of them ends inside a segment. Some count
// characters, some octets.
void unwrap(Prepared& prepared) {
    const std::string_view octets = prepared.octets;
    const std::vector<Line> first = lines_of(octets, 3);
    if (first.size() < 2 || first[0].end - first[0].begin < ShortestWrap) return;
    const std::size_t width = characters_of(octets.substr(0, first[0].end));
    const auto is_full = [&](const Line& line) {
        const std::string_view text = octets.substr(line.begin, line.end - line.begin);
        return text.size() == width || characters_of(text) == width;
    };
    if (first.size() > 2 && !is_full(first[1])) return;
    const char terminator = terminator_of(octets);
    if (terminator == '\0') return;
    const std::vector<Line> lines = lines_of(octets, octets.size());
    bool inside = false;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        const bool last_full = i + 2 == lines.size() && lines[i + 1].begin == lines[i + 1].end;
        if (!is_full(lines[i]) && !last_full) return;
        inside = inside || octets[lines[i].end - 1] != terminator;
    }
    if (!inside) return;
    std::string joined;
    joined.reserve(octets.size());
    for (const Line& line : lines) {
        joined.append(octets.substr(line.begin, line.end - line.begin));
        if (line.next > line.end)
            prepared.left_out.push_back(
                {joined.size(), std::string(octets.substr(line.end, line.next - line.end))});
    }
    prepared.octets = std::move(joined);
    prepared.repairs.push_back(
        repair("edi.repair.wrapped-lines",
               "the document came in lines of " + std::to_string(width) +
                   " characters; the line ends inside segments were left out"));
}

}  // namespace

Result<Prepared> prepare(std::string octets, const Limits& limits, const Leniencies& leniencies) {
    if (octets.empty())
        return Error("edi.empty", Blame::Partner, "the document is empty")
            .remedy("ask the sender to resend the file");
    if (octets.size() > limits.bytes) {
        return Error("edi.limit.bytes",
                     Blame::Partner,
                     "the document has " + std::to_string(octets.size()) +
                         " octets, the limit is " + std::to_string(limits.bytes))
            .remedy("raise the limit for this partner, or ask for smaller files");
    }
    Prepared prepared{std::move(octets), {}, {}};
    if (Status done = convert(prepared, leniencies); !done) return std::move(done).error();
    if (leniencies.lower_case_tags) raise_tags(prepared);
    if (leniencies.wrapped_lines) unwrap(prepared);
    return prepared;
}

}  // namespace sallyport::edi
