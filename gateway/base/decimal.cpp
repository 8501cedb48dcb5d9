// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/decimal.h"

#include <algorithm>
#include <optional>

namespace sallyport {

namespace {

constexpr int MaxDigits = 36;

Int128 power_of_ten(int exponent) {
    Int128 power = 1;
    for (int i = 0; i < exponent; ++i)
        power *= 10;
    return power;
}

Int128 limit() {
    static const Int128 Limit = power_of_ten(MaxDigits);
    return Limit;
}

bool fits(Int128 value) {
    return value < limit() && value > -limit();
}

std::optional<Int128> scaled_up(Int128 value, int places) {
    for (int i = 0; i < places; ++i) {
        if (!fits(value * 10)) return std::nullopt;
        value *= 10;
    }
    return value;
}

Error out_of_range() {
    return Error("decimal.range", Blame::Partner, "the number needs more than 36 digits")
        .remedy("send a shorter number");
}

Int128 divide_half_away(Int128 value, Int128 by) {
    const Int128 quotient = value / by;
    const Int128 rest = value % by;
    const Int128 twice = (rest < 0 ? -rest : rest) * 2;
    const Int128 size = by < 0 ? -by : by;
    if (twice < size) return quotient;
    return (value < 0) == (by < 0) ? quotient + 1 : quotient - 1;
}

}  // namespace

Decimal Decimal::from_parts(Int128 coefficient, int scale) {
    Decimal out;
    out.m_coefficient = coefficient;
    out.m_scale = scale;
    return out;
}

Result<Decimal> Decimal::parse(std::string_view text) {
    const auto wrong = [&] {
        return Error("decimal.syntax",
                     Blame::Partner,
                     "\"" + std::string(text.substr(0, 60)) + "\" is not a decimal number")
            .remedy("write digits with at most one decimal point");
    };
    std::string_view rest = text;
    bool negative = false;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative = rest.front() == '-';
        rest.remove_prefix(1);
    }
    Int128 coefficient = 0;
    int scale = 0;
    bool point = false;
    bool digit = false;
    for (const char c : rest) {
        if (c == '.') {
            if (point) return wrong();
            point = true;
            continue;
        }
        if (c < '0' || c > '9') return wrong();
        digit = true;
        coefficient = coefficient * 10 + (c - '0');
        if (!fits(coefficient) || (point && ++scale > MaxDigits)) return out_of_range();
    }
    if (!digit) return wrong();
    return from_parts(negative ? -coefficient : coefficient, scale);
}

std::string Decimal::to_string() const {
    Int128 value = m_coefficient < 0 ? -m_coefficient : m_coefficient;
    std::string digits;
    do {
        digits += static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    while (static_cast<int>(digits.size()) <= m_scale)
        digits += '0';
    std::reverse(digits.begin(), digits.end());
    if (m_scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(m_scale), ".");
    return m_coefficient < 0 ? "-" + digits : digits;
}

Result<Decimal> Decimal::plus(const Decimal& other) const {
    const int scale = std::max(m_scale, other.m_scale);
    const auto a = scaled_up(m_coefficient, scale - m_scale);
    const auto b = scaled_up(other.m_coefficient, scale - other.m_scale);
    if (!a || !b || !fits(*a + *b)) return out_of_range();
    return from_parts(*a + *b, scale);
}

Result<Decimal> Decimal::minus(const Decimal& other) const {
    return plus(other.negated());
}

Result<Decimal> Decimal::times(const Decimal& other) const {
    Int128 product = 0;
    if (__builtin_mul_overflow(m_coefficient, other.m_coefficient, &product) || !fits(product) ||
        m_scale + other.m_scale > MaxDigits)
        return out_of_range();
    return from_parts(product, m_scale + other.m_scale);
}

Result<Decimal> Decimal::divided_by(const Decimal& divisor, int scale) const {
    if (divisor.is_zero())
        return Error("decimal.zero", Blame::Partner, "division by zero")
            .remedy("correct the number that is divided by");
    const int places = scale + divisor.m_scale - m_scale;
    const auto top = scaled_up(m_coefficient, std::max(places, 0));
    const auto bottom = scaled_up(divisor.m_coefficient, std::max(-places, 0));
    if (!top || !bottom) return out_of_range();
    return from_parts(divide_half_away(*top, *bottom), scale);
}

Result<Decimal> Decimal::rounded(int scale) const {
    if (scale >= m_scale) {
        const auto value = scaled_up(m_coefficient, scale - m_scale);
        if (!value) return out_of_range();
        return from_parts(*value, scale);
    }
    return from_parts(divide_half_away(m_coefficient, power_of_ten(m_scale - scale)), scale);
}

Decimal Decimal::shifted(int places) const {
    const int scale = m_scale - places;
    if (scale >= 0) return from_parts(m_coefficient, scale);
    return from_parts(scaled_up(m_coefficient, -scale).value_or(m_coefficient), 0);
}

Decimal Decimal::trimmed() const {
    Decimal out = *this;
    while (out.m_scale > 0 && out.m_coefficient % 10 == 0) {
        out.m_coefficient /= 10;
        --out.m_scale;
    }
    return out;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    // Compare the whole parts first: scaling both to one scale could overflow.
    const auto split = [](const Decimal& d, Int128& whole, Int128& fraction) {
        const Int128 unit = power_of_ten(d.m_scale);
        whole = d.m_coefficient / unit;
        fraction = d.m_coefficient % unit * power_of_ten(MaxDigits - d.m_scale);
    };
    Int128 whole_a = 0;
    Int128 whole_b = 0;
    Int128 part_a = 0;
    Int128 part_b = 0;
    split(a, whole_a, part_a);
    split(b, whole_b, part_b);
    if (whole_a != whole_b)
        return whole_a < whole_b ? std::strong_ordering::less : std::strong_ordering::greater;
    if (part_a != part_b)
        return part_a < part_b ? std::strong_ordering::less : std::strong_ordering::greater;
    return std::strong_ordering::equal;
}

}  // namespace sallyport
