// SPDX-License-Identifier: Apache-2.0
// Inside config only: one setting, declared once. From this come parsing, defaults, ranges, hints, the effective
// configuration and the reference.
#pragma once

#include "config/node.h"
#include "config/partners.h"
#include "config/secret_ref.h"
#include "config/settings.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::config {

// Where the value goes; the kind of pointer is the kind of setting.
using Target = std::variant<bool*,
                            char*,
                            double*,
                            std::uint32_t*,
                            std::uint64_t*,
                            std::string*,
                            std::vector<std::string>*,
                            std::map<std::string, std::string>*,
                            std::chrono::milliseconds*,
                            std::chrono::seconds*,
                            std::filesystem::path*,
                            std::vector<std::filesystem::path>*,
                            SecretRef*,
                            Endpoint*,
                            HttpListener*,
                            MdnMode*,
                            AckPolicy*>;

struct Field {
    std::string key{};       // dotted, within its table: "retry.first_delay"
    std::string standard{};  // the default as TOML; empty: the file must give it
    Target target{};
    std::string help{};
    double least = 0;  // range of numbers, in milliseconds, octets or units; both 0: any
    double most = 0;
    std::vector<std::string> choices{};  // of text and of each item of a list; empty: any
    bool reloadable = false;
    bool may_be_empty = true;  // text and lists
    bool octets = false;       // a uint64 that counts octets: "64MiB"
};

struct FieldContext {
    std::filesystem::path base{};  // what relative paths are relative to
};

std::string type_name(const Field& field);
std::string range_text(const Field& field);

// Puts the value where it belongs. Error codes: config.type, config.range, config.value, config.secret.*; with the place.
Status read_field(const Field& field, const Node& node, const FieldContext& context);
// The value as TOML.
std::string show_field(const Field& field);

std::string show_duration(std::chrono::milliseconds duration);  // "90s", "250ms", "7d"
std::string show_octets(std::uint64_t octets);                  // "64MiB"
std::string toml_text(std::string_view text);                   // TOML basic string

}  // namespace sallyport::config
