// SPDX-License-Identifier: Apache-2.0
#include "mappings/lens_dates.h"

#include <algorithm>

namespace sallyport::mapping {

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

void refuse(LensValue& value, const char* code, std::string problem) {
    value.problem_code = code;
    value.problem = std::move(problem);
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

namespace {

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

}  // namespace

void moment_read(LensValue& value) {
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

void moment_write(LensValue& value) {
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

}  // namespace sallyport::mapping
