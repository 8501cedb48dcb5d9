// SPDX-License-Identifier: Apache-2.0
// Time and chance. Code that needs one instant or one number takes it as an argument; only code that samples repeatedly
// takes a Clock& or Random&. System time and random devices are named in clock.cpp alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

// Microseconds since 1970-01-01T00:00:00Z: what the store keeps.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    // For deadlines and durations; never goes backwards.
    virtual std::chrono::steady_clock::time_point steady_now() const = 0;
};

class Random {
public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
    double unit();  // [0, 1)
};

// Thread-safe. The random source is the operating system's, through OpenSSL.
class SystemClock final : public Clock {
public:
    Instant now() const override;
    std::chrono::steady_clock::time_point steady_now() const override;
};
class SystemRandom final : public Random {
public:
    std::uint64_t next() override;
};

std::int64_t to_micros(Instant instant);
Instant from_micros(std::int64_t micros);
std::string iso8601(Instant instant);  // 2026-11-23T04:56:12.123456Z
std::string rfc5322_date(
    Instant instant);  // Mon, 23 Nov 2026 04:56:12 GMT, English whatever the locale
struct CalendarTime {
    int year;
    unsigned month;
    unsigned day;
    unsigned hour;
    unsigned minute;
    unsigned second;
};
CalendarTime utc_calendar(Instant instant);

// 26 characters, Crockford base 32, sorts by time: 48 bits of milliseconds and 80 random bits (the ULID layout).
std::string new_id(Instant now, Random& random);

}  // namespace sallyport
