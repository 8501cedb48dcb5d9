// SPDX-License-Identifier: Apache-2.0
// Inside config only: a TOML document as plain values with their places, so that one file alone knows the TOML library.
#pragma once

#include "gateway/base/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::config {

struct Node {
    enum class Kind : std::uint8_t { Table, List, Text, Integer, Number, Boolean, Time };
    Kind kind = Kind::Table;
    Place place{};  // of the value; of a table's heading
    std::string text{};
    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;
    std::vector<std::pair<std::string, Node>> members{};  // in the order of the file
    std::vector<Node> items{};

    const Node* find(std::string_view name) const;
    Node* find(std::string_view name);
};

std::string_view to_string(
    Node::Kind kind);  // as people say it: "a table", "text", "a whole number", …

// `source` is what places name. Error codes: config.syntax (the first fault; the rest of the file is not read).
Result<Node> parse_toml(const std::string& text, const std::string& source);

}  // namespace sallyport::config
