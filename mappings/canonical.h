// SPDX-License-Identifier: Apache-2.0
// Canonical documents as JSON Schema (2020-12 vocabulary, the subset in mappings/canonical/README.md) with our own keywords:
//   x-type     decimal, integer, date, time, moment, code, boolean; absent: text. Values are strings in the JSON.
//   x-kind     on a list: the field that says of which kind an entry is ("kind")
//   x-value    on a list with x-kind: the field `refs[department]` without a further name means ("value")
//   x-scale    most digits behind the point
// One definition for the mapping checker, the REST API, the Odoo posting and the documentation.
#pragma once

#include "gateway/base/error.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

enum class FieldType : std::uint8_t {
    Text,
    Code,
    Decimal,
    Integer,
    Date,
    Time,
    Moment,
    Boolean,
    Record,
    List
};
std::string_view to_string(FieldType type);

struct RecordType;

struct Field {
    std::string name;
    FieldType type = FieldType::Text;
    const RecordType* record = nullptr;  // Record and List
    int kind_slot = -1;                  // List with x-kind: slot of the kind in `record`
    int value_slot = -1;                 // List with x-value
    std::uint32_t max_length = 0;        // characters; 0: no limit
    int max_scale = -1;                  // Decimal; -1: no limit
    bool required = false;
    std::string default_value;        // empty: none
    std::vector<std::string> values;  // enum of a code; empty: open
    std::string description;
};

// Slots are the index in `fields`, in the order of the schema, which is the order of the JSON that is written.
struct RecordType {
    std::string name;  // "$defs" name, or the document's
    std::vector<Field> fields;
    bool open = false;  // additional properties are allowed (extras)
    // -1: none. `likely`: where it is looked for first; the one behind the last when a document is walked through.
    int slot(std::string_view name, int likely = 0) const;
};

struct Conformance {
    std::string pointer;  // "/lines/0/quantity"
    std::string message;
    std::string remedy;
};

// Immutable, thread-safe.
class DocumentSchema {
public:
    // Error canonical.schema (Blame::Operator) names the pointer of what cannot be used.
    // `others` gives the text of another schema file by its name ("common.schema.json"), for references into it.
    using Others = std::function<Result<std::string>(std::string_view name)>;
    static Result<std::shared_ptr<const DocumentSchema>> parse(std::string_view json,
                                                               const Others& others = {});

    const std::string& name() const { return m_name; }        // "order"
    const std::string& version() const { return m_version; }  // "1"
    const RecordType& root() const { return *m_root; }

    // Empty when the document conforms. At most 100 findings.
    std::vector<Conformance> check(const nlohmann::ordered_json& document) const;

private:
    friend class SchemaReader;
    std::string m_name, m_version;
    std::vector<std::unique_ptr<RecordType>> m_records;
    const RecordType* m_root = nullptr;
};

// True when `text` is a value of that type: exact decimal, CCYY-MM-DD, HH:MM[:SS], date[THH:MM[:SS]][offset] …
bool is_value(FieldType type, std::string_view text);

}  // namespace sallyport::mapping
