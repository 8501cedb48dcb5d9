// SPDX-License-Identifier: Apache-2.0
// Element text to document value and back, by the type the schema gives the element.
#include "mappings/lens_dates.h"
#include "mappings/lenses.h"
#include "mappings/xml_values.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

// Numbers that are already in our spelling need no arithmetic: most of them.
bool plain_number(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    if (!all_digits(whole) || (whole.size() > 1 && whole[0] == '0')) return false;
    return point == std::string_view::npos ||
           (all_digits(text.substr(point + 1)) && text.size() < 30);
}

bool is_implied(const edi::Element* element) {
    return element != nullptr && element->type == edi::DataType::Implied && element->decimals > 0;
}

bool unchanged_number(const edi::Element* element, FieldType wanted, std::string_view wire) {
    return !is_implied(element) && wire.size() < 19 && plain_number(wire) &&
           (wanted == FieldType::Decimal || wire.find('.') == std::string_view::npos);
}

Conversion number_to_document(const edi::Element* element,
                              FieldType wanted,
                              std::string_view wire,
                              bool edifact) {
    Conversion out;
    const bool implied = is_implied(element);
    if (unchanged_number(element, wanted, wire)) {
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

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::size_t octets_of(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && count-- == 0) break;
    return at;
}

bool reads_unchanged(const edi::Element* element, FieldType wanted, std::string_view wire) {
    return (wanted == FieldType::Decimal || wanted == FieldType::Integer) &&
           as_xml(element) == nullptr && unchanged_number(element, wanted, wire);
}

bool writes_unchanged(const edi::Element* element) {
    return element == nullptr ||
           (as_xml(element) == nullptr && element->type != edi::DataType::Date &&
            element->type != edi::DataType::Time && element->type != edi::DataType::Implied);
}

Conversion to_document(const edi::Element* element,
                       FieldType wanted,
                       std::string_view wire,
                       bool edifact) {
    if (const XmlElement* xml = as_xml(element)) return xml_to_document(*xml, wanted, wire);
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
    if (const XmlElement* xml = as_xml(element)) {
        out.text = xml_from_document(*xml, type, value);
        return out;
    }
    switch (element->type) {
        case edi::DataType::Date:
            if (type == FieldType::Date || type == FieldType::Moment) {
                const std::string_view format = element->max == 6 ? "YYMMDD" : "CCYYMMDD";
                out.text = date_to_format(format, value.substr(0, 10));
                std::string back;
                if (!date_by_format(format, out.text, back) || back != value.substr(0, 10))
                    return {false,
                            {},
                            std::string(value.substr(0, 10)) + " cannot be told from " + back +
                                " in " + std::string(format)};
            }
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
