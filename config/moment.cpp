// SPDX-License-Identifier: Apache-2.0
#include "config/moment.h"

#include <charconv>

namespace sallyport::config {

std::optional<Instant> parse_moment(std::string_view text) {
    constexpr std::string_view Shape = "dddd-dd-ddTdd:dd:ddZ";
    constexpr std::size_t DateLength = 10;
    if (text.size() != DateLength && text.size() != Shape.size()) return std::nullopt;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool digit = text[at] >= '0' && text[at] <= '9';
        if (Shape[at] == 'd' ? !digit : text[at] != Shape[at]) return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = 0;
        if (at + size <= text.size())
            std::from_chars(text.data() + at, text.data() + at + size, value);
        return value;
    };
    const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int second = number(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second);
}

}  // namespace sallyport::config
