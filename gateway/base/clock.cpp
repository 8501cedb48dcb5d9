// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/clock.h"

#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace sallyport {

double Random::unit() {
    return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

Instant SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

std::chrono::steady_clock::time_point SystemClock::steady_now() const {
    return std::chrono::steady_clock::now();
}

std::uint64_t SystemRandom::next() {
    std::uint64_t value = 0;
    // Without randomness every id and key is guessable: there is nothing sensible to go on with.
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1)
        throw std::runtime_error("the system's random source failed");
    return value;
}

std::int64_t to_micros(Instant instant) {
    return instant.time_since_epoch().count();
}

Instant from_micros(std::int64_t micros) {
    return Instant(std::chrono::microseconds(micros));
}

CalendarTime utc_calendar(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(instant - day));
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .hour = static_cast<unsigned>(clock.hours().count()),
            .minute = static_cast<unsigned>(clock.minutes().count()),
            .second = static_cast<unsigned>(clock.seconds().count())};
}

std::string iso8601(Instant instant) {
    const CalendarTime t = utc_calendar(instant);
    const auto micros = (instant - std::chrono::floor<std::chrono::seconds>(instant)).count();
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     "%04d-%02u-%02uT%02u:%02u:%02u.%06lldZ",
                                     t.year,
                                     t.month,
                                     t.day,
                                     t.hour,
                                     t.minute,
                                     t.second,
                                     static_cast<long long>(micros));  // NOLINT(google-runtime-int)
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string rfc5322_date(Instant instant) {
    static constexpr std::array<const char*, 7> Days = {
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> Months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const CalendarTime t = utc_calendar(instant);
    const std::chrono::weekday weekday(std::chrono::floor<std::chrono::days>(instant));
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     "%s, %02u %s %04d %02u:%02u:%02u GMT",
                                     Days.at(weekday.c_encoding()),
                                     t.day,
                                     Months.at(t.month - 1),
                                     t.year,
                                     t.hour,
                                     t.minute,
                                     t.second);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string new_id(Instant now, Random& random) {
    static constexpr std::string_view Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    auto millis = static_cast<std::uint64_t>(to_micros(now) / 1000);
    std::string id(26, '0');
    for (std::size_t i = 10; i-- > 0; millis >>= 5U)
        id[i] = Alphabet[millis & 31U];
    std::uint64_t bits = 0;
    for (std::size_t i = 10; i < 26; ++i) {
        if ((i - 10) % 12 == 0) bits = random.next();
        id[i] = Alphabet[bits & 31U];
        bits >>= 5U;
    }
    return id;
}

}  // namespace sallyport
