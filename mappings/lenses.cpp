// SPDX-License-Identifier: Apache-2.0
#include "mappings/lenses.h"

#include "mappings/lens_dates.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

char gs1_digit(std::string_view body) {
    int sum = 0;
    int weight = 3;
    for (std::size_t i = body.size(); i-- > 0; weight = 4 - weight)
        sum += (body[i] - '0') * weight;
    return static_cast<char>('0' + (10 - sum % 10) % 10);
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

void wrap_write(const LensOp& lens, LensValue& value) {
    const auto width = static_cast<std::size_t>(std::max(1, lens.number));
    std::vector<std::string> out;
    std::string_view rest = value.texts[0];
    while (!rest.empty()) {
        const std::size_t room = octets_of(rest, width);
        if (rest.size() <= room) {
            out.emplace_back(rest);
            break;
        }
        const std::size_t cut = rest.rfind(' ', room);
        // Pieces are joined by a blank when they are read: a word broken in two would come back as two words.
        if (cut == std::string_view::npos || cut == 0)
            return refuse(value,
                          "lens.wrap",
                          in_quotes(rest.substr(0, rest.find(' '))) + " is a word of more than " +
                              std::to_string(width) + " characters and would be torn apart");
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

// Lenses that only take off what stands at an end when reading.
void end_read(const LensOp& lens, LensValue& value) {
    std::string& text = value.texts[0];
    if (lens.kind == LensKind::Prefix) {
        if (!text.starts_with(lens.text))
            return refuse(value,
                          "lens.prefix",
                          in_quotes(text) + " does not begin with " + in_quotes(lens.text));
        text.erase(0, lens.text.size());
    } else if (lens.kind == LensKind::Suffix) {
        if (!text.ends_with(lens.text))
            return refuse(value,
                          "lens.suffix",
                          in_quotes(text) + " does not end with " + in_quotes(lens.text));
        text.erase(text.size() - lens.text.size());
    } else if (lens.kind == LensKind::Zeros) {
        text.erase(0, std::min(text.find_first_not_of('0'), text.empty() ? 0 : text.size() - 1));
    } else if (lens.kind == LensKind::Trim) {
        text = std::string(trimmed(text));
    }
}

void split_read(const LensOp& lens, LensValue& value) {
    const std::string text = value.texts[0];
    const std::size_t at = text.find(lens.text);
    if (at == std::string::npos)
        return refuse(
            value, "lens.split", in_quotes(text) + " has no " + in_quotes(lens.text) + " in it");
    value.texts = {text.substr(0, at), text.substr(at + lens.text.size())};
}

void split_write(const LensOp& lens, LensValue& value) {
    const std::string text = value.texts[0];
    const std::string second = value.texts.size() > 1 ? value.texts[1] : std::string();
    if (text.empty() || second.empty())
        return refuse(value, "lens.split", "both parts of the value are needed to write it");
    if (text.find(lens.text) != std::string::npos)
        return refuse(
            value,
            "lens.split",
            in_quotes(text) + " has " + in_quotes(lens.text) + " in it and could not be read back");
    value.texts = {text + lens.text + second};
}

void wrap_read(LensValue& value) {
    std::string out;
    for (const std::string& piece : value.texts)
        if (!piece.empty()) out += (out.empty() ? "" : " ") + piece;
    value.texts = {std::move(out)};
}

void format_read(const LensOp& lens, LensValue& value) {
    std::string out;
    const bool date = lens.kind == LensKind::Date;
    const std::string& text = value.texts[0];
    if (date ? !date_by_format(lens.text, text, out) : !time_from_wire(text, out))
        return refuse(value,
                      date ? "lens.date" : "lens.time",
                      in_quotes(text) + " is not a " + (date ? "date" : "time") + " of the form " +
                          lens.text);
    value.texts[0] = std::move(out);
}

// Two digits of a year stand for 1970 to 2069: another year would come back as one of these.
void date_write(const LensOp& lens, LensValue& value) {
    std::string& text = value.texts[0];
    const std::string given = text;
    std::string back;
    text = date_to_format(lens.text, given);
    if (!date_by_format(lens.text, text, back) || back != given.substr(0, 10))
        refuse(value,
               "lens.date",
               in_quotes(given) + " cannot be written as " + lens.text + " and read back");
}

void digit_read(LensValue& value) {
    std::string& text = value.texts[0];
    if (!all_digits(text) || text.size() < 2 ||
        gs1_digit(std::string_view(text).substr(0, text.size() - 1)) != text.back())
        return refuse(value, "lens.digit", in_quotes(text) + " has a wrong check digit");
    text.pop_back();
}

void digit_write(LensValue& value) {
    std::string& text = value.texts[0];
    if (!all_digits(text))
        return refuse(value, "lens.digit", in_quotes(text) + " has other characters than digits");
    text += gs1_digit(text);
}

void cut_write(const LensOp& lens, LensValue& value) {
    std::string& text = value.texts[0];
    const auto most = static_cast<std::size_t>(lens.number);
    if (const std::size_t room = octets_of(text, most); text.size() > room)
        text = std::string(trimmed(std::string_view(text).substr(0, room)));
}

void capitals(std::string& text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
}

void fill_zeros(const LensOp& lens, std::string& text) {
    const auto size = static_cast<std::size_t>(lens.number);
    if (text.size() < size) text.insert(0, size - text.size(), '0');
}

void invert(std::string& text) {
    text = text == "true" ? "false" : "true";
}

}  // namespace

const std::string* looked_up(std::span<const LensOp> lenses, std::string_view text, bool writing) {
    if (lenses.size() != 1 || lenses[0].kind != LensKind::Table) return nullptr;
    const auto& rows = writing ? lenses[0].table->write : lenses[0].table->read;
    const auto found = rows.find(std::string(text));
    return found == rows.end() ? nullptr : &found->second.first;
}

void lens_read(const LensOp& lens, LensValue& value) {
    switch (lens.kind) {
        case LensKind::Table:
            return look_up(lens, lens.table->read, lens.table->codes, value);
        case LensKind::Date:
        case LensKind::Time:
            return format_read(lens, value);
        case LensKind::Dtm:
            return dtm_read(lens, value);
        case LensKind::Moment:
            return moment_read(value);
        case LensKind::Split:
            return split_read(lens, value);
        case LensKind::Prefix:
        case LensKind::Suffix:
        case LensKind::Zeros:
        case LensKind::Trim:
            return end_read(lens, value);
        case LensKind::Upper:
        case LensKind::Ascii:
        case LensKind::Cut:
            return;
        case LensKind::Wrap:
            return wrap_read(value);
        case LensKind::Round:
        case LensKind::Scale:
        case LensKind::Negate:
            return number_lens(lens, value, true);
        case LensKind::Invert:
            return invert(value.texts[0]);
        case LensKind::Gtin:
            return gtin_read(value);
        case LensKind::Sscc:
            return sscc_read(lens, value);
        case LensKind::Digit:
            return digit_read(value);
    }
}

void lens_write(const LensOp& lens, LensValue& value) {
    std::string& text = value.texts[0];
    switch (lens.kind) {
        case LensKind::Table:
            return look_up(lens, lens.table->write, lens.table->words, value);
        case LensKind::Date:
            return date_write(lens, value);
        case LensKind::Time:
            text = time_to_wire(text).substr(0, lens.text.size());
            return;
        case LensKind::Dtm:
            return dtm_write(lens, value);
        case LensKind::Moment:
            return moment_write(value);
        case LensKind::Split:
            return split_write(lens, value);
        case LensKind::Sscc:
            // What would be refused when it comes back must not go out.
            sscc_read(lens, value);
            if (value.problem.empty()) text.insert(0, lens.text);
            return;
        case LensKind::Prefix:
            text.insert(0, lens.text);
            return;
        case LensKind::Suffix:
            text += lens.text;
            return;
        case LensKind::Zeros:
            return fill_zeros(lens, text);
        case LensKind::Trim:
            text = std::string(trimmed(text));
            return;
        case LensKind::Upper:
            return capitals(text);
        case LensKind::Ascii:
            text = ascii_of(text);
            return;
        case LensKind::Cut:
            return cut_write(lens, value);
        case LensKind::Wrap:
            return wrap_write(lens, value);
        case LensKind::Round:
        case LensKind::Scale:
        case LensKind::Negate:
            return number_lens(lens, value, false);
        case LensKind::Invert:
            return invert(text);
        case LensKind::Gtin: {
            std::string as_given = text;
            gtin_read(value);
            text = std::move(as_given);
            return;
        }
        case LensKind::Digit:
            return digit_write(value);
    }
}

}  // namespace sallyport::mapping
