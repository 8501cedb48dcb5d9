// SPDX-License-Identifier: Apache-2.0
#include "mappings/canonical.h"

#include "gateway/base/decimal.h"
#include "mappings/lenses.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

std::string_view to_string(FieldType type) {
    switch (type) {
        case FieldType::Text:
            return "text";
        case FieldType::Code:
            return "code";
        case FieldType::Decimal:
            return "decimal";
        case FieldType::Integer:
            return "integer";
        case FieldType::Date:
            return "date";
        case FieldType::Time:
            return "time";
        case FieldType::Moment:
            return "moment";
        case FieldType::Boolean:
            return "boolean";
        case FieldType::Record:
            return "record";
        case FieldType::List:
            return "list";
    }
    return "text";
}

int RecordType::slot(std::string_view wanted, int likely) const {
    const std::size_t count = fields.size();
    std::size_t at = std::min(static_cast<std::size_t>(std::max(likely, 0)), count);
    for (std::size_t i = 0; i < count; ++i, ++at) {
        if (at >= count) at = 0;
        if (fields[at].name == wanted) return static_cast<int>(at);
    }
    return -1;
}

namespace {

bool digits(std::string_view text, std::size_t at, std::size_t count) {
    if (text.size() < at + count) return false;
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                       text.begin() + static_cast<std::ptrdiff_t>(at + count),
                       [](char c) { return c >= '0' && c <= '9'; });
}
int number(std::string_view text, std::size_t at, std::size_t count) {
    int out = 0;
    for (std::size_t i = at; i < at + count; ++i)
        out = out * 10 + (text[i] - '0');
    return out;
}

bool is_date(std::string_view text) {
    if (text.size() != 10 || !digits(text, 0, 4) || text[4] != '-' || !digits(text, 5, 2) ||
        text[7] != '-' || !digits(text, 8, 2))
        return false;
    static constexpr int Days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int year = number(text, 0, 4);
    const int month = number(text, 5, 2);
    const int day = number(text, 8, 2);
    if (month < 1 || month > 12 || day < 1) return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= (month == 2 && leap ? 29 : Days[month - 1]);
}

// Most decimals, without arithmetic: 12, 12.50.
bool plain_number(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos)
        return !text.empty() && text.size() < 19 && digits(text, 0, text.size());
    return point > 0 && point + 1 < text.size() && text.size() < 19 && digits(text, 0, point) &&
           digits(text, point + 1, text.size() - point - 1);
}

// HH:MM[:SS[.fff]]
bool is_time(std::string_view text) {
    if (text.size() < 5 || !digits(text, 0, 2) || text[2] != ':' || !digits(text, 3, 2))
        return false;
    if (number(text, 0, 2) > 23 || number(text, 3, 2) > 59) return false;
    if (text.size() == 5) return true;
    if (text[5] != ':' || !digits(text, 6, 2) || number(text, 6, 2) > 60) return false;
    if (text.size() == 8) return true;
    return text[8] == '.' && text.size() > 9 && text.size() <= 18 &&
           digits(text, 9, text.size() - 9);
}

// date [ T time ] [ Z | ±HH:MM ]
bool is_moment(std::string_view text) {
    if (text.size() == 10) return is_date(text);
    if (text.size() < 16 || !is_date(text.substr(0, 10)) || text[10] != 'T') return false;
    std::string_view rest = text.substr(11);
    if (rest.ends_with('Z')) return is_time(rest.substr(0, rest.size() - 1));
    if (rest.size() > 6) {
        const std::string_view offset = rest.substr(rest.size() - 6);
        if ((offset[0] == '+' || offset[0] == '-') && is_time(offset.substr(1)))
            return is_time(rest.substr(0, rest.size() - 6));
    }
    return is_time(rest);
}

}  // namespace

bool is_value(FieldType type, std::string_view text) {
    switch (type) {
        case FieldType::Text:
        case FieldType::Code:
            return true;
        case FieldType::Decimal:
            return plain_number(text) || static_cast<bool>(Decimal::parse(text));
        case FieldType::Integer: {
            if (text.size() < 19 && digits(text, 0, text.size()) && !text.empty()) return true;
            const Result<Decimal> value = Decimal::parse(text);
            return value && value->scale() == 0 && text.find('.') == std::string_view::npos;
        }
        case FieldType::Date:
            return is_date(text);
        case FieldType::Time:
            return is_time(text);
        case FieldType::Moment:
            return is_moment(text);
        case FieldType::Boolean:
            return text == "true" || text == "false";
        case FieldType::Record:
        case FieldType::List:
            return false;
    }
    return false;
}

class SchemaReader {
public:
    explicit SchemaReader(const DocumentSchema::Others& others) : m_others(others) {}

    Result<std::shared_ptr<const DocumentSchema>> read(std::string_view text) {
        m_schema = std::make_shared<DocumentSchema>();
        m_files[""] = Json::parse(text, nullptr, false);
        const Json& json = m_files[""];
        if (json.is_discarded() || !json.is_object()) return fail("", "this is not a JSON object");
        m_schema->m_name = json.value("title", "");
        m_schema->m_version = json.value("x-version", "1");
        if (m_schema->m_name.empty())
            return fail("", "\"title\" names the document and is missing");
        m_schema->m_root = record(json, "", "#");
        if (!m_problem.empty()) return fail(m_pointer, m_problem);
        return std::shared_ptr<const DocumentSchema>(m_schema);
    }

private:
    static Error fail(const std::string& pointer, const std::string& what) {
        return Error("canonical.schema",
                     Blame::Operator,
                     "schema at " + (pointer.empty() ? "#" : pointer) + ": " + what);
    }
    void problem(const std::string& pointer, const std::string& what) {
        if (!m_problem.empty()) return;
        m_pointer = pointer;
        m_problem = what;
    }

    // Follows "$ref": the target, its file and its pointer. Null when there is none or it cannot be followed.
    const Json* target(const Json& node, std::string& file, std::string& pointer) {
        const std::string ref = node.value("$ref", "");
        const std::size_t hash = ref.find('#');
        if (hash == std::string::npos) {
            problem(pointer, "\"" + ref + "\" is not a reference of the form file#/$defs/name");
            return nullptr;
        }
        if (hash > 0) file = ref.substr(0, hash);
        pointer = ref.substr(hash);
        if (!m_files.contains(file)) {
            if (!m_others) {
                problem(pointer, "no other schema files are at hand for \"" + file + "\"");
                return nullptr;
            }
            const Result<std::string> text = m_others(file);
            if (!text) {
                problem(pointer, text.error().what());
                return nullptr;
            }
            m_files[file] = Json::parse(*text, nullptr, false);
        }
        const Json& root = m_files[file];
        const Json::json_pointer at(pointer.substr(1));
        if (root.is_discarded() || !root.contains(at)) {
            problem(pointer, "the reference leads nowhere");
            return nullptr;
        }
        return &root.at(at);
    }

    const RecordType* record(const Json& node,
                             const std::string& file,
                             const std::string& pointer) {
        const std::string key = file + pointer;
        if (const auto known = m_known.find(key); known != m_known.end()) return known->second;
        auto made = std::make_unique<RecordType>();
        RecordType* type = made.get();
        m_known[key] = type;
        m_schema->m_records.push_back(std::move(made));
        type->name = pointer == "#" ? m_schema->m_name : pointer.substr(pointer.rfind('/') + 1);
        type->open = node.value("additionalProperties", false);
        if (!node.contains("properties") || !node["properties"].is_object()) {
            problem(pointer, "a record needs \"properties\"");
            return type;
        }
        std::vector<std::string> required;
        if (node.contains("required"))
            for (const Json& name : node["required"])
                required.push_back(name.get<std::string>());
        for (const auto& [name, property] : node["properties"].items()) {
            Field one = field(property, file, pointer + "/properties/" + name);
            one.name = name;
            one.required = std::find(required.begin(), required.end(), name) != required.end();
            type->fields.push_back(std::move(one));
        }
        return type;
    }

    Field field(const Json& node, std::string file, std::string pointer) {
        Field out;
        out.description = node.value("description", "");
        const Json* at = &node;
        if (node.contains("$ref")) at = target(node, file, pointer);
        if (at == nullptr) return out;
        const std::string type = at->value("type", "");
        if (type == "object") {
            out.type = FieldType::Record;
            out.record = record(*at, file, pointer);
        } else if (type == "array") {
            list(out, *at, file, pointer);
        } else if (type == "string") {
            scalar(out, *at, pointer);
        } else {
            problem(pointer,
                    "\"type\" is \"" + type + "\"; object, array and string are used here");
        }
        return out;
    }

    void list(Field& out, const Json& node, std::string file, std::string pointer) {
        out.type = FieldType::List;
        if (!node.contains("items")) return problem(pointer, "a list needs \"items\"");
        const Json* items = &node["items"];
        pointer += "/items";
        if (items->contains("$ref")) items = target(*items, file, pointer);
        if (items == nullptr) return;
        out.record = record(*items, file, pointer);
        out.kind_slot = named_slot(*items, node.value("x-kind", ""), "x-kind", pointer);
        out.value_slot = named_slot(*items, node.value("x-value", ""), "x-value", pointer);
    }

    void scalar(Field& out, const Json& node, const std::string& pointer) {
        static const std::vector<std::string> Types = {
            "text", "code", "decimal", "integer", "date", "time", "moment", "boolean"};
        const auto found = std::find(Types.begin(), Types.end(), node.value("x-type", "text"));
        if (found == Types.end()) return problem(pointer, "unknown x-type");
        out.type = static_cast<FieldType>(found - Types.begin());
        out.max_length = node.value("maxLength", 0U);
        out.max_scale = node.value("x-scale", -1);
        out.default_value = node.value("default", "");
        if (node.contains("enum"))
            for (const Json& value : node["enum"])
                out.values.push_back(value.get<std::string>());
    }

    // The place of a property among those of `items`: of the schema text, since a record that contains itself is not
    // complete yet here.
    int named_slot(const Json& items,
                   const std::string& name,
                   const char* keyword,
                   const std::string& pointer) {
        if (name.empty()) return -1;
        int slot = 0;
        if (items.contains("properties"))
            for (const auto& [property, ignored] : items["properties"].items()) {
                if (property == name) return slot;
                ++slot;
            }
        problem(pointer,
                std::string(keyword) + " names \"" + name + "\", which is no field of the entries");
        return -1;
    }

    const DocumentSchema::Others& m_others;
    std::shared_ptr<DocumentSchema> m_schema;
    std::map<std::string, Json> m_files;
    std::map<std::string, const RecordType*> m_known;
    std::string m_pointer, m_problem;
};

Result<std::shared_ptr<const DocumentSchema>> DocumentSchema::parse(std::string_view json,
                                                                    const Others& others) {
    return SchemaReader(others).read(json);
}

namespace {

// The way down to a value; spelled out only when there is something to say about it.
struct Way {
    const Way* above = nullptr;
    std::string_view name;
    std::size_t index = std::string_view::npos;  // of a list; else the name counts

    std::string pointer() const {
        if (above == nullptr) return {};
        return above->pointer() + "/" +
               (index == std::string_view::npos ? std::string(name) : std::to_string(index));
    }
};

class Checker {
public:
    std::vector<Conformance> out;

    void record(const RecordType& type, const Json& node, const Way& way, unsigned depth) {
        if (!node.is_object())
            return add(way, "a record is expected here, not " + std::string(node.type_name()), "");
        if (depth > 64) return add(way, "nested deeper than 64", "");
        std::size_t required = 0;
        int slot = -1;
        for (const auto& [name, value] : node.get_ref<const Json::object_t&>()) {
            slot = type.slot(name, slot + 1);
            const Way below{&way, name};
            if (slot >= 0) {
                const Field& one = type.fields[static_cast<std::size_t>(slot)];
                required += one.required ? 1U : 0U;
                field(one, value, below, depth);
            } else if (!type.open) {
                unknown(type, below);
            }
        }
        for (const Field& one : type.fields)
            if (one.required && required-- == 0) return missing(type, node, way);
    }

private:
    void missing(const RecordType& type, const Json& node, const Way& way) {
        for (const Field& one : type.fields)
            if (one.required && !node.contains(one.name))
                add({&way, one.name}, "is missing", one.description);
    }
    void add(const Way& way, std::string message, std::string remedy) {
        if (out.size() < 100) out.push_back({way.pointer(), std::move(message), std::move(remedy)});
    }
    void unknown(const RecordType& type, const Way& way) {
        std::vector<std::string> names;
        for (const Field& one : type.fields)
            names.push_back(one.name);
        const std::string near = near_match(way.name, names);
        add(way,
            "there is no such field in " + type.name,
            near.empty() ? "" : "did you mean " + near + "?");
    }
    void field(const Field& one, const Json& value, const Way& way, unsigned depth) {
        if (one.type == FieldType::Record) return record(*one.record, value, way, depth + 1);
        if (one.type == FieldType::List) {
            if (!value.is_array())
                return add(way,
                           "a list is expected here, not " + std::string(value.type_name()),
                           "write [ … ]");
            for (std::size_t i = 0; i < value.size(); ++i)
                record(*one.record, value[i], {&way, {}, i}, depth + 1);
            return;
        }
        if (!value.is_string())
            return add(way,
                       "a text is expected here, not " + std::string(value.type_name()),
                       "put the value in quotes; numbers too, so that 10.50 stays 10.50");
        const std::string& text = value.get_ref<const std::string&>();
        if (text.empty())
            return add(way, "is empty", "leave the field out: absent is the only kind of nothing");
        if (!is_value(one.type, text))
            return add(way, "\"" + text + "\" is not a " + std::string(to_string(one.type)), "");
        if (!one.values.empty() &&
            std::find(one.values.begin(), one.values.end(), text) == one.values.end()) {
            const std::string near = near_match(text, one.values);
            add(way,
                "\"" + text + "\" is not one of its values",
                near.empty() ? "" : "did you mean " + near + "?");
        }
        if (one.max_length > 0 && text.size() > one.max_length && characters(text) > one.max_length)
            add(way, "is longer than " + std::to_string(one.max_length), "");
    }
};

}  // namespace

std::vector<Conformance> DocumentSchema::check(const Json& document) const {
    Checker checker;
    checker.record(*m_root, document, Way{}, 0);
    return std::move(checker.out);
}

}  // namespace sallyport::mapping
