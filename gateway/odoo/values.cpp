// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/values.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <vector>

namespace sallyport::odoo {

namespace {

// Builds the document as the library's own parser would, but keeps numbers with a point or an exponent as their text.
class ReplyBuilder final : public nlohmann::json_sax<Json> {
public:
    static constexpr std::size_t MaxDepth = 64;

    explicit ReplyBuilder(Json& root) : m_root(root) {}

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t, const string_t& text) override { return put(text); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool key(string_t& value) override {
        m_key = std::move(value);
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    Json* add(Json value) {
        if (m_open.empty()) {
            m_root = std::move(value);
            return &m_root;
        }
        Json& parent = *m_open.back();
        if (parent.is_array()) return &parent.emplace_back(std::move(value));
        return &(parent[m_key] = std::move(value));
    }
    bool put(Json value) {
        add(std::move(value));
        return true;
    }
    bool open(Json value) {
        if (m_open.size() >= MaxDepth) return false;
        m_open.push_back(add(std::move(value)));
        return true;
    }
    bool close() {
        m_open.pop_back();
        return true;
    }

    Json& m_root;
    std::vector<Json*> m_open;
    std::string m_key;
};

bool digits(std::string_view text, std::size_t at, std::size_t count, int& value) {
    if (text.size() < at + count) return false;
    const auto* first = text.data() + at;
    const auto [end, problem] = std::from_chars(first, first + count, value);
    return problem == std::errc() && end == first + count && text[at] != '-';
}

// "HH:MM" or "HH:MM:SS" with an optional fraction; the number of characters used, 0 when it is none.
std::size_t time_of_day(std::string_view text, int& seconds) {
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!digits(text, 0, 2, hour) || text.size() < 5 || text[2] != ':' ||
        !digits(text, 3, 2, minute))
        return 0;
    std::size_t used = 5;
    if (text.size() > 5 && text[5] == ':') {
        if (!digits(text, 6, 2, second)) return 0;
        used = 8;
        if (text.size() > 8 && text[8] == '.') {
            used = text.find_first_not_of("0123456789", 9);
            if (used == std::string_view::npos) used = text.size();
        }
    }
    if (hour > 23 || minute > 59 || second > 60) return 0;
    seconds = hour * 3600 + minute * 60 + second;
    return used;
}

// "Z", "+HH:MM", "-HHMM" or nothing.
bool offset(std::string_view text, int& seconds) {
    seconds = 0;
    if (text.empty() || text == "Z") return true;
    int hour = 0;
    int minute = 0;
    if ((text[0] != '+' && text[0] != '-') || !digits(text, 1, 2, hour)) return false;
    const std::string_view rest = text.substr(3);
    if (rest.size() == 3 && rest[0] == ':') {
        if (!digits(rest, 1, 2, minute)) return false;
    } else if (rest.size() == 2) {
        if (!digits(rest, 0, 2, minute)) return false;
    } else if (!rest.empty()) {
        return false;
    }
    if (hour > 14 || minute > 59) return false;
    seconds = (hour * 3600 + minute * 60) * (text[0] == '-' ? -1 : 1);
    return true;
}

Error not_a_date(std::string_view text) {
    return Error("odoo.date",
                 Blame::Partner,
                 "'" + std::string(text) + "' is not a date or a moment the back office can take")
        .remedy("send dates as YYYY-MM-DD, optionally with a time and an offset");
}

}  // namespace

Result<Json> parse_reply(std::string_view body) {
    Json root;
    ReplyBuilder builder(root);
    if (!Json::sax_parse(body, &builder))
        return Error("odoo.reply.malformed",
                     Blame::Network,
                     "the reply of " + std::to_string(body.size()) + " bytes is not whole JSON");
    return root;
}

bool is_unset(const Json& value) {
    return value.is_null() || (value.is_boolean() && !value.get<bool>());
}

std::string text_of(const Json& record, std::string_view field) {
    if (!record.is_object()) return {};
    const auto found = record.find(std::string(field));
    if (found == record.end() || is_unset(*found)) return {};
    if (found->is_string()) return found->get<std::string>();
    return found->dump();
}

std::optional<std::int64_t> id_of(const Json& value) {
    const Json& id = value.is_array() && !value.empty() ? value[0] : value;
    if (!id.is_number_integer()) return std::nullopt;
    return id.get<std::int64_t>();
}

std::optional<std::int64_t> id_in(const Json& record, std::string_view field) {
    if (!record.is_object()) return std::nullopt;
    const auto found = record.find(std::string(field));
    return found == record.end() ? std::nullopt : id_of(*found);
}

std::string name_in(const Json& record, std::string_view field) {
    if (!record.is_object()) return {};
    const auto found = record.find(std::string(field));
    if (found == record.end() || !found->is_array() || found->size() < 2 ||
        !(*found)[1].is_string())
        return {};
    return (*found)[1].get<std::string>();
}

Result<Decimal> decimal_of(const Json& value) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const auto e = text.find_first_of("eE");
    if (e == std::string::npos) return Decimal::parse(text);
    int places = 0;
    const char* first = text.data() + e + 1;
    if (*first == '+') ++first;
    const auto [end, problem] = std::from_chars(first, text.data() + text.size(), places);
    auto mantissa = Decimal::parse(std::string_view(text).substr(0, e));
    if (!mantissa || problem != std::errc() || end != text.data() + text.size() || places < -30 ||
        places > 18)
        return Error("decimal.syntax",
                     Blame::BackOffice,
                     "'" + text + "' is not a number we can keep exactly");
    return mantissa->shifted(places);
}

Result<std::string> utc_datetime(std::string_view canonical, std::string_view default_time) {
    using namespace std::chrono;
    int y = 0;
    int m = 0;
    int d = 0;
    if (!digits(canonical, 0, 4, y) || canonical.size() < 10 || canonical[4] != '-' ||
        !digits(canonical, 5, 2, m) || canonical[7] != '-' || !digits(canonical, 8, 2, d))
        return not_a_date(canonical);
    const year_month_day day{
        year{y}, month{static_cast<unsigned>(m)}, std::chrono::day{static_cast<unsigned>(d)}};
    if (!day.ok()) return not_a_date(canonical);

    int time = 0;
    int east = 0;
    if (canonical.size() == 10) {
        if (time_of_day(default_time, time) != default_time.size()) return not_a_date(default_time);
    } else {
        if (canonical[10] != 'T' && canonical[10] != ' ') return not_a_date(canonical);
        const auto used = time_of_day(canonical.substr(11), time);
        if (used == 0 || !offset(canonical.substr(11 + used), east)) return not_a_date(canonical);
    }
    const sys_seconds moment = sys_days{day} + seconds{time - east};
    const auto date = floor<days>(moment);
    const year_month_day out{date};
    const hh_mm_ss clock{moment - date};
    std::array<char, 32> text{};
    std::snprintf(text.data(),
                  text.size(),
                  "%04d-%02u-%02u %02d:%02d:%02d",
                  int{out.year()},
                  unsigned{out.month()},
                  unsigned{out.day()},
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return std::string(text.data());
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&#34;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace sallyport::odoo
