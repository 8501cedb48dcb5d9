// SPDX-License-Identifier: Apache-2.0
// A JSON document against a JSON Schema that uses no more than type, required, properties, additionalProperties: false, items,
// enum, minimum and $ref into $defs; any other keyword fails the test, so that a schema cannot promise what nobody checks.
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace sallyport::testing_support {

class JsonShape {
public:
    explicit JsonShape(nlohmann::json schema) : m_schema(std::move(schema)) {}

    // Empty: it fits; else the first place that does not.
    std::string misfit(const nlohmann::json& document) const {
        return check(document, m_schema, "$");
    }

private:
    using Json = nlohmann::json;

    std::string check(const Json& value, const Json& schema, const std::string& at) const {
        if (schema.contains("$ref")) {
            const std::string name = schema["$ref"];
            return check(value, m_schema["$defs"].at(name.substr(name.rfind('/') + 1)), at);
        }
        static const std::set<std::string> Known = {"$schema",
                                                    "title",
                                                    "$defs",
                                                    "type",
                                                    "required",
                                                    "properties",
                                                    "additionalProperties",
                                                    "items",
                                                    "enum",
                                                    "minimum"};
        for (const auto& [keyword, unused] : schema.items()) {
            if (Known.count(keyword) == 0)
                return "the schema has a keyword not checked: " + keyword;
        }
        if (schema.contains("enum") &&
            std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
            return at + ": " + value.dump() + " is not one of " + schema["enum"].dump();
        if (schema.contains("type") && !has_type(value, schema["type"]))
            return at + " is no " + schema["type"].get<std::string>();
        if (schema.contains("minimum") && value < schema["minimum"])
            return at + " is less than " + schema["minimum"].dump();
        if (value.is_object()) return check_object(value, schema, at);
        if (!value.is_array() || !schema.contains("items")) return {};
        for (std::size_t i = 0; i < value.size(); ++i) {
            std::string wrong =
                check(value[i], schema["items"], at + "[" + std::to_string(i) + "]");
            if (!wrong.empty()) return wrong;
        }
        return {};
    }

    std::string check_object(const Json& value, const Json& schema, const std::string& at) const {
        for (const auto& name : schema.value("required", Json::array())) {
            if (!value.contains(name)) return at + " lacks " + name.get<std::string>();
        }
        const Json properties = schema.value("properties", Json::object());
        for (const auto& [name, inner] : value.items()) {
            if (!properties.contains(name)) return at + " has " + name + ", which is not promised";
            std::string wrong = check(inner, properties[name], at + "." + name);
            if (!wrong.empty()) return wrong;
        }
        return {};
    }

    static bool has_type(const Json& value, const std::string& type) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "boolean") return value.is_boolean();
        return type == "integer" && value.is_number_integer();
    }

    Json m_schema;
};

}  // namespace sallyport::testing_support
