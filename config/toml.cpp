// SPDX-License-Identifier: Apache-2.0
// The only file that knows the TOML library.
#include "config/node.h"
#include "gateway/base/utf8.h"

#include <toml.hpp>

#include <algorithm>
#include <sstream>

namespace sallyport::config {

namespace {

Place place_of(const toml::source_location& at, const std::string& source) {
    return {.source = source, .line = at.line(), .column = at.column()};
}

Node node_from(const toml::value& value, const std::string& source) {
    Node node;
    node.place = place_of(value.location(), source);
    switch (value.type()) {
        case toml::value_t::boolean:
            node.kind = Node::Kind::Boolean;
            node.boolean = value.as_boolean();
            break;
        case toml::value_t::integer:
            node.kind = Node::Kind::Integer;
            node.integer = value.as_integer();
            break;
        case toml::value_t::floating:
            node.kind = Node::Kind::Number;
            node.number = value.as_floating();
            break;
        case toml::value_t::string:
            node.kind = Node::Kind::Text;
            node.text = value.as_string().str;
            break;
        case toml::value_t::array:
            node.kind = Node::Kind::List;
            for (const toml::value& item : value.as_array())
                node.items.push_back(node_from(item, source));
            break;
        case toml::value_t::table:
            node.kind = Node::Kind::Table;
            for (const auto& [name, member] : value.as_table())
                node.members.emplace_back(name, node_from(member, source));
            // The library keeps tables in a hash map; the file's order makes messages come in the reader's order.
            std::sort(node.members.begin(), node.members.end(), [](const auto& a, const auto& b) {
                return std::pair(a.second.place.line, a.second.place.column) <
                       std::pair(b.second.place.line, b.second.place.column);
            });
            break;
        case toml::value_t::offset_datetime:
        case toml::value_t::local_datetime:
        case toml::value_t::local_date:
        case toml::value_t::local_time:
            node.kind = Node::Kind::Time;
            break;
        case toml::value_t::empty:
            break;
    }
    return node;
}

// "[error] toml::parse_key: an invalid key appeared.\n --> …" becomes "an invalid key appeared".
std::string first_sentence(std::string_view what) {
    std::string_view line = what.substr(0, what.find('\n'));
    if (line.starts_with("[error] ")) line.remove_prefix(8);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos &&
        line.substr(0, colon).find(' ') == std::string_view::npos)
        line.remove_prefix(colon + 2);
    while (line.ends_with('.') || line.ends_with(' '))
        line.remove_suffix(1);
    return std::string(line);
}

// Columns are counted in octets, as the library counts them.
Error not_utf8(std::string_view text, std::size_t at, const std::string& source) {
    const std::string_view before = text.substr(0, at);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1: the first line
    return Error("config.syntax", Blame::Operator, "this is not TOML: it is not UTF-8 text")
        .at({.source = source,
             .line = 1 + static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')),
             .column = static_cast<std::uint32_t>(at - line_start + 1)})
        .remedy("save the file as UTF-8");
}

}  // namespace

std::string_view to_string(Node::Kind kind) {
    switch (kind) {
        case Node::Kind::Table:
            return "a table";
        case Node::Kind::List:
            return "a list";
        case Node::Kind::Text:
            return "text";
        case Node::Kind::Integer:
            return "a whole number";
        case Node::Kind::Number:
            return "a number with a decimal point";
        case Node::Kind::Boolean:
            return "true or false";
        case Node::Kind::Time:
            return "a date or time";
    }
    return "";
}

const Node* Node::find(std::string_view name) const {
    for (const auto& [key, member] : members)
        if (key == name) return &member;
    return nullptr;
}

Node* Node::find(std::string_view name) {
    for (auto& [key, member] : members)
        if (key == name) return &member;
    return nullptr;
}

Result<Node> parse_toml(const std::string& text, const std::string& source) {
    // Asked before the library is: 3.7 steps outside its buffer when a string holds other octets.
    if (const std::size_t valid = utf8_prefix(text); valid < text.size())
        return not_utf8(text, valid, source);
    const auto fault = [&](const std::string& what, const Place& place) {
        return Error("config.syntax", Blame::Operator, "this is not TOML: " + what)
            .at(place)
            .remedy("write key = value, one per line; text stands in double quotes");
    };
    try {
        std::istringstream in(text);
        return node_from(toml::parse(in, source), source);
    } catch (const toml::exception& thrown) {
        return fault(first_sentence(thrown.what()), place_of(thrown.location(), source));
    } catch (const std::exception& thrown) {
        return fault(first_sentence(thrown.what()), {.source = source});
    }
}

}  // namespace sallyport::config
