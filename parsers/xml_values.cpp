// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_values.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

bool digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view text) {
    int value = 0;
    for (const char c : text)
        value = value * 10 + (c - '0');
    return value;
}

bool real_day(int year, int month, int day) {
    constexpr int Days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= (month == 2 && leap ? 29 : Days[month - 1]);
}

// Cuts "Z" or "+05:30" off the end; false: what stands there is no zone.
bool cut_zone(std::string_view& text) {
    if (!text.empty() && text.back() == 'Z') {
        text.remove_suffix(1);
        return true;
    }
    if (text.size() < 6) return true;
    const std::string_view zone = text.substr(text.size() - 6);
    if ((zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return true;
    if (!digits(zone.substr(1, 2)) || !digits(zone.substr(4, 2))) return false;
    const int hours = number(zone.substr(1, 2)), minutes = number(zone.substr(4, 2));
    text.remove_suffix(6);
    return (hours < 14 && minutes < 60) || (hours == 14 && minutes == 0);
}

bool plain_date(std::string_view text) {
    return text.size() == 10 && text[4] == '-' && text[7] == '-' && digits(text.substr(0, 4)) &&
           digits(text.substr(5, 2)) && digits(text.substr(8, 2)) &&
           real_day(
               number(text.substr(0, 4)), number(text.substr(5, 2)), number(text.substr(8, 2)));
}

bool plain_time(std::string_view text, bool seconds_optional) {
    if (text.size() < 5 || text[2] != ':' || !digits(text.substr(0, 2)) ||
        !digits(text.substr(3, 2)))
        return false;
    const int hours = number(text.substr(0, 2)), minutes = number(text.substr(3, 2));
    if (hours > 23 || minutes > 59) return text == "24:00:00";
    if (text.size() == 5) return seconds_optional;
    if (text.size() < 8 || text[5] != ':' || !digits(text.substr(6, 2)) ||
        number(text.substr(6, 2)) > 59)
        return false;
    return text.size() == 8 || (text[8] == '.' && digits(text.substr(9)));
}

bool date_time(std::string_view text, bool lenient) {
    const std::size_t t = text.find('T');
    if (t == std::string_view::npos) return lenient && is_value(XmlValue::Date, text);
    std::string_view time = text.substr(t + 1);
    return plain_date(text.substr(0, t)) && cut_zone(time) && plain_time(time, lenient);
}

bool decimal(std::string_view text) {
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view part =
        point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    return (whole.empty() || digits(whole)) && (part.empty() || digits(part)) &&
           whole.size() + part.size() > 0;
}

bool base64(std::string_view text) {
    std::size_t significant = 0, padding = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                            (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (c == '=') {
            ++padding;
        } else if (!letter || padding > 0) {
            return false;
        }
        ++significant;
    }
    return significant % 4 == 0 && padding <= 2;
}

}  // namespace

bool is_basic_date(std::string_view text) {
    return text.size() == 8 && digits(text) &&
           real_day(
               number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2)));
}

bool is_value(XmlValue type, std::string_view text) {
    switch (type) {
        case XmlValue::Text:
            return true;
        case XmlValue::Decimal:
            return decimal(text);
        case XmlValue::Integer:
            return text.find('.') == std::string_view::npos && decimal(text);
        case XmlValue::Boolean:
            return text == "true" || text == "false" || text == "1" || text == "0";
        case XmlValue::Date:
            return cut_zone(text) && plain_date(text);
        case XmlValue::Time:
            return cut_zone(text) && plain_time(text, false);
        case XmlValue::DateTime:
            return date_time(text, false);
        case XmlValue::Moment:
            return date_time(text, true);
        case XmlValue::Base64:
            return base64(text);
    }
    return false;
}

ValueWords value_words(XmlValue type) {
    switch (type) {
        case XmlValue::Text:
            return {"xml.value.code", "a text"};
        case XmlValue::Decimal:
            return {"xml.value.number", "a decimal number such as 1234.50"};
        case XmlValue::Integer:
            return {"xml.value.number", "a whole number"};
        case XmlValue::Boolean:
            return {"xml.value.boolean", "true or false"};
        case XmlValue::Date:
            return {"xml.value.date", "a date such as 2026-11-23"};
        case XmlValue::Time:
            return {"xml.value.time", "a time such as 13:45:00"};
        case XmlValue::DateTime:
        case XmlValue::Moment:
            return {"xml.value.date", "a date and time such as 2026-11-23T13:45:00Z"};
        case XmlValue::Base64:
            return {"xml.value.base64", "base64 text"};
    }
    return {};
}

}  // namespace sallyport::edi
