// SPDX-License-Identifier: Apache-2.0
// A canonical document while a map runs: sparse records in an arena, so that pointers stay and a field costs one string.
// Private to mappings/.
#pragma once

#include "mappings/arena.h"
#include "mappings/canonical.h"

#include <nlohmann/json_fwd.hpp>

#include <algorithm>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct DocHop;
struct DocPlace;
struct DocRecord;

// Texts are views: into the JSON or the plan, or kept by the arena.
struct DocValue {
    std::uint16_t slot = 0;
    std::string_view text;                 // scalar fields
    std::pmr::vector<DocRecord*> records;  // one of a record, the entries of a list
};

struct DocRecord {
    DocRecord(const RecordType* of, std::pmr::memory_resource* memory) : type(of), values(memory) {
        values.reserve(std::min<std::size_t>(8, of->fields.size()));
    }
    const RecordType* type;
    std::pmr::vector<DocValue> values;  // in the order they were set
    DocRecord* parent = nullptr;
    std::uint16_t slot = 0;   // in the parent
    std::uint32_t index = 0;  // in the list, from 1; 0: not in a list
    std::uint64_t held =
        0;  // a bit for every slot that is set, modulo 64: most look-ups find nothing

    DocValue* find(std::uint16_t wanted);
    const DocValue* find(std::uint16_t wanted) const;
    std::string_view text(int wanted) const;  // empty: absent
    bool empty() const { return values.empty(); }
    bool may_hold(std::uint16_t wanted) const { return (held >> (wanted & 63U) & 1U) != 0; }
    DocValue& add(std::uint16_t at, std::string_view text) {
        held |= std::uint64_t{1} << (at & 63U);
        return values.emplace_back(
            DocValue{at, text, std::pmr::vector<DocRecord*>(values.get_allocator().resource())});
    }
};

// Owns every record of one run. Not thread-safe.
class DocArena {
public:
    DocRecord* make(const RecordType* type) {
        return m_arena.make<DocRecord>(type, m_arena.memory());
    }
    std::string_view keep(std::string_view text) { return m_arena.keep(text); }

private:
    Arena m_arena;
};

// Puts `child` into `parent` at `field`; lists get it as their last entry.
void attach(DocRecord& parent, std::uint16_t slot, DocRecord& child, bool list);

// The record the hops lead to. With `arena` missing ones are made, entries of a kind included; without: null.
DocRecord* descend(DocRecord* from, std::span<const DocHop> hops, DocArena* arena);

// "lines[1].item.upc", "refs[department]".
std::string field_path(const DocRecord& record, int slot);

// The fields in the order of the schema; sorts those of the record.
nlohmann::ordered_json to_json(DocRecord& record);
// The document must conform to the schema (DocumentSchema::check), and outlive the record.
DocRecord* from_json(const nlohmann::ordered_json& json, const RecordType& type, DocArena& arena);

}  // namespace sallyport::mapping
