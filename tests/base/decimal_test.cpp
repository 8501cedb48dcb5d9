// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/decimal.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace sallyport {
namespace {

Decimal dec(std::string_view text) {
    return *Decimal::parse(text);
}

TEST(Decimal, KeepsTheScaleItWasWrittenWith) {
    for (const auto* text :
         {"10.50", "0", "0.00", "-3.14", "123456789012345678901234567890.123456"})
        EXPECT_EQ(dec(text).to_string(), text);
    EXPECT_EQ(dec(".5").to_string(), "0.5");
    EXPECT_EQ(dec("5.").to_string(), "5");
    EXPECT_EQ(dec("-0").to_string(), "0");
}

TEST(Decimal, RefusesWhatIsNotADecimal) {
    for (const auto* text : {"", "-", ".", "1e5", " 1", "1 ", "1,5", "0x10", "1.2.3", "NaN"}) {
        SCOPED_TRACE(text);
        auto parsed = Decimal::parse(text);
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code(), "decimal.syntax");
    }
    EXPECT_EQ(Decimal::parse(std::string(37, '9')).error().code(), "decimal.range");
}

TEST(Decimal, ComparesByValueNotByScale) {
    EXPECT_EQ(dec("10.50"), dec("10.5"));
    EXPECT_LT(dec("-1.01"), dec("-1"));
    EXPECT_GT(dec("0.1"), dec("0.09999"));
}

TEST(Decimal, AgreesWithBigIntegersOnRandomSumsAndProducts) {
    using boost::multiprecision::cpp_int;
    std::mt19937_64 random(
        20261123);  // NOLINT(cert-msc51-cpp): a fixed seed, so that a failure can be repeated
    const auto number = [&] { return static_cast<std::int64_t>(random()) >> (random() % 40); };
    for (int i = 0; i < 2000; ++i) {
        const auto a = number();
        const auto b = number();
        const int scale_a = static_cast<int>(random() % 8);
        const int scale_b = static_cast<int>(random() % 8);
        const auto product = Decimal::from_parts(a, scale_a).times(Decimal::from_parts(b, scale_b));
        const cpp_int exact = cpp_int(a) * cpp_int(b);
        if (boost::multiprecision::abs(exact) < boost::multiprecision::pow(cpp_int(10), 36)) {
            ASSERT_TRUE(product);
            std::string digits = product->to_string();
            digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
            EXPECT_EQ(cpp_int(digits[0] == '-'
                                  ? "-" + digits.substr(std::min(digits.find_first_not_of('0', 1),
                                                                 digits.size() - 1))
                                  : digits.substr(std::min(digits.find_first_not_of('0'),
                                                           digits.size() - 1))),
                      exact);
        } else {
            ASSERT_FALSE(product);
            EXPECT_EQ(product.error().code(), "decimal.range");
        }
        const auto sum = Decimal::from_parts(a, scale_a).plus(Decimal::from_parts(b, scale_b));
        ASSERT_TRUE(sum);
        EXPECT_EQ(*sum->minus(Decimal::from_parts(b, scale_b)), Decimal::from_parts(a, scale_a));
    }
}

TEST(Decimal, RoundsHalfAwayFromZero) {
    struct Case {
        const char* value;
        int scale;
        const char* expected;
    };
    for (const auto& c : {Case{"2.345", 2, "2.35"},
                          Case{"-2.345", 2, "-2.35"},
                          Case{"2.344", 2, "2.34"},
                          Case{"2", 2, "2.00"},
                          Case{"0.5", 0, "1"}}) {
        SCOPED_TRACE(c.value);
        EXPECT_EQ(dec(c.value).rounded(c.scale)->to_string(), c.expected);
    }
    EXPECT_EQ(dec("10").divided_by(dec("3"), 4)->to_string(), "3.3333");
    EXPECT_EQ(dec("-20").divided_by(dec("3"), 2)->to_string(), "-6.67");
    EXPECT_EQ(dec("1").divided_by(dec("0"), 2).error().code(), "decimal.zero");
    EXPECT_EQ(dec("5").shifted(-2).to_string(), "0.05");
    EXPECT_EQ(dec("12.5").shifted(2).to_string(), "1250");
    EXPECT_EQ(dec("12.500").trimmed().to_string(), "12.5");
}

}  // namespace
}  // namespace sallyport
