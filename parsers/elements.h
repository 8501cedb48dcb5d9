// SPDX-License-Identifier: Apache-2.0
// One segment against its definition: presence, types, lengths, codes, repeats, conditions. Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/faults.h"
#include "parsers/schema.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::edi {

// What one simple value may be wrong in; Good is the fast path and costs no allocation.
enum class ValueFault : std::uint8_t {
    Good,
    TooShort,
    TooLong,
    Character,
    Number,
    Decimal,
    Code,
    Date,
    Time
};

struct ElementRules {
    Standard standard = Standard::X12;
    bool lower_case = true;  // X12 extended character set
    char decimal = '.';
    bool repetitions =
        true;  // false: below EDIFACT syntax 4, repeats stand as elements of their own
    const CodeAdditions* extra_codes = nullptr;  // an association's; not owned
};

// Type and length only; codes apart (both may be wrong at once).
ValueFault check_value(std::string_view value, const Element& element, const ElementRules& rules);

// Reports every fault of `segment` into `sink`. `loop` is the path of the instance it stands in.
class ElementChecker {
public:
    ElementChecker(const ElementRules& rules, FaultSink& sink) : m_rules(rules), m_sink(sink) {}
    void check(const Segment& segment, const SegmentSchema& schema, std::string_view loop);

private:
    void value(const Value& value, const ElementRef& ref);
    void simple(const Value& value, const Element& element, bool composite);
    void composites();
    void one_composite(std::uint16_t element,
                       std::uint16_t repetition,
                       const Composite& composite,
                       std::uint64_t present);
    void condition(const Condition& condition,
                   std::uint64_t present,
                   const Locator& within,
                   std::uint64_t& reported);
    void report(std::string_view code,
                const Locator& at,
                bool composite,
                std::string_view value,
                std::string message);
    const Value* at(std::uint16_t element) const;

    ElementRules m_rules;
    FaultSink& m_sink;
    const Segment* m_segment = nullptr;
    const SegmentSchema* m_schema = nullptr;
    std::string_view m_loop;
    std::uint64_t m_present = 0;  // bit i: element i+1 has a value
};

}  // namespace sallyport::edi
