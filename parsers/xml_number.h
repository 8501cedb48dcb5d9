// SPDX-License-Identifier: Apache-2.0
// Arithmetic on amounts that may be missing: what has no value makes none. Private to parsers/.
#pragma once

#include "gateway/base/decimal.h"
#include "parsers/xml_invoice.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sallyport::edi {

using Number = std::optional<Decimal>;

inline Number plus(const Number& a, const Number& b) {
    if (!a || !b) return {};
    auto sum = a->plus(*b);
    return sum ? Number(*sum) : Number();
}
inline Number minus(const Number& a, const Number& b) {
    return b ? plus(a, b->negated()) : Number();
}
inline Number cents(const Number& a) {
    if (!a) return {};
    auto rounded = a->rounded(2);
    return rounded ? Number(*rounded) : Number();
}
inline Number absolute(const Number& a) {
    return a && a->is_negative() ? Number(a->negated()) : a;
}
inline Number percent_of(const Number& base, const Number& rate) {
    if (!base || !rate) return {};
    auto product = base->times(*rate);
    return product ? Number(product->shifted(-2)) : Number();
}
// Less than `slack` apart.
inline bool near(const Number& a, const Number& b, std::int64_t slack) {
    const Number apart = absolute(minus(a, b));
    return apart && *apart < Decimal(slack);
}
inline std::string shown_number(const Number& a) {
    return a ? a->to_string() : "?";
}
inline Number or_zero(const InvoiceAmount& amount) {
    return amount.there() ? amount.value : Number(Decimal(0));
}

}  // namespace sallyport::edi
