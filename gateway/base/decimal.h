// SPDX-License-Identifier: Apache-2.0
// Exact decimals: 128-bit coefficient and a scale. 10.50 stays 10.50; equality is numeric. Never a binary float.
#pragma once

#include "gateway/base/error.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

__extension__ using Int128 = __int128;

// At most 36 digits. Scale 0 to 36: digits after the point.
class Decimal {
public:
    Decimal() = default;
    explicit Decimal(std::int64_t whole) : m_coefficient(whole) {}
    static Decimal from_parts(Int128 coefficient, int scale);

    // [+-]digits[.digits], also ".5" and "5."; no exponent, no blanks, no separators. Error code decimal.syntax or decimal.range.
    static Result<Decimal> parse(std::string_view text);

    std::string to_string() const;  // keeps the scale; "-0" never appears
    int scale() const { return m_scale; }
    Int128 coefficient() const { return m_coefficient; }
    bool is_zero() const { return m_coefficient == 0; }
    bool is_negative() const { return m_coefficient < 0; }

    // Error decimal.range when the exact result does not fit.
    Result<Decimal> plus(const Decimal& other) const;
    Result<Decimal> minus(const Decimal& other) const;
    Result<Decimal> times(const Decimal& other) const;
    Result<Decimal> divided_by(const Decimal& divisor, int scale)
        const;  // half away from zero; division by zero is decimal.zero
    Decimal negated() const { return from_parts(-m_coefficient, m_scale); }
    Result<Decimal> rounded(
        int scale) const;  // half away from zero; never fails when scale is smaller
    Decimal shifted(
        int places) const;    // moves the point: 5 shifted(-2) is 0.05; places in [-36, 36]
    Decimal trimmed() const;  // no trailing zeros after the point

    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
    friend bool operator==(const Decimal& a, const Decimal& b) {
        return (a <=> b) == std::strong_ordering::equal;
    }

private:
    Int128 m_coefficient = 0;
    int m_scale = 0;
};

}  // namespace sallyport
