// SPDX-License-Identifier: Apache-2.0
// A canonical document while a map runs: sparse records in an arena, so that pointers stay and a field costs one string.
// Private to mappings/.
#pragma once

#include "mappings/canonical.h"

#include <nlohmann/json_fwd.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct DocHop;
struct DocPlace;
struct DocRecord;

struct DocValue {
    std::uint16_t slot = 0;
    std::string text;                 // scalar fields
    std::vector<DocRecord*> records;  // one of a record, the entries of a list
};

struct DocRecord {
    const RecordType* type = nullptr;
    std::vector<DocValue> values;  // in the order they were set
    DocRecord* parent = nullptr;
    std::uint16_t slot = 0;   // in the parent
    std::uint32_t index = 0;  // in the list, from 1; 0: not in a list

    DocValue* find(std::uint16_t wanted);
    const DocValue* find(std::uint16_t wanted) const;
    std::string_view text(int wanted) const;  // empty: absent
    bool empty() const { return values.empty(); }
};

// Owns every record of one run. Not thread-safe.
class DocArena {
public:
    DocRecord* make(const RecordType* type) {
        m_records.emplace_back();
        m_records.back().type = type;
        m_records.back().values.reserve(std::min<std::size_t>(8, type->fields.size()));
        return &m_records.back();
    }

private:
    std::deque<DocRecord> m_records;
};

// Puts `child` into `parent` at `field`; lists get it as their last entry.
void attach(DocRecord& parent, std::uint16_t slot, DocRecord& child, bool list);

// The record the hops lead to. With `arena` missing ones are made, entries of a kind included; without: null.
DocRecord* descend(DocRecord* from, const std::vector<DocHop>& hops, DocArena* arena);

// "lines[1].item.upc", "refs[department]".
std::string field_path(const DocRecord& record, int slot);

// The texts go into the JSON: the record is of no use afterwards.
nlohmann::ordered_json taken_json(DocRecord& record);
// The document must conform to the schema (DocumentSchema::check).
DocRecord* from_json(const nlohmann::ordered_json& json, const RecordType& type, DocArena& arena);

}  // namespace sallyport::mapping
