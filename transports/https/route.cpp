// SPDX-License-Identifier: Apache-2.0
#include "transports/https/route.h"

#include "gateway/base/utf8.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::https {
namespace {

using nlohmann::json;

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

bool is_text(std::string_view text) {
    return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char letter) {
               const auto octet = static_cast<unsigned char>(letter);
               return octet < 0x20 || octet == 0x7F;
           });
}

bool fits_path(const Endpoint& endpoint,
               const std::vector<std::string_view>& segments,
               std::map<std::string, std::string>& values) {
    const auto pattern = split(endpoint.path, '/');
    if (pattern.size() != segments.size()) return false;
    values.clear();
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (!pattern[at].starts_with('{')) {
            if (pattern[at] != segments[at]) return false;
            continue;
        }
        auto value = decode_component(segments[at], false);
        if (!value || value->empty() || value->size() > 512) return false;
        values.emplace(pattern[at].substr(1, pattern[at].size() - 2), *std::move(value));
    }
    return true;
}

Error wrong(const Parameter& parameter, const std::string& why) {
    return Error("https.parameter", Blame::Partner, parameter.name + " " + why)
        .remedy(parameter.help);
}

Status fits_number(const Parameter& parameter, const json& schema, const std::string& value) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (fault != std::errc() || end != value.data() + value.size())
        return wrong(parameter, "is not a whole number");
    if ((schema.contains("minimum") && number < schema["minimum"].get<std::int64_t>()) ||
        (schema.contains("maximum") && number > schema["maximum"].get<std::int64_t>()))
        return wrong(parameter, "is out of its range");
    return {};
}

// The little of JSON Schema that the table uses.
Status fits_schema(const Parameter& parameter, const std::string& value) {
    const json schema = json::parse(parameter.schema, nullptr, false);
    if (schema.value("type", "") == "integer") return fits_number(parameter, schema, value);
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
        return wrong(parameter, "is none of those that are known");
    if (value.size() > schema.value("maxLength", std::size_t{512}) ||
        value.size() < schema.value("minLength", std::size_t{0}))
        return wrong(parameter, "is too long or too short");
    return {};
}

}  // namespace

const std::string& Call::parameter(const std::string& name) const {
    static const std::string none;
    if (const auto at = path.find(name); at != path.end()) return at->second;
    const auto at = query.find(name);
    return at == query.end() ? none : at->second;
}

bool is_utf8(std::string_view text) {
    return utf8_prefix(text) == text.size();
}

std::optional<std::string> decode_component(std::string_view text, bool query) {
    std::string value;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (query && text[at] == '+') {
            value += ' ';
            continue;
        }
        if (text[at] != '%') {
            value += text[at];
            continue;
        }
        if (text.size() - at < 3) return std::nullopt;
        const int high = hex_digit(text[at + 1]);
        const int low = hex_digit(text[at + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        value += static_cast<char>(high * 16 + low);
        at += 2;
    }
    if (!is_text(value)) return std::nullopt;
    return value;
}

Match match(const Api& api, std::string_view method, std::string_view path) {
    const auto segments = split(path, '/');
    const bool head = method == "HEAD";
    Match found;
    std::size_t best = std::string::npos;  // of the first that fits: fewest values in the path
    for (const Endpoint& endpoint : api.endpoints) {
        std::map<std::string, std::string> values;
        if (!fits_path(endpoint, segments, values) || values.size() > best) continue;
        if (values.size() < best) {
            best = values.size();
            found = {};
        }
        found.methods.push_back(endpoint.method);
        if (endpoint.method == "GET") found.methods.emplace_back("HEAD");
        if (endpoint.method != method && !(head && endpoint.method == "GET")) continue;
        found.endpoint = &endpoint;
        found.path = std::move(values);
    }
    return found;
}

Result<std::map<std::string, std::string>> read_query(const Endpoint& endpoint,
                                                      std::string_view query) {
    std::map<std::string, std::string> values;
    for (const std::string_view pair : split(query, '&')) {
        if (pair.empty()) continue;
        const std::size_t equal = pair.find('=');
        const auto name = decode_component(pair.substr(0, equal), true);
        auto value = decode_component(
            equal == std::string_view::npos ? std::string_view() : pair.substr(equal + 1), true);
        if (!name || !value)
            return Error("https.parameter", Blame::Partner, "the query cannot be read")
                .remedy("encode it as UTF-8 with percent signs");
        const auto known = std::find_if(
            endpoint.parameters.begin(), endpoint.parameters.end(), [&](const auto& one) {
                return one.in == "query" && one.name == *name;
            });
        if (known == endpoint.parameters.end())
            return Error(
                       "https.parameter", Blame::Partner, "there is no such parameter in the query")
                .remedy("see the OpenAPI document for those there are");
        if (Status fits = fits_schema(*known, *value); !fits) return std::move(fits).error();
        if (!values.emplace(*name, *std::move(value)).second)
            return wrong(*known, "is there twice");
    }
    for (const Parameter& parameter : endpoint.parameters)
        if (parameter.in == "query" && parameter.required && !values.contains(parameter.name))
            return wrong(parameter, "is missing");
    return values;
}

}  // namespace sallyport::https
