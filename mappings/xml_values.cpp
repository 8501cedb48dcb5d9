// SPDX-License-Identifier: Apache-2.0
#include "mappings/xml_values.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

Conversion refused(std::string_view wire, const char* what) {
    return {false, {}, "\"" + std::string(wire) + "\" is not " + what};
}

// "+1.", ".5": numbers of XML Schema that are none of ours.
Conversion number(std::string_view wire, bool whole) {
    std::string text(wire.starts_with('+') ? wire.substr(1) : wire);
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    if (text.size() > sign && text[sign] == '.') text.insert(sign, "0");
    if (text.ends_with('.')) text.pop_back();
    const Result<Decimal> value = Decimal::parse(text);
    if (!value) return refused(wire, "a number");
    if (!whole) return {true, value->to_string(), {}};
    const Decimal trimmed = value->trimmed();
    if (trimmed.scale() > 0) return refused(wire, "a whole number");
    return {true, trimmed.to_string(), {}};
}

// Where "Z" or "+02:00" begins behind a time.
std::size_t zone_at(std::string_view text) {
    if (text.ends_with('Z')) return text.size() - 1;
    if (text.size() < 6) return text.size();
    const char sign = text[text.size() - 6];
    return (sign == '+' || sign == '-') && text[text.size() - 3] == ':' ? text.size() - 6
                                                                        : text.size();
}

// "09:30:00" and "09:30:00.000" are 09:30.
std::string short_time(std::string_view time) {
    const std::size_t point = time.find('.');
    if (point != std::string_view::npos &&
        time.find_first_not_of('0', point + 1) == std::string_view::npos)
        time = time.substr(0, point);
    if (time.size() == 8 && time.ends_with(":00")) time = time.substr(0, 5);
    return std::string(time);
}

std::string long_time(std::string_view time) {
    return std::string(time) + (time.size() == 5 ? ":00" : "");
}

std::string moment_of(std::string_view wire, edi::XmlValue type) {
    if (wire.size() < 16 || wire[10] != 'T') return std::string(wire.substr(0, 10));
    const std::string_view rest = wire.substr(11);
    const std::size_t zone = zone_at(rest);
    const std::string time = short_time(rest.substr(0, zone));
    if (type == edi::XmlValue::DateTime && time == "00:00" && zone == rest.size())
        return std::string(wire.substr(0, 10));
    return std::string(wire.substr(0, 11)) + time + std::string(rest.substr(zone));
}

}  // namespace

Conversion xml_to_document(const XmlElement& element, FieldType wanted, std::string_view wire) {
    switch (wanted) {
        case FieldType::Decimal:
            return number(wire, false);
        case FieldType::Integer:
            return number(wire, true);
        case FieldType::Date:
            if (is_value(FieldType::Date, wire.substr(0, 10)))
                return {true, std::string(wire.substr(0, 10)), {}};
            return refused(wire, "a date CCYY-MM-DD");
        case FieldType::Moment: {
            std::string text = moment_of(wire, element.value);
            if (is_value(FieldType::Moment, text)) return {true, std::move(text), {}};
            return refused(wire, "a date and time such as 2026-11-23T13:45:00Z");
        }
        case FieldType::Time: {
            std::string text = short_time(wire.substr(0, zone_at(wire)));
            if (is_value(FieldType::Time, text)) return {true, std::move(text), {}};
            return refused(wire, "a time such as 13:45:00");
        }
        case FieldType::Boolean:
            if (wire == "1" || wire == "true") return {true, "true", {}};
            if (wire == "0" || wire == "false") return {true, "false", {}};
            return refused(wire, "true or false");
        case FieldType::Text:
        case FieldType::Code:
        case FieldType::Record:
        case FieldType::List:
            break;
    }
    return {true, std::string(wire), {}};
}

std::string xml_from_document(const XmlElement& element, FieldType type, std::string_view value) {
    const bool dated = type == FieldType::Date || type == FieldType::Moment;
    if (element.value == edi::XmlValue::Date && dated) return std::string(value.substr(0, 10));
    if (element.value == edi::XmlValue::Time && type == FieldType::Time) return long_time(value);
    if (element.value != edi::XmlValue::DateTime || !dated) return std::string(value);
    if (value.size() < 16) return std::string(value.substr(0, 10)) + "T00:00:00";
    const std::string_view rest = value.substr(11);
    const std::size_t zone = zone_at(rest);
    return std::string(value.substr(0, 11)) + long_time(rest.substr(0, zone)) +
           std::string(rest.substr(zone));
}

}  // namespace sallyport::mapping
