// SPDX-License-Identifier: Apache-2.0
#include "mappings/random_value.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

char gs1_check(std::string_view body) {
    int sum = 0;
    int weight = 3;
    for (std::size_t i = body.size(); i-- > 0; weight = 4 - weight)
        sum += (body[i] - '0') * weight;
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string two(std::size_t n) {
    return (n < 10 ? "0" : "") + std::to_string(n);
}

bool numeric(const edi::Element* element) {
    return element != nullptr &&
           (element->type == edi::DataType::Digits || element->type == edi::DataType::Implied ||
            element->type == edi::DataType::Real);
}

template <typename T, std::size_t N>
T one_of(RandomValues& values, const T (&list)[N]) {
    return list[values.below(N)];
}

}  // namespace

RandomValues::RandomValues(const Plan& plan, Random& random) : m_plan(plan), m_random(random) {
    using enum Shape::Length;
    using enum Shape::Letters;
    static constexpr unsigned Optional[] = {5, 25, 50, 75, 75, 95, 100};
    static constexpr std::size_t Entries[] = {1, 1, 2, 2, 3, 3, 4, 12};
    static constexpr Shape::Length Lengths[] = {Any, Any, Any, Short, Least, Most};
    static constexpr Shape::Letters Letters[] = {Plain, Plain, Mixed, Mixed, Marks, Foreign};
    using enum Shape::Numbers;
    static constexpr Shape::Numbers Numbers[] = {Usual, Usual, Usual, Zero, Large, Fine, Negative};
    // XML documents say with elements what others say with codes: thin ones are hardly ever valid.
    if (plan.info.standard == "xml") {
        m_shape = {95, 3, 60, Any, Plain, Usual};
        m_varied = false;
        return;
    }
    m_shape.optional = one_of(*this, Optional);
    m_shape.entries = one_of(*this, Entries);
    m_shape.records = chance(2) ? 300 : 25;
    m_shape.length = one_of(*this, Lengths);
    m_shape.letters = one_of(*this, Letters);
    m_shape.numbers = one_of(*this, Numbers);
}

std::string RandomValues::digits(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += static_cast<char>('0' + below(10));
    return out;
}

std::string RandomValues::number(std::size_t most) {
    std::string out = digits(1 + below(std::max<std::size_t>(1, most)));
    out.erase(0, std::min(out.find_first_not_of('0'), out.size() - 1));
    return out;
}

std::size_t RandomValues::size_in(Room room) {
    const std::size_t most = std::max(room.least, room.most);
    // One value in six goes its own way, so that long and short ones meet in one document.
    const Shape::Length length =
        m_varied && below(6) == 0 ? static_cast<Shape::Length>(below(4)) : m_shape.length;
    switch (length) {
        case Shape::Length::Least:
            return room.least;
        case Shape::Length::Most:
            return most;
        case Shape::Length::Short:
            return std::min(most, room.least + below(4));
        case Shape::Length::Any:
            break;
    }
    return std::min(most, room.least + below(std::min<std::size_t>(most - room.least, 24) + 1));
}

// One character. Separators of X12 cannot be released: a document that holds them is refused, which is no law.
void RandomValues::letter(std::string& out, bool plain) {
    static constexpr std::string_view Plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static constexpr std::string_view Mixed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,-/()&#";
    static constexpr std::string_view Marks = "ABCabc019.,-/()&#!\"';=?%@[]_{}\\|<$+>";
    static constexpr std::string_view Released = "ABC019+:?'*.,-/()=!\"%&;<>";
    static constexpr std::string_view Foreign[] = {
        "Ä", "ö", "ü", "ß", "é", "Ñ", "ç", "Ł", "€", "日"};
    std::string_view from = Plain;
    if (!plain && m_shape.letters != Shape::Letters::Plain) {
        if (m_shape.letters == Shape::Letters::Foreign && below(4) == 0)
            return void(out += one_of(*this, Foreign));
        const bool edifact = m_plan.set->standard == edi::Standard::Edifact;
        from = m_shape.letters != Shape::Letters::Marks ? Mixed : edifact ? Released : Marks;
    }
    out += from[below(from.size())];
}

std::string RandomValues::word(Room room, bool plain) {
    const std::size_t size = size_in(room);
    std::string out;
    bool blank = true;  // none at the ends, none twice
    for (std::size_t i = 0; i < size; ++i) {
        const bool inside = i + 1 < size && !blank && !plain;
        blank = inside && m_shape.letters != Shape::Letters::Plain && below(7) == 0;
        if (blank)
            out += ' ';
        else
            letter(out, plain);
    }
    return out;
}

std::string RandomValues::date(const edi::Element* element) {
    static constexpr std::string_view Edges[] = {
        "2000-02-29", "2024-02-29", "1999-12-31", "2000-01-01", "2024-12-31", "2025-10-05"};
    const bool short_year = element != nullptr && element->type == edi::DataType::Date &&
                            element->max == 6;  // 1970 to 2069
    if (below(8) == 0) return std::string(one_of(*this, Edges));
    const std::size_t year = short_year ? 1970 + below(100) : 1900 + below(200);
    return std::to_string(year) + "-" + two(1 + below(12)) + "-" + two(1 + below(28));
}

std::string RandomValues::time(bool seconds) {
    std::string out = two(below(24)) + ":" + two(below(60));
    if (!seconds || below(2) != 0) return out;
    // XML has seconds always: 19:00:00 and 19:00 are one there.
    const std::size_t least = m_plan.xml != nullptr ? 1 : 0;
    return out + ":" + two(least + below(60 - least));
}

std::string RandomValues::decimal(const Field& field, const edi::Element* element) {
    const bool known = numeric(element);
    const std::size_t most = element == nullptr ? 15 : std::min<std::size_t>(element->max, 18);
    const std::size_t least = known ? element->min : 1;
    const bool implied = known && element->type == edi::DataType::Implied;
    const Shape::Numbers kind =
        m_varied && below(5) == 0 ? static_cast<Shape::Numbers>(below(5)) : m_shape.numbers;
    // A sign and a point count in texts, not in numbers.
    const std::size_t room = known || most < 4 ? most : most - 2;
    std::size_t scale = 0;
    if (implied)
        scale = element->decimals;
    else if (field.type != FieldType::Integer && (known || most >= 4))
        scale = kind == Shape::Numbers::Fine ? below(std::min<std::size_t>(room, 7))
                : chance(50)                 ? std::min<std::size_t>(room - 1, 1 + below(2))
                                             : 0;
    if (field.max_scale >= 0 && !implied)
        scale = std::min(scale, static_cast<std::size_t>(field.max_scale));
    const std::size_t whole = room > scale ? room - scale : 1;
    std::string out = kind == Shape::Numbers::Zero    ? "0"
                      : kind == Shape::Numbers::Large ? std::string(1, '9') + digits(whole - 1)
                                                      : number(std::min<std::size_t>(whole, 7));
    while (out.size() + scale < least)
        out.insert(0, 1, '1');
    if (scale > 0)
        out += "." + (kind == Shape::Numbers::Zero ? std::string(scale, '0') : digits(scale));
    const bool nothing = out.find_first_not_of("0.") == std::string::npos;
    if (kind == Shape::Numbers::Negative && !nothing && (known || most >= 4) &&
        field.type == FieldType::Decimal)
        out.insert(0, 1, '-');
    return out;
}

std::string RandomValues::plain(const Field& field,
                                const edi::Element* element,
                                Room room,
                                bool ascii) {
    const bool time_element = element == nullptr || element->type != edi::DataType::Time;
    switch (field.type) {
        case FieldType::Decimal:
        case FieldType::Integer:
            return decimal(field, element);
        case FieldType::Date:
        case FieldType::Moment:
            return date(element);
        case FieldType::Time:
            return time(time_element || element->max >= 6);
        case FieldType::Boolean:
            return chance(50) ? "true" : "false";
        case FieldType::Text:
        case FieldType::Code:
        case FieldType::Record:
        case FieldType::List:
            break;
    }
    if (!field.values.empty()) return field.values[below(field.values.size())];
    if (element != nullptr && element->codes != nullptr && !element->codes->values().empty()) {
        const auto codes = element->codes->values();
        return std::string(codes[below(codes.size())]);
    }
    if (const XmlElement* xml = as_xml(element); xml != nullptr && xml->values != nullptr)
        return std::string((*xml->values)[below(xml->values->size())]);
    if (numeric(element)) return number(std::min<std::size_t>(room.most, 18));
    if (element != nullptr && element->type == edi::DataType::Alpha)
        return std::string(size_in(room), static_cast<char>('A' + below(26)));
    if (field.max_length > 0) room.most = std::min<std::size_t>(room.most, field.max_length);
    return word(room, ascii || field.type == FieldType::Code);
}

std::string RandomValues::of_table(const LensOp& lens,
                                   const edi::Element* element,
                                   const Field& field) {
    // `else keep`: a code the table does not know goes through as it is.
    if (lens.keep && element != nullptr && field.values.empty() && chance(15)) {
        std::string code;
        if (element->codes != nullptr && !element->codes->values().empty())
            code = element->codes->values()[below(element->codes->values().size())];
        else
            code = word({element->min, std::min<std::size_t>(element->max, 8)}, true);
        if (!lens.table->read.contains(code) && !lens.table->write.contains(code)) return code;
    }
    if (lens.table->words.empty()) return {};
    // A word the set of this release has no code for, or the document no place, is drawn again.
    std::string word;
    for (unsigned tries = 0; tries < 16; ++tries) {
        word = lens.table->words[below(lens.table->words.size())];
        const auto code = lens.table->write.find(word);
        const bool written = element == nullptr || element->codes == nullptr ||
                             code == lens.table->write.end() ||
                             element->codes->contains(code->second.first);
        const bool held =
            field.values.empty() ||
            std::find(field.values.begin(), field.values.end(), word) != field.values.end();
        // A row that is only written announces that its word comes back as another.
        const auto back = code == lens.table->write.end()
                              ? lens.table->read.end()
                              : lens.table->read.find(code->second.first);
        const bool comes_back = back == lens.table->read.end() || back->second.first == word;
        if (written && held && comes_back) break;
    }
    return word;
}

// Words that fit a line each, as long as the place has lines for them.
std::string RandomValues::sentence(const PlanStep& step, std::size_t width) {
    std::size_t segments = 1;
    if (!step.wire.hops.empty()) {
        const std::uint32_t most = m_plan.set->nodes[step.wire.hops.back().node].max;
        segments = most == edi::Unlimited ? 8 : std::min<std::size_t>(most, 8);
    }
    const std::size_t room = width * std::max<std::size_t>(1, step.wire.at.size()) * segments;
    const std::size_t wanted = m_shape.length == Shape::Length::Most    ? room
                               : m_shape.length == Shape::Length::Least ? 1
                                                                        : 1 + below(room);
    std::string out = word({1, std::min<std::size_t>(width, 12)}, false);
    // Half of the room: breaking at blanks leaves lines unfinished.
    while (out.size() < wanted / 2)
        out += " " + word({1, std::min<std::size_t>(width / 3 + 1, 12)}, false);
    return out;
}

std::string RandomValues::with_check_digit(std::size_t size) {
    const std::string body = digits(size);
    return body + gs1_check(body);
}

std::string RandomValues::lensed(const PlanStep& step, std::size_t index) {
    const Field& field = *step.fields[index].field;
    const edi::Element* element = step.wire.element;
    Room room;
    if (element != nullptr) room = {element->min, std::min<std::size_t>(element->max, 300)};
    bool ascii = false;
    for (const LensOp& lens : step.lenses) {
        switch (lens.kind) {
            case LensKind::Table:
                return of_table(lens, element, field);
            case LensKind::Moment:
                return date(element) + (step.wire.at.size() > 1 ? "T" + time(false) : "");
            case LensKind::Dtm:
                return date(nullptr) + (lens.number == 203 ? "T" + time(false) : "");
            case LensKind::Date:
                return lens.text.find('C') == std::string::npos ? "20" + two(below(60)) + "-11-30"
                                                                : date(nullptr);
            case LensKind::Time:
                return time(lens.text.size() >= 6);
            case LensKind::Split:
                return word({1, std::max<std::size_t>(1, (room.most - lens.text.size()) / 2)},
                            true);
            case LensKind::Wrap:
                return sentence(step, static_cast<std::size_t>(std::max(1, lens.number)));
            case LensKind::Zeros:
                return "1" + digits(below(static_cast<std::size_t>(std::max(1, lens.number))));
            case LensKind::Sscc:
                return with_check_digit(17);
            case LensKind::Gtin:
                return with_check_digit(13);
            case LensKind::Digit:
                return digits(std::max<std::size_t>(2, room.most) - 1);
            case LensKind::Prefix:
            case LensKind::Suffix:
                room.most = room.most > lens.text.size() ? room.most - lens.text.size() : 1;
                room.least = room.least > lens.text.size() ? room.least - lens.text.size() : 1;
                break;
            case LensKind::Cut:
                room.most = std::min<std::size_t>(room.most, static_cast<std::size_t>(lens.number));
                break;
            case LensKind::Round:
            case LensKind::Scale:
                return number(4);
            case LensKind::Trim:
                break;
            case LensKind::Upper:
            case LensKind::Ascii:
                ascii = true;
                break;
            case LensKind::Negate:
            case LensKind::Invert:
                break;
        }
    }
    return plain(field, element, room, ascii);
}

std::string RandomValues::value(const PlanStep& step, std::size_t index) {
    if (!step.lenses.empty()) return lensed(step, index);
    const edi::Element* element = step.wire.element;
    Room room;
    if (element != nullptr) room = {element->min, std::min<std::size_t>(element->max, 300)};
    return plain(*step.fields[index].field, element, room, false);
}

}  // namespace sallyport::mapping
