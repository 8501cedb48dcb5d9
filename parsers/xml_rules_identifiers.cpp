// SPDX-License-Identifier: Apache-2.0
// Peppol: identifiers with check digits (PEPPOL-COMMON). Which scheme an identifier is of says its schemeID, a code of
// the electronic address list (EAS) or of ISO 6523.
#include "parsers/xml_rule_table.h"

#include <algorithm>
#include <array>

namespace sallyport::edi {
namespace {

bool digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool letters(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
}
unsigned digit(char c) {
    return static_cast<unsigned>(c - '0');
}

// GS1: weights 3 and 1 from the right.
bool gln(std::string_view id) {
    if (!digits(id) || id.size() < 2) return false;
    unsigned sum = 0;
    for (std::size_t i = 1; i < id.size(); ++i)
        sum += digit(id[id.size() - 1 - i]) * (i % 2 == 1 ? 3 : 1);
    return (10 - sum % 10) % 10 == digit(id.back());
}

// Norwegian organisation numbers: modulo 11, weights 2 to 7 from the right.
bool norwegian(std::string_view id) {
    if (id.size() != 9 || !digits(id) || id == "000000000") return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < 8; ++i)
        sum += digit(id[7 - i]) * (static_cast<unsigned>(i % 6) + 2);
    return (11 - sum % 11) % 11 == digit(id.back());
}

bool danish(std::string_view id) {
    return (id.size() == 10 && id.substr(0, 2) == "DK" && digits(id.substr(2))) ||
           (id.size() == 8 && digits(id));
}

// Belgian enterprise numbers: modulo 97 in the last two digits.
bool belgian(std::string_view id) {
    if (id.size() != 10 || !digits(id)) return false;
    unsigned number = 0;
    for (const char c : id.substr(0, 8))
        number = (number * 10 + digit(c)) % 97;
    return 97 - number == digit(id[8]) * 10 + digit(id[9]);
}

// Swedish organisation numbers: Luhn.
bool swedish(std::string_view id) {
    if (id.size() != 10 || !digits(id)) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        const unsigned value = digit(id[8 - i]) * (i % 2 == 0 ? 2 : 1);
        sum += value / 10 + value % 10;
    }
    return (10 - sum % 10) % 10 == digit(id.back());
}

// Australian business numbers: modulo 89.
bool australian(std::string_view id) {
    constexpr std::array<int, 11> Weights = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    if (id.size() != 11 || !digits(id)) return false;
    int sum = -Weights[0];
    for (std::size_t i = 0; i < 11; ++i)
        sum += static_cast<int>(digit(id[i])) * Weights[i];
    return sum % 89 == 0;
}

bool italian_office(std::string_view id) {
    return id.size() == 6 && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= '0' && c <= '9') || letters(std::string_view(&c, 1));
           });
}

bool italian_tax_code(std::string_view id) {
    if (id.size() == 11) return digits(id);
    return id.size() == 16 && letters(id.substr(0, 6)) && digits(id.substr(6, 2)) &&
           letters(id.substr(8, 1)) && digits(id.substr(9, 2)) && digits(id.substr(14, 1)) &&
           letters(id.substr(15));
}

// Italian VAT numbers: every second digit doubled, digits of the product added; other countries' pass.
bool italian_vat(std::string_view id) {
    if (id.substr(0, 2) != "IT" && id.substr(0, 2) != "it") return true;
    const std::string_view number = id.substr(2);
    if (number.size() != 11 || !digits(number)) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < number.size(); ++i) {
        const unsigned value = digit(number[i]) * (i % 2 == 1 ? 2 : 1);
        sum += value / 10 + value % 10;
    }
    return sum % 10 == 0;
}

using Check = bool (*)(std::string_view);

template <Check Right>
void identifiers(const RuleRun& run, std::string_view scheme) {
    const bool address_only = scheme == "9906" || scheme == "9907";
    for (const std::uint32_t element :
         address_only
             ? run.match("cbc:EndpointID[@schemeID]", "ram:URIID[@schemeID]")
             : run.match("cbc:EndpointID[@schemeID]|cac:PartyIdentification/"
                         "cbc:ID[@schemeID]|cbc:CompanyID[@schemeID]",
                         "ram:URIID[@schemeID]|ram:ID[@schemeID]|ram:GlobalID[@schemeID]")) {
        if (run.tree().attribute_text(element, "schemeID") != scheme) continue;
        const std::string_view id = run.tree().trimmed(element);
        if (!Right(id)) run.bad(element, "\"" + std::string(id.substr(0, 40)) + "\" is not");
    }
}

constexpr auto Warn = Severity::Warning;

// One rule, one entry.
// clang-format off
constexpr CodeRule Rules[] = {
    {"PEPPOL-COMMON-R040", "a GLN is digits with the check digit of GS1 (0088)", identifiers<gln>, "0088"},
    {"PEPPOL-COMMON-R041", "a Norwegian organisation number has nine digits and its check digit (0192)", identifiers<norwegian>, "0192"},
    {"PEPPOL-COMMON-R042", "a Danish number is eight digits, or DK and eight digits (0184)", identifiers<danish>, "0184"},
    {"PEPPOL-COMMON-R043", "a Belgian enterprise number has ten digits and its check digits (0208)", identifiers<belgian>, "0208"},
    {"PEPPOL-COMMON-R044", "an Italian office code has six letters or digits (0201)", identifiers<italian_office>, "0201", true, true, Warn},
    {"PEPPOL-COMMON-R045", "an Italian tax code has its form (0210)", identifiers<italian_tax_code>, "0210", true, true, Warn},
    {"PEPPOL-COMMON-R046", "an Italian tax code has its form (9907)", identifiers<italian_tax_code>, "9907", true, true, Warn},
    {"PEPPOL-COMMON-R047", "an Italian VAT number has its check digit (0211)", identifiers<italian_vat>, "0211", true, true, Warn},
    {"PEPPOL-COMMON-R048", "an Italian VAT number has its check digit (9906)", identifiers<italian_vat>, "9906", false, true, Warn},
    {"PEPPOL-COMMON-R049", "a Swedish organisation number has ten digits and its check digit (0007)", identifiers<swedish>, "0007"},
    {"PEPPOL-COMMON-R050", "an Australian business number has eleven digits and its check digits (0151)", identifiers<australian>, "0151"},
};
// clang-format on

}  // namespace

std::span<const CodeRule> identifier_rules() {
    return Rules;
}

}  // namespace sallyport::edi
