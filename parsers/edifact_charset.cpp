// SPDX-License-Identifier: Apache-2.0
// Syntax identifiers to character sets (ISO 9735-1, element 0001). UNOA and UNOB are subsets of ASCII; many senders write
// ISO 8859-1 under them, which is read as such.
#include "parsers/charset.h"
#include "parsers/edifact.h"

#include <array>
#include <cstdint>
#include <utility>

namespace sallyport::edi {
namespace {

const char* charset_of(std::string_view syntax) {
    static constexpr std::array<std::pair<std::string_view, const char*>, 12> Sets = {
        {{"UNOA", "ISO-8859-1"},
         {"UNOB", "ISO-8859-1"},
         {"UNOC", "ISO-8859-1"},
         {"UNOD", "ISO-8859-2"},
         {"UNOE", "ISO-8859-5"},
         {"UNOF", "ISO-8859-7"},
         {"UNOG", "ISO-8859-3"},
         {"UNOH", "ISO-8859-4"},
         {"UNOI", "ISO-8859-6"},
         {"UNOJ", "ISO-8859-8"},
         {"UNOK", "ISO-8859-9"},
         {"UNOX", "ISO-2022-JP"}}};
    for (const auto& [name, charset] : Sets) {
        if (name == syntax) return charset;
    }
    return "UTF-8";  // UNOW, UNOY, and what no standard names (UNOL, IATA)
}

// Letters ISO 8859-1 and ASCII have no place for, as people write them without. Anything else loses its accents or stays.
struct Substitute {
    std::string_view letter, plain;
};
constexpr std::array<Substitute, 42> Substitutes = {
    {{"ß", "ss"}, {"æ", "ae"}, {"Æ", "AE"}, {"œ", "oe"}, {"Œ", "OE"},  {"ø", "o"},
     {"Ø", "O"},  {"å", "a"},  {"Å", "A"},  {"ä", "a"},  {"Ä", "A"},   {"ö", "o"},
     {"Ö", "O"},  {"ü", "u"},  {"Ü", "U"},  {"đ", "d"},  {"Đ", "D"},   {"ð", "d"},
     {"Ð", "D"},  {"þ", "th"}, {"Þ", "TH"}, {"ł", "l"},  {"Ł", "L"},   {"ı", "i"},
     {"–", "-"},  {"—", "-"},  {"‘", "'"},  {"’", "'"},  {"‚", ","},   {"“", "\""},
     {"”", "\""}, {"„", "\""}, {"«", "\""}, {"»", "\""}, {"…", "..."}, {"€", "EUR"},
     {"™", "TM"}, {"×", "x"},  {"·", "."},  {"•", "-"},  {"°", "deg"}, {"\u00A0", " "}}};

// Latin letters with accents, by the plain letter they are made from (Unicode: Latin-1 Supplement, Latin Extended-A).
struct Accented {
    char plain;
    std::string_view letters;
};
constexpr std::array<Accented, 42> Accents = {
    {{'a', "àáâãāăą"},  {'A', "ÀÁÂÃĀĂĄ"},   {'c', "çćĉċč"},     {'C', "ÇĆĈĊČ"},
     {'d', "ď"},        {'D', "Ď"},         {'e', "èéêëēĕėęě"}, {'E', "ÈÉÊËĒĔĖĘĚ"},
     {'g', "ĝğġģ"},     {'G', "ĜĞĠĢ"},      {'h', "ĥħ"},        {'H', "ĤĦ"},
     {'i', "ìíîïĩīĭį"}, {'I', "ÌÍÎÏĨĪĬĮİ"}, {'j', "ĵ"},         {'J', "Ĵ"},
     {'k', "ķ"},        {'K', "Ķ"},         {'l', "ĺļľŀ"},      {'L', "ĹĻĽĿ"},
     {'n', "ñńņňŉ"},    {'N', "ÑŃŅŇ"},      {'o', "òóôõōŏő"},   {'O', "ÒÓÔÕŌŎŐ"},
     {'r', "ŕŗř"},      {'R', "ŔŖŘ"},       {'s', "śŝşšș"},     {'S', "ŚŜŞŠȘ"},
     {'t', "ţťŧț"},     {'T', "ŢŤŦȚ"},      {'u', "ùúûũūŭůűų"}, {'U', "ÙÚÛŨŪŬŮŰŲ"},
     {'w', "ŵ"},        {'W', "Ŵ"},         {'y', "ýÿŷ"},       {'Y', "ÝŸŶ"},
     {'z', "źżž"},      {'Z', "ŹŻŽ"},       {'-', "‐‑‒―−"},     {' ', "\u2002\u2003\u2009\u202F"},
     {'\'', "`´′"},     {'"', "″"}}};

std::size_t length_of(char lead) {
    const auto c = static_cast<unsigned char>(lead);
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

std::string plain_form(std::string_view letter) {
    for (const Substitute& one : Substitutes) {
        if (one.letter == letter) return std::string(one.plain);
    }
    for (const Accented& one : Accents) {
        for (std::size_t at = 0; at < one.letters.size(); at += length_of(one.letters[at])) {
            if (one.letters.substr(at, length_of(one.letters[at])) == letter)
                return std::string(1, one.plain);
        }
    }
    return {};
}

bool in_unoa(unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" .,-()/='+:?!\"%&*;<>\r\n").find(static_cast<char>(c)) !=
               std::string_view::npos;
}

}  // namespace

CharsetConverter::CharsetConverter(const char* to, const char* from)
    : m_handle(iconv_open(to, from)) {}

CharsetConverter::~CharsetConverter() {
    if (valid()) iconv_close(m_handle);
}

bool CharsetConverter::valid() const {
    return reinterpret_cast<std::intptr_t>(m_handle) != -1;
}

std::optional<std::string> CharsetConverter::convert(std::string_view text) {
    if (!valid()) return std::nullopt;
    std::string input(text), output(text.size() * 4 + 16, '\0');
    char* in = input.data();
    char* out = output.data();
    std::size_t in_left = input.size(), out_left = output.size();
    iconv(m_handle, nullptr, nullptr, nullptr, nullptr);
    if (iconv(m_handle, &in, &in_left, &out, &out_left) != 0 || in_left != 0) return std::nullopt;
    iconv(m_handle, nullptr, nullptr, &out, &out_left);
    output.resize(output.size() - out_left);
    return output;
}

std::optional<std::string> edifact_to_utf8(std::string_view octets, std::string_view syntax) {
    return CharsetConverter("UTF-8", charset_of(syntax)).convert(octets);
}

std::optional<std::string> edifact_from_utf8(std::string_view text, std::string_view syntax) {
    const bool ascii = syntax == "UNOA" || syntax == "UNOB";
    return CharsetConverter(ascii ? "ASCII" : charset_of(syntax), "UTF-8").convert(text);
}

std::optional<std::string> transliterated(std::string_view text, std::string_view syntax) {
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view letter = text.substr(at, length_of(text[at]));
        at += letter.size();
        if (letter.size() == 1 || edifact_from_utf8(letter, syntax)) {
            plain += letter;
            continue;
        }
        const std::string form = plain_form(letter);
        if (form.empty()) return std::nullopt;
        plain += form;
    }
    return plain;
}

std::size_t foreign_octet(std::string_view octets, std::string_view syntax) {
    const bool unoa = syntax == "UNOA", ascii = unoa || syntax == "UNOB";
    const std::string_view charset = charset_of(syntax);
    if (ascii || charset.substr(0, 8) == "ISO-8859") {
        for (std::size_t i = 0; i < octets.size(); ++i) {
            const auto c = static_cast<unsigned char>(octets[i]);
            // 0x80 to 0x9F are controls there; Windows-1252 has its quotation marks and the euro sign in that place.
            if ((ascii && c >= 0x80) || (c >= 0x80 && c < 0xA0) || (unoa && !in_unoa(c))) return i;
        }
        return std::string_view::npos;
    }
    if (charset != "UTF-8") return std::string_view::npos;
    for (std::size_t at = 0; at < octets.size();) {
        const std::string_view letter = octets.substr(at, length_of(octets[at]));
        if (letter.size() > 1 && !CharsetConverter("UTF-8", "UTF-8").convert(letter)) return at;
        const auto lead = static_cast<unsigned char>(letter[0]);
        if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4) return at;
        at += letter.size();
    }
    return std::string_view::npos;
}

}  // namespace sallyport::edi
