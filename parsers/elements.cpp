// SPDX-License-Identifier: Apache-2.0
#include "parsers/elements.h"

#include "parsers/printable.h"

#include <algorithm>
#include <array>
#include <bit>

namespace sallyport::edi {
namespace {

constexpr std::uint64_t bit(std::size_t position) {
    return position >= 1 && position <= 64 ? std::uint64_t{1} << (position - 1) : 0;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_blank(std::string_view text) {
    return text.find_first_not_of(' ') == std::string_view::npos;
}

// Characters of UTF-8 text; ISO 8859-1 octets that are no UTF-8 count one each as well.
std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1u : 0u;
    return count;
}

// X12.6 basic set, extended set (lower case and the rest of ASCII), and national characters above it.
enum class CharacterSet : std::uint8_t { None, Basic, Extended, National };

constexpr std::array<CharacterSet, 256> character_sets() {
    std::array<CharacterSet, 256> table{};
    for (std::size_t c = 0x20; c < 0x7F; ++c)
        table[c] = CharacterSet::Extended;
    for (std::size_t c = 0x80; c < 0x100; ++c)
        table[c] = CharacterSet::National;
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"&'()*+,-./:;?= "))
        table[static_cast<unsigned char>(c)] = CharacterSet::Basic;
    return table;
}
constexpr auto CharacterSets = character_sets();

ValueFault check_characters(std::string_view value, bool lower_case) {
    for (const char c : value) {
        const CharacterSet set = CharacterSets[static_cast<unsigned char>(c)];
        if (set == CharacterSet::None || (set != CharacterSet::Basic && !lower_case))
            return ValueFault::Character;
    }
    return ValueFault::Good;
}

ValueFault check_length(std::size_t length, const Element& element) {
    if (length < element.min) return ValueFault::TooShort;
    return length > element.max ? ValueFault::TooLong : ValueFault::Good;
}

int two_digits(std::string_view text, std::size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// CCYYMMDD or YYMMDD; of two-digit years the leap day counts when any century has it.
bool is_date(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_digit) || (text.size() != 6 && text.size() != 8))
        return false;
    const std::size_t month_at = text.size() - 4;
    const int year = text.size() == 8 ? two_digits(text, 0) * 100 + two_digits(text, 2)
                                      : 2000 + two_digits(text, 0);
    const int month = two_digits(text, month_at);
    const int day = two_digits(text, month_at + 2);
    static constexpr std::array<int, 12> Days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || (text.size() == 8 && year == 0)) return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int last = Days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
    return day >= 1 && day <= last;
}

// HHMM, HHMMSS, HHMMSSd, HHMMSSdd.
bool is_time(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_digit)) return false;
    if (text.size() != 4 && (text.size() < 6 || text.size() > 8)) return false;
    return two_digits(text, 0) <= 23 && two_digits(text, 2) <= 59 &&
           (text.size() == 4 || two_digits(text, 4) <= 59);
}

// Digits of a number with optional minus and, for `real`, one decimal mark; nothing when it is no number.
std::size_t count_digits(std::string_view value, bool real, char mark) {
    std::size_t digits = 0;
    bool marked = false;
    for (std::size_t i = value.substr(0, 1) == "-" ? 1 : 0; i < value.size(); ++i) {
        const char c = value[i];
        if (is_digit(c)) {
            ++digits;
        } else if (real && !marked && (c == mark || (mark == ',' && c == '.'))) {
            marked = true;
        } else {
            return 0;
        }
    }
    return digits;
}

ValueFault check_number(std::string_view value, const Element& element, bool real, char mark) {
    const std::size_t digits = count_digits(value, real, mark);
    return digits == 0 ? ValueFault::Number : check_length(digits, element);
}

// EDIFACT numbers: minus first, digits on both sides of the one mark, mark and minus not counted (ISO 9735-1).
ValueFault check_edifact_number(std::string_view value, const Element& element) {
    std::size_t digits = 0, before = 0, mark = 0;
    for (std::size_t i = value.substr(0, 1) == "-" ? 1 : 0; i < value.size(); ++i) {
        const char c = value[i];
        if (is_digit(c)) {
            ++digits;
        } else if ((c == '.' || c == ',') && mark == 0) {
            mark = i;
            before = digits;
            if (before == 0) return ValueFault::Decimal;
        } else {
            return ValueFault::Number;
        }
    }
    if (digits == 0) return ValueFault::Number;
    if (mark != 0 && digits == before) return ValueFault::Decimal;
    return check_length(digits, element);
}

ValueFault check_edifact_text(std::string_view value, const Element& element, bool letters) {
    if (letters && std::any_of(value.begin(), value.end(), is_digit)) return ValueFault::Number;
    for (const char c : value) {
        if (is_control(c)) return ValueFault::Character;
    }
    return check_length(characters(value), element);
}

std::string_view code_of(ValueFault fault) {
    switch (fault) {
        case ValueFault::Good:
            return {};
        case ValueFault::TooShort:
            return "edi.element.too-short";
        case ValueFault::TooLong:
            return "edi.element.too-long";
        case ValueFault::Character:
            return "edi.element.character";
        case ValueFault::Number:
            return "edi.element.number";
        case ValueFault::Code:
            return "edi.element.code";
        case ValueFault::Decimal:
            return "edi.element.decimal";
        case ValueFault::Date:
            return "edi.element.date";
        case ValueFault::Time:
            return "edi.element.time";
    }
    return {};
}

std::string message_of(ValueFault fault, std::string_view value, const Element& element) {
    const std::string quoted = "\"" + shown(value) + "\"";
    switch (fault) {
        case ValueFault::Good:
            return {};
        case ValueFault::TooShort:
            return quoted + " has " + std::to_string(characters(value)) + " characters, at least " +
                   std::to_string(element.min) + " are required";
        case ValueFault::TooLong:
            return quoted + " has " + std::to_string(characters(value)) + " characters, " +
                   std::to_string(element.max) + " is the limit";
        case ValueFault::Character:
            return quoted + " holds a character the standard does not allow here";
        case ValueFault::Number:
            return quoted + (element.type == DataType::Alpha
                                 ? " holds a digit, letters are required"
                                 : " is not a number of the required form");
        case ValueFault::Decimal:
            return quoted + " needs a digit on either side of the decimal mark";
        case ValueFault::Code:
            return quoted + " is not in the code list of element " + std::string(element.id);
        case ValueFault::Date:
            return quoted + " is not a date";
        case ValueFault::Time:
            return quoted + " is not a time";
    }
    return {};
}

std::string place_name(std::string_view tag, std::uint16_t element) {
    return std::string(tag.substr(0, 6)) + (element < 10 ? "0" : "") + std::to_string(element);
}

}  // namespace

ValueFault check_value(std::string_view value, const Element& element, const ElementRules& rules) {
    switch (element.type) {
        case DataType::Text:
        case DataType::Code: {
            const ValueFault legal = check_characters(value, rules.lower_case);
            return legal != ValueFault::Good ? legal : check_length(characters(value), element);
        }
        case DataType::Implied:
            return check_number(value, element, false, rules.decimal);
        case DataType::Real:
            return check_number(value, element, true, rules.decimal);
        case DataType::Date:
            if (const ValueFault length = check_length(value.size(), element);
                length != ValueFault::Good)
                return length;
            return is_date(value) ? ValueFault::Good : ValueFault::Date;
        case DataType::Time:
            if (const ValueFault length = check_length(value.size(), element);
                length != ValueFault::Good)
                return length;
            return is_time(value) ? ValueFault::Good : ValueFault::Time;
        case DataType::Binary:
            return check_length(value.size(), element);
        case DataType::Digits:
            return check_edifact_number(value, element);
        case DataType::Alpha:
            return check_edifact_text(value, element, true);
        case DataType::Any:
            return check_edifact_text(value, element, false);
    }
    return ValueFault::Good;
}

void ElementChecker::check(const Segment& segment,
                           const SegmentSchema& schema,
                           std::string_view loop) {
    m_segment = &segment;
    m_schema = &schema;
    m_loop = loop;
    m_present = 0;
    bool composite = false;
    std::uint16_t too_many = 0;
    for (const Value& one : segment.values) {
        if (one.element > schema.elements.size()) {
            if (too_many == 0 && !one.text.empty()) too_many = one.element;
            continue;
        }
        const ElementRef& ref = schema.elements[one.element - 1u];
        composite = composite || ref.composite != nullptr;
        if (!one.text.empty()) {
            m_present |= bit(one.element);
            value(one, ref);
        } else if (!one.raw.empty() && is_blank(one.raw)) {
            report("edi.element.blank",
                   {one.element, one.component, one.repetition},
                   ref.composite != nullptr,
                   one.raw,
                   "the element holds nothing but blanks");
        }
    }
    if (too_many != 0) {
        report("edi.element.too-many",
               {too_many, 1, 1},
               false,
               at(too_many) ? at(too_many)->raw : std::string_view(),
               "segment " + std::string(schema.tag) + " has " +
                   std::to_string(schema.elements.size()) + " elements, this is number " +
                   std::to_string(too_many));
    } else if (!segment.values.empty() && segment.values.back().raw.empty()) {
        const Value& last = segment.values.back();
        report("edi.element.trailing-separator",
               {last.element, last.component, last.repetition},
               false,
               {},
               "the segment ends with a separator that separates nothing");
    }
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < schema.elements.size(); ++i) {
        if (schema.elements[i].usage == Usage::Mandatory && (m_present & bit(i + 1)) == 0) {
            missing |= bit(i + 1);
            const auto element = static_cast<std::uint16_t>(i + 1);
            report("edi.element.missing",
                   {element, 1, 1},
                   false,
                   {},
                   place_name(schema.tag, element) + " is mandatory and has no value");
        }
    }
    for (const Condition& one : schema.conditions)
        condition(one, m_present, {0, 1, 1}, missing);
    if (composite) composites();
}

const Value* ElementChecker::at(std::uint16_t element) const {
    return m_segment->value({element, 1, 1});
}

void ElementChecker::value(const Value& value, const ElementRef& ref) {
    const Locator place{value.element, value.component, value.repetition};
    if (value.repetition > 1 && value.component == 1 && value.repetition == ref.repeat + 1) {
        report("edi.element.repeated",
               place,
               ref.composite != nullptr,
               value.raw,
               place_name(m_schema->tag, value.element) + " may stand " +
                   std::to_string(ref.repeat) + " times, this is number " +
                   std::to_string(value.repetition));
    }
    if (ref.composite) {
        const std::size_t excess =
            value.component -
            std::min<std::size_t>(value.component, ref.composite->components.size());
        if (excess > 1) return;  // one fault for all that is too much
        if (excess == 1) {
            report("edi.component.too-many",
                   place,
                   true,
                   value.raw,
                   "composite " + std::string(ref.composite->id) + " has " +
                       std::to_string(ref.composite->components.size()) +
                       " components, this is number " + std::to_string(value.component));
        } else if (const Element* element =
                       ref.composite->components[value.component - 1u].element) {
            simple(value, *element, true);
        } else {
            report("edi.element.unused",
                   place,
                   true,
                   value.raw,
                   "this release does not use this component");
        }
    } else if (value.component > 1) {
        report("edi.component.too-many",
               place,
               true,
               value.raw,
               place_name(m_schema->tag, value.element) + " has no components");
    } else if (ref.element) {
        simple(value, *ref.element, false);
    } else {
        report("edi.element.unused",
               place,
               false,
               value.raw,
               "this release does not use this element");
    }
}

void ElementChecker::simple(const Value& value, const Element& element, bool composite) {
    // Numbers are judged without the blanks that some senders pad with; text keeps them, they may fill a minimum.
    const bool text = element.type == DataType::Text || element.type == DataType::Code ||
                      element.type == DataType::Binary;
    std::string_view judged = text && value.text.size() < element.min ? value.raw : value.text;
    if (m_rules.standard != Standard::X12) judged = value.text;
    const ValueFault fault = check_value(judged, element, m_rules);
    const Locator place{value.element, value.component, value.repetition};
    if (fault != ValueFault::Good) [[unlikely]]
        report(code_of(fault), place, composite, value.raw, message_of(fault, judged, element));
    const bool listed =
        !element.codes || element.codes->contains(value.text) ||
        (m_rules.extra_codes && adds_code(*m_rules.extra_codes, element.id, value.text));
    if (!listed) [[unlikely]] {
        report(code_of(ValueFault::Code),
               place,
               composite,
               value.raw,
               message_of(ValueFault::Code, value.text, element));
    }
}

// Mandatory components and conditions inside composites, per occurrence.
void ElementChecker::composites() {
    const auto& values = m_segment->values;
    for (std::size_t i = 0; i < values.size();) {
        const std::uint16_t element = values[i].element;
        const std::uint16_t repetition = values[i].repetition;
        std::uint64_t present = 0;
        for (; i < values.size() && values[i].element == element &&
               values[i].repetition == repetition;
             ++i) {
            if (!values[i].text.empty()) present |= bit(values[i].component);
        }
        if (element > m_schema->elements.size() || present == 0) continue;
        const Composite* composite = m_schema->elements[element - 1u].composite;
        if (composite) one_composite(element, repetition, *composite, present);
    }
}

void ElementChecker::one_composite(std::uint16_t element,
                                   std::uint16_t repetition,
                                   const Composite& composite,
                                   std::uint64_t present) {
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < composite.components.size(); ++i) {
        if (composite.components[i].usage != Usage::Mandatory || (present & bit(i + 1)) != 0)
            continue;
        missing |= bit(i + 1);
        const auto component = static_cast<std::uint16_t>(i + 1);
        report("edi.element.missing",
               {element, component, repetition},
               true,
               {},
               "component " + std::to_string(component) + " of " +
                   place_name(m_schema->tag, element) + " is mandatory and has no value");
    }
    for (const Condition& one : composite.conditions)
        condition(one, present, {element, 1, repetition}, missing);
}

// within.element 0: positions are elements of the segment; else components of that element.
void ElementChecker::condition(const Condition& condition,
                               std::uint64_t present,
                               const Locator& within,
                               std::uint64_t& reported) {
    const std::uint16_t element = within.element;
    std::uint64_t all = 0;
    for (const std::uint8_t position : condition.positions)
        all |= bit(position);
    const std::uint64_t first = bit(condition.positions[0]);
    const std::uint64_t others = all & ~first;
    const std::uint64_t have = present & all;
    const bool triggered = (have & first) != 0;
    std::uint64_t missing = 0, excess = 0;
    switch (condition.kind) {
        case ConditionKind::Paired:
            missing = have != 0 ? all & ~have : 0;
            break;
        case ConditionKind::Required:
            missing = have == 0 ? first : 0;
            break;
        case ConditionKind::Conditional:
            missing = triggered ? others & ~have : 0;
            break;
        case ConditionKind::ListConditional:
            missing = triggered && (have & others) == 0 ? bit(condition.positions[1]) : 0;
            break;
        case ConditionKind::Exclusive:
            excess = std::popcount(have) > 1 ? have & (have - 1) : 0;
            break;
        case ConditionKind::ExactlyOne:
            missing = have == 0 ? first : 0;
            excess = std::popcount(have) > 1 ? have & (have - 1) : 0;
            break;
        case ConditionKind::FirstExcludes:
            excess = triggered ? have & others : 0;
            break;
    }
    missing &= ~reported;  // one fault per cause: mandatory or named by a condition before
    if ((missing | excess) == 0) [[likely]]
        return;
    if (missing != 0) reported |= missing & (~missing + 1);
    std::string rule = std::string(to_string(condition.kind));
    for (const std::uint8_t position : condition.positions)
        rule += (position < 10 ? "0" : "") + std::to_string(position);
    const auto position =
        static_cast<std::uint16_t>(std::countr_zero(missing != 0 ? missing : excess) + 1);
    const Locator place =
        element == 0 ? Locator{position, 1, 1} : Locator{element, position, within.repetition};
    const Value* there = m_segment->value(place);
    const std::string name = element == 0 ? place_name(m_schema->tag, position)
                                          : "component " + std::to_string(position) + " of " +
                                                place_name(m_schema->tag, element);
    report(missing != 0 ? "edi.element.condition" : "edi.element.exclusion",
           place,
           element != 0,
           there ? there->raw : std::string_view(),
           name + (missing != 0 ? " has no value and condition " + rule + " requires one"
                                : " has a value and condition " + rule + " excludes it"));
}

void ElementChecker::report(std::string_view code,
                            const Locator& at,
                            bool composite,
                            std::string_view value,
                            std::string message) {
    Fault fault = make_fault(code, m_segment, std::move(message));
    fault.loop = m_loop;
    fault.element = at.element;
    fault.component = composite ? at.component : std::uint16_t{0};
    const bool may_repeat = m_schema->repeat_of(at.element) > 1 || at.repetition > 1;
    fault.repetition = may_repeat ? at.repetition : std::uint16_t{0};
    const Element* element = m_schema->element_at(at);
    if (element) fault.reference = element->id;
    fault.value = shown(value);
    if (value.data() && value.data() >= m_segment->raw.data() &&
        value.data() <= m_segment->raw.data() + m_segment->raw.size()) {
        fault.byte = m_segment->place.byte +
                     static_cast<std::uint64_t>(value.data() - m_segment->raw.data());
        const std::string_view before = m_segment->raw.substr(
            0, static_cast<std::size_t>(value.data() - m_segment->raw.data()));
        fault.line += static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
    }
    m_sink.add(std::move(fault));
}

}  // namespace sallyport::edi
