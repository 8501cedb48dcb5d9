// SPDX-License-Identifier: Apache-2.0
#include "mappings/lenses.h"

#include <algorithm>
#include <cctype>

namespace sallyport::mapping {

const std::vector<LensFacts>& lens_facts() {
    using F = FieldType;
    using C = RuleClass;
    static const std::vector<LensFacts> Facts = {
        {LensKind::Table,
         "table",
         "table NAME [else keep | else \"x\"]",
         F::Code,
         F::Code,
         C::Exact,
         "a code becomes a word by the rows of a table"},
        {LensKind::Date,
         "date",
         "date \"CCYYMMDD\"",
         F::Text,
         F::Date,
         C::Exact,
         "a text of that shape becomes a date"},
        {LensKind::Time,
         "time",
         "time \"HHMM\"",
         F::Text,
         F::Time,
         C::Exact,
         "a text of that shape becomes a time"},
        {LensKind::Dtm,
         "dtm",
         "dtm 102 | 203 | 718",
         F::Text,
         F::Moment,
         C::Normalises,
         "an EDIFACT date with its format code"},
        {LensKind::Moment,
         "moment",
         "moment [zone \"…\"]",
         F::Text,
         F::Moment,
         C::Normalises,
         "date, time and zone code become one moment"},
        {LensKind::Split,
         "split",
         "split \"-\"",
         F::Text,
         F::Text,
         C::Exact,
         "one element becomes two fields at the first separator"},
        {LensKind::Prefix,
         "prefix",
         "prefix \"P\"",
         F::Text,
         F::Text,
         C::Exact,
         "taken off when reading, put in front when writing"},
        {LensKind::Suffix,
         "suffix",
         "suffix \"S\"",
         F::Text,
         F::Text,
         C::Exact,
         "taken off when reading, put behind when writing"},
        {LensKind::Zeros,
         "zeros",
         "zeros 5",
         F::Text,
         F::Text,
         C::Normalises,
         "leading zeros off when reading, filled to the length when writing"},
        {LensKind::Trim,
         "trim",
         "trim",
         F::Text,
         F::Text,
         C::Normalises,
         "blanks at both ends are taken off"},
        {LensKind::Upper, "upper", "upper", F::Text, F::Text, C::Loses, "capitals when writing"},
        {LensKind::Ascii,
         "ascii",
         "ascii",
         F::Text,
         F::Text,
         C::Loses,
         "letters outside ASCII are rewritten when writing"},
        {LensKind::Wrap,
         "wrap",
         "wrap 70",
         F::Text,
         F::Text,
         C::Normalises,
         "pieces and repeats are one text; words are wrapped when writing"},
        {LensKind::Cut, "cut", "cut 35", F::Text, F::Text, C::Loses, "shortened when writing"},
        {LensKind::Round,
         "round",
         "round 2",
         F::Decimal,
         F::Decimal,
         C::Loses,
         "rounded when writing, half away from zero"},
        {LensKind::Scale,
         "scale",
         "scale 2",
         F::Decimal,
         F::Decimal,
         C::Exact,
         "the point moves left when reading: 5 is 0.05"},
        {LensKind::Negate,
         "negate",
         "negate",
         F::Decimal,
         F::Decimal,
         C::Exact,
         "the sign changes"},
        {LensKind::Invert,
         "invert",
         "invert",
         F::Boolean,
         F::Boolean,
         C::Exact,
         "true becomes false"},
        {LensKind::Gtin,
         "gtin",
         "gtin",
         F::Text,
         F::Text,
         C::Normalises,
         "a GTIN of any length becomes 14 digits; the check digit is verified"},
        {LensKind::Sscc,
         "sscc",
         "sscc \"00\"",
         F::Text,
         F::Text,
         C::Normalises,
         "the application identifier off and on; the check digit is verified"},
        {LensKind::Digit,
         "digit",
         "digit",
         F::Text,
         F::Text,
         C::Normalises,
         "the check digit off and on"},
    };
    return Facts;
}

const LensFacts* find_lens(std::string_view name) {
    for (const LensFacts& facts : lens_facts())
        if (facts.name == name) return &facts;
    return nullptr;
}

const LensFacts& facts_of(LensKind kind) {
    return lens_facts()[static_cast<std::size_t>(kind)];
}

namespace {

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

char gs1_digit(std::string_view body) {
    int sum = 0;
    int weight = 3;
    for (std::size_t i = body.size(); i-- > 0; weight = 4 - weight)
        sum += (body[i] - '0') * weight;
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

void refuse(LensValue& value, const char* code, std::string problem) {
    value.problem_code = code;
    value.problem = std::move(problem);
}

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

void look_up(const LensOp& lens,
             const std::unordered_map<std::string, std::pair<std::string, Span>>& rows,
             const std::vector<std::string>& known,
             LensValue& value) {
    std::string& text = value.texts[0];
    const auto found = rows.find(text);
    if (found != rows.end()) {
        value.row = &found->second.second;
        text = found->second.first;
        return;
    }
    if (lens.keep) return;
    if (lens.fallback) {
        text = lens.text;
        return;
    }
    const std::string near = near_match(text, known);
    value.table = lens.table->name;
    refuse(value,
           "table",
           in_quotes(text) + " is not in table " + lens.table->name +
               (near.empty() ? "" : " (did you mean " + near + "?)"));
}

// "CCYYMMDD" and the like: digits at the letters' places. Output CCYY-MM-DD.
bool date_by_format(std::string_view format, std::string_view text, std::string& out) {
    if (text.size() != format.size()) return false;
    std::string century, year, month, day;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const char c = text[i];
        switch (format[i]) {
            case 'C':
                century += c;
                break;
            case 'Y':
                year += c;
                break;
            case 'M':
                month += c;
                break;
            case 'D':
                day += c;
                break;
            default:
                if (c != format[i]) return false;
        }
    }
    if (century.empty() && year.size() == 2) century = year < "70" ? "20" : "19";
    out = century + year + "-" + month + "-" + day;
    return is_value(FieldType::Date, out);
}

std::string date_to_format(std::string_view format, std::string_view date) {
    std::string out;
    std::size_t year = format.find('C') == std::string_view::npos &&
                               std::count(format.begin(), format.end(), 'Y') == 2
                           ? 2
                           : 0;
    std::size_t month = 5;
    std::size_t day = 8;
    for (const char c : format) {
        if (c == 'C' || c == 'Y')
            out += date[year++];
        else if (c == 'M')
            out += date[month++];
        else if (c == 'D')
            out += date[day++];
        else
            out += c;
    }
    return out;
}

bool time_from_wire(std::string_view wire, std::string& out) {
    if (wire.size() < 4 || wire.size() > 8 || wire.size() == 5 || !all_digits(wire)) return false;
    out = std::string(wire.substr(0, 2)) + ":" + std::string(wire.substr(2, 2));
    if (wire.size() >= 6) out += ":" + std::string(wire.substr(4, 2));
    if (wire.size() > 6) out += "." + std::string(wire.substr(6));
    return is_value(FieldType::Time, out);
}

std::string time_to_wire(std::string_view time) {
    std::string out;
    for (const char c : time)
        if (c >= '0' && c <= '9') out += c;
    return out;
}

// X12 623: zone codes to offsets. Names without an offset of their own are North American.
struct Zone {
    std::string_view code;
    std::string_view offset;
};
constexpr Zone Zones[] = {
    {"UT", "Z"},
    {"GM", "Z"},
    {"ES", "-05:00"},
    {"ED", "-04:00"},
    {"CS", "-06:00"},
    {"CD", "-05:00"},
    {"MS", "-07:00"},
    {"MD", "-06:00"},
    {"PS", "-08:00"},
    {"PD", "-07:00"},
    {"AS", "-09:00"},
    {"HS", "-10:00"},
};

std::string zone_offset(std::string_view code) {
    for (const Zone& zone : Zones)
        if (zone.code == code) return std::string(zone.offset);
    if (code.size() == 3 && (code[0] == 'P' || code[0] == 'M') && all_digits(code.substr(1)))
        return (code[0] == 'P' ? "+" : "-") + std::string(code.substr(1)) + ":00";
    return {};
}

std::string zone_code(std::string_view offset) {
    if (offset == "Z") return "UT";
    if (offset.size() == 6 && offset.substr(3) == ":00")
        return (offset[0] == '+' ? "P" : "M") + std::string(offset.substr(1, 2));
    return {};
}

void moment_read(const LensOp&, LensValue& value) {
    std::string date;
    const std::string& wire = value.texts[0];
    if (!date_by_format(wire.size() == 6 ? "YYMMDD" : "CCYYMMDD", wire, date))
        return refuse(value, "lens.moment", in_quotes(wire) + " is not a date CCYYMMDD");
    std::string out = date;
    if (value.texts.size() > 1 && !value.texts[1].empty()) {
        std::string time;
        if (!time_from_wire(value.texts[1], time))
            return refuse(
                value, "lens.moment", in_quotes(value.texts[1]) + " is not a time HHMM[SS]");
        out += "T" + time;
        if (value.texts.size() > 2 && !value.texts[2].empty()) {
            const std::string offset = zone_offset(value.texts[2]);
            if (offset.empty())
                return refuse(value,
                              "lens.moment",
                              "zone " + in_quotes(value.texts[2]) + " has no fixed offset");
            out += offset;
        }
    }
    value.texts = {std::move(out)};
}

void moment_write(const LensOp&, LensValue& value) {
    const std::string text = value.texts[0];
    std::vector<std::string> out = {date_to_format("CCYYMMDD", text.substr(0, 10))};
    if (text.size() > 10) {
        std::string time = text.substr(11);
        std::string offset;
        if (time.ends_with('Z')) {
            offset = "Z";
            time.pop_back();
        } else if (time.size() > 6 &&
                   (time[time.size() - 6] == '+' || time[time.size() - 6] == '-')) {
            offset = time.substr(time.size() - 6);
            time.resize(time.size() - 6);
        }
        out.push_back(time_to_wire(time));
        if (!offset.empty()) {
            const std::string code = zone_code(offset);
            if (code.empty())
                return refuse(value, "lens.moment", "offset " + offset + " has no zone code");
            out.push_back(code);
        }
    }
    value.texts = std::move(out);
}

// texts: value and format code. 102 CCYYMMDD, 203 CCYYMMDDHHMM, 204 with seconds, 718 a period of two dates.
void dtm_read(const LensOp& lens, LensValue& value) {
    const std::string wire = value.texts[0];
    const std::string format = value.texts.size() > 1 && !value.texts[1].empty()
                                   ? value.texts[1]
                                   : std::to_string(lens.number);
    std::string date;
    const auto as_date = [&](std::string_view part) {
        return date_by_format("CCYYMMDD", part, date);
    };
    if (format == "718" && lens.number == 718) {
        const std::size_t half = wire.size() / 2;
        std::string until;
        if ((wire.size() != 16 && wire.size() != 17) ||
            !date_by_format("CCYYMMDD", wire.substr(wire.size() == 17 ? 9 : half), until) ||
            !as_date(wire.substr(0, 8)))
            return refuse(
                value, "lens.dtm", in_quotes(wire) + " is not a period of two dates (718)");
        value.texts = {date, until};
        return;
    }
    std::string time;
    if (format == "102" && as_date(wire)) {
    } else if (format == "101" && date_by_format("YYMMDD", wire, date)) {
    } else if (format == "203" && wire.size() == 12 && as_date(wire.substr(0, 8)) &&
               time_from_wire(wire.substr(8), time)) {
    } else if (format == "204" && wire.size() == 14 && as_date(wire.substr(0, 8)) &&
               time_from_wire(wire.substr(8), time)) {
    } else {
        return refuse(
            value, "lens.dtm", in_quotes(wire) + " is not a date with format code " + format);
    }
    value.texts = {lens.number == 102 || time.empty() ? date : date + "T" + time};
}

void dtm_write(const LensOp& lens, LensValue& value) {
    const std::string text = value.texts[0];
    std::string wire = date_to_format("CCYYMMDD", text.substr(0, 10));
    if (lens.number == 718) {
        if (value.texts.size() < 2 || value.texts[1].size() < 10)
            return refuse(value, "lens.dtm", "a period needs two dates");
        wire += date_to_format("CCYYMMDD", value.texts[1].substr(0, 10));
    }
    std::string format = std::to_string(lens.number);
    if (lens.number == 203) {
        if (text.size() >= 16)
            wire += time_to_wire(text.substr(11, 5));
        else
            format = "102";
    }
    value.texts = {wire, format};
}

void wrap_write(const LensOp& lens, LensValue& value) {
    const auto width = static_cast<std::size_t>(std::max(1, lens.number));
    std::vector<std::string> out;
    std::string_view rest = value.texts[0];
    while (!rest.empty()) {
        if (rest.size() <= width) {
            out.emplace_back(rest);
            break;
        }
        std::size_t cut = rest.rfind(' ', width);
        const bool at_blank = cut != std::string_view::npos && cut > 0;
        if (!at_blank) cut = width;
        out.emplace_back(trimmed(rest.substr(0, cut)));
        rest = rest.substr(cut);
        while (!rest.empty() && rest.front() == ' ')
            rest.remove_prefix(1);
    }
    value.texts = std::move(out);
}

std::string ascii_of(std::string_view text) {
    static const std::vector<std::pair<std::string_view, std::string_view>> Letters = {
        {"\xC3\xA4", "ae"}, {"\xC3\xB6", "oe"}, {"\xC3\xBC", "ue"}, {"\xC3\x84", "Ae"},
        {"\xC3\x96", "Oe"}, {"\xC3\x9C", "Ue"}, {"\xC3\x9F", "ss"}, {"\xC3\xA9", "e"},
        {"\xC3\xA8", "e"},  {"\xC3\xAA", "e"},  {"\xC3\x89", "E"},  {"\xC3\xA0", "a"},
        {"\xC3\xA1", "a"},  {"\xC3\xA2", "a"},  {"\xC3\xA5", "a"},  {"\xC3\x85", "A"},
        {"\xC3\xA7", "c"},  {"\xC3\x87", "C"},  {"\xC3\xB1", "n"},  {"\xC3\x91", "N"},
        {"\xC3\xB3", "o"},  {"\xC3\xB4", "o"},  {"\xC3\xB8", "o"},  {"\xC3\x98", "O"},
        {"\xC3\xBA", "u"},  {"\xC3\xAD", "i"},  {"\xC3\xAF", "i"},  {"\xC3\xA6", "ae"},
        {"\xC3\x86", "AE"},
    };
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if (octet < 0x80) {
            out += text[i++];
            continue;
        }
        std::size_t length = 1;
        while (i + length < text.size() &&
               (static_cast<unsigned char>(text[i + length]) & 0xC0U) == 0x80U)
            ++length;
        std::string_view as = "?";
        for (const auto& [letter, plain] : Letters)
            if (text.substr(i, length) == letter) as = plain;
        out += as;
        i += length;
    }
    return out;
}

void number_lens(const LensOp& lens, LensValue& value, bool reading) {
    const Result<Decimal> number = Decimal::parse(value.texts[0]);
    if (!number) return refuse(value, "value", in_quotes(value.texts[0]) + " is not a number");
    if (lens.kind == LensKind::Negate)
        value.texts[0] = number->negated().to_string();
    else if (lens.kind == LensKind::Scale)
        value.texts[0] = number->shifted(reading ? -lens.number : lens.number).to_string();
    else if (!reading) {
        const Result<Decimal> rounded =
            number->scale() > lens.number ? number->rounded(lens.number) : *number;
        value.texts[0] = rounded->to_string();
    }
}

void gtin_read(LensValue& value) {
    std::string& text = value.texts[0];
    const std::size_t size = text.size();
    if (!all_digits(text) || (size != 8 && size != 12 && size != 13 && size != 14) ||
        gs1_digit(std::string_view(text).substr(0, size - 1)) != text.back())
        return refuse(
            value,
            "lens.gtin",
            in_quotes(text) + " is not a GTIN (8, 12, 13 or 14 digits with a right check digit)");
    text.insert(0, 14 - size, '0');
}

void sscc_read(const LensOp& lens, LensValue& value) {
    std::string& text = value.texts[0];
    if (text.size() == 20 && text.starts_with(lens.text)) text.erase(0, lens.text.size());
    if (text.size() != 18 || !all_digits(text) ||
        gs1_digit(std::string_view(text).substr(0, 17)) != text.back())
        refuse(value,
               "lens.sscc",
               in_quotes(text) + " is not an SSCC (18 digits with a right check digit)");
}

}  // namespace

void lens_read(const LensOp& lens, LensValue& value) {
    std::string& text = value.texts[0];
    switch (lens.kind) {
        case LensKind::Table:
            return look_up(lens, lens.table->read, lens.table->codes, value);
        case LensKind::Date: {
            std::string out;
            if (!date_by_format(lens.text, text, out))
                return refuse(value,
                              "lens.date",
                              in_quotes(text) + " is not a date of the form " + lens.text);
            text = out;
            return;
        }
        case LensKind::Time: {
            std::string out;
            if (!time_from_wire(text, out))
                return refuse(value,
                              "lens.time",
                              in_quotes(text) + " is not a time of the form " + lens.text);
            text = out;
            return;
        }
        case LensKind::Dtm:
            return dtm_read(lens, value);
        case LensKind::Moment:
            return moment_read(lens, value);
        case LensKind::Split: {
            const std::size_t at = text.find(lens.text);
            if (at == std::string::npos)
                return refuse(value,
                              "lens.split",
                              in_quotes(text) + " has no " + in_quotes(lens.text) + " in it");
            value.texts = {text.substr(0, at), text.substr(at + lens.text.size())};
            return;
        }
        case LensKind::Prefix:
            if (!text.starts_with(lens.text))
                return refuse(value,
                              "lens.prefix",
                              in_quotes(text) + " does not begin with " + in_quotes(lens.text));
            text.erase(0, lens.text.size());
            return;
        case LensKind::Suffix:
            if (!text.ends_with(lens.text))
                return refuse(value,
                              "lens.suffix",
                              in_quotes(text) + " does not end with " + in_quotes(lens.text));
            text.erase(text.size() - lens.text.size());
            return;
        case LensKind::Zeros:
            text.erase(0,
                       std::min(text.find_first_not_of('0'), text.empty() ? 0 : text.size() - 1));
            return;
        case LensKind::Trim:
            text = std::string(trimmed(text));
            return;
        case LensKind::Upper:
        case LensKind::Ascii:
        case LensKind::Cut:
            return;
        case LensKind::Wrap: {
            std::string out;
            for (const std::string& piece : value.texts)
                if (!piece.empty()) out += (out.empty() ? "" : " ") + piece;
            value.texts = {std::move(out)};
            return;
        }
        case LensKind::Round:
        case LensKind::Scale:
        case LensKind::Negate:
            return number_lens(lens, value, true);
        case LensKind::Invert:
            text = text == "true" ? "false" : "true";
            return;
        case LensKind::Gtin:
            return gtin_read(value);
        case LensKind::Sscc:
            return sscc_read(lens, value);
        case LensKind::Digit:
            if (!all_digits(text) || text.size() < 2 ||
                gs1_digit(std::string_view(text).substr(0, text.size() - 1)) != text.back())
                return refuse(value, "lens.digit", in_quotes(text) + " has a wrong check digit");
            text.pop_back();
            return;
    }
}

void lens_write(const LensOp& lens, LensValue& value) {
    std::string& text = value.texts[0];
    switch (lens.kind) {
        case LensKind::Table:
            return look_up(lens, lens.table->write, lens.table->words, value);
        case LensKind::Date:
            text = date_to_format(lens.text, text);
            return;
        case LensKind::Time:
            text = time_to_wire(text).substr(0, lens.text.size());
            return;
        case LensKind::Dtm:
            return dtm_write(lens, value);
        case LensKind::Moment:
            return moment_write(lens, value);
        case LensKind::Split: {
            if (value.texts.size() < 2 || value.texts[1].empty() || text.empty()) {
                if (value.texts.size() > 1 && text.empty() && value.texts[1].empty()) return;
                return refuse(
                    value, "lens.split", "both parts of the value are needed to write it");
            }
            if (text.find(lens.text) != std::string::npos)
                return refuse(value,
                              "lens.split",
                              in_quotes(text) + " has " + in_quotes(lens.text) +
                                  " in it and could not be read back");
            value.texts = {text + lens.text + value.texts[1]};
            return;
        }
        case LensKind::Prefix:
            text.insert(0, lens.text);
            return;
        case LensKind::Suffix:
            text += lens.text;
            return;
        case LensKind::Zeros:
            if (text.size() < static_cast<std::size_t>(lens.number))
                text.insert(0, static_cast<std::size_t>(lens.number) - text.size(), '0');
            return;
        case LensKind::Trim:
            text = std::string(trimmed(text));
            return;
        case LensKind::Upper:
            for (char& c : text)
                if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            return;
        case LensKind::Ascii:
            text = ascii_of(text);
            return;
        case LensKind::Cut:
            if (text.size() > static_cast<std::size_t>(lens.number))
                text = std::string(trimmed(
                    std::string_view(text).substr(0, static_cast<std::size_t>(lens.number))));
            return;
        case LensKind::Wrap:
            return wrap_write(lens, value);
        case LensKind::Round:
        case LensKind::Scale:
        case LensKind::Negate:
            return number_lens(lens, value, false);
        case LensKind::Invert:
            text = text == "true" ? "false" : "true";
            return;
        case LensKind::Gtin:
            return;
        case LensKind::Sscc:
            text.insert(0, lens.text);
            return;
        case LensKind::Digit:
            if (!all_digits(text))
                return refuse(
                    value, "lens.digit", in_quotes(text) + " has other characters than digits");
            text += gs1_digit(text);
            return;
    }
}

namespace {

// Numbers that are already in our spelling need no arithmetic: most of them.
bool plain_number(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    if (!all_digits(whole) || (whole.size() > 1 && whole[0] == '0')) return false;
    return point == std::string_view::npos ||
           (all_digits(text.substr(point + 1)) && text.size() < 30);
}

Conversion number_to_document(const edi::Element* element,
                              FieldType wanted,
                              std::string_view wire,
                              bool edifact) {
    Conversion out;
    const bool implied =
        element != nullptr && element->type == edi::DataType::Implied && element->decimals > 0;
    if (!implied && wire.size() < 19 && plain_number(wire) &&
        (wanted == FieldType::Decimal || wire.find('.') == std::string_view::npos)) {
        out.text = wire;
        return out;
    }
    std::string text(wire);
    if (edifact) std::replace(text.begin(), text.end(), ',', '.');
    const Result<Decimal> number = Decimal::parse(text);
    if (!number || (implied && number->scale() > 0))
        return {false, {}, "\"" + std::string(wire) + "\" is not a number"};
    const Decimal value = implied ? number->shifted(-static_cast<int>(element->decimals)) : *number;
    if (wanted == FieldType::Integer && value.scale() > 0) {
        const Decimal whole = value.trimmed();
        if (whole.scale() > 0)
            return {false, {}, "\"" + std::string(wire) + "\" is not a whole number"};
        out.text = whole.to_string();
        return out;
    }
    out.text = value.to_string();
    return out;
}

}  // namespace

Conversion to_document(const edi::Element* element,
                       FieldType wanted,
                       std::string_view wire,
                       bool edifact) {
    Conversion out;
    const edi::DataType type = element == nullptr ? edi::DataType::Text : element->type;
    const bool date = type == edi::DataType::Date;
    switch (wanted) {
        case FieldType::Decimal:
        case FieldType::Integer:
            return number_to_document(element, wanted, wire, edifact);
        case FieldType::Date:
        case FieldType::Moment:
            if (date && date_by_format(wire.size() == 6 ? "YYMMDD" : "CCYYMMDD", wire, out.text))
                return out;
            return {false, {}, "\"" + std::string(wire) + "\" is not a date CCYYMMDD"};
        case FieldType::Time:
            if (time_from_wire(wire, out.text)) return out;
            return {false, {}, "\"" + std::string(wire) + "\" is not a time HHMM[SS]"};
        case FieldType::Boolean:
            if (wire == "true" || wire == "false") break;
            return {false, {}, "\"" + std::string(wire) + "\" is not true or false"};
        case FieldType::Text:
        case FieldType::Code:
        case FieldType::Record:
        case FieldType::List:
            break;
    }
    out.text = wire;
    return out;
}

Conversion to_wire(const edi::Element* element, FieldType type, std::string_view value) {
    Conversion out;
    out.text = value;
    if (element == nullptr) return out;
    switch (element->type) {
        case edi::DataType::Date:
            if (type == FieldType::Date || type == FieldType::Moment)
                out.text =
                    date_to_format(element->max == 6 ? "YYMMDD" : "CCYYMMDD", value.substr(0, 10));
            break;
        case edi::DataType::Time:
            if (type == FieldType::Time) out.text = time_to_wire(value);
            break;
        case edi::DataType::Implied: {
            const Result<Decimal> number = Decimal::parse(value);
            if (!number) return {false, {}, "\"" + out.text + "\" is not a number"};
            const int scale = static_cast<int>(element->decimals);
            if (number->trimmed().scale() > scale)
                return {
                    false, {}, out.text + " has more than " + std::to_string(scale) + " decimals"};
            const Result<Decimal> filled = number->rounded(scale);
            if (!filled) return {false, {}, out.text + " is too large"};
            out.text = filled->shifted(scale).to_string();
            break;
        }
        case edi::DataType::Text:
        case edi::DataType::Code:
        case edi::DataType::Real:
        case edi::DataType::Binary:
        case edi::DataType::Alpha:
        case edi::DataType::Digits:
        case edi::DataType::Any:
            break;
    }
    return out;
}

}  // namespace sallyport::mapping
