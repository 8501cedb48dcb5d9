// SPDX-License-Identifier: Apache-2.0
#include "config/units.h"

#include "config/field.h"

#include <array>
#include <charconv>

namespace sallyport::config {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t size;
};
constexpr std::array<Unit, 5> Durations{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 4> Sizes{
    {{"B", 1}, {"KiB", 1U << 10U}, {"MiB", 1U << 20U}, {"GiB", 1U << 30U}}};
constexpr std::uint64_t LongestDuration = 3650ULL * 86'400'000;
constexpr std::uint64_t LargestSize = 1ULL << 40U;

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text,
                                   const std::array<Unit, N>& units,
                                   std::uint64_t most) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc()) return std::nullopt;
    const std::string_view name(rest, static_cast<std::size_t>(end - rest));
    for (const Unit& unit : units)
        if (unit.name == name && number <= most / unit.size) return number * unit.size;
    return std::nullopt;
}

// In the largest unit that leaves no rest.
template <std::size_t N>
std::string show(std::uint64_t number, const std::array<Unit, N>& units) {
    for (std::size_t at = N; at-- > 0;)
        if (number != 0 && number % units[at].size == 0)
            return std::to_string(number / units[at].size) + std::string(units[at].name);
    return std::to_string(number) + std::string(units[0].name);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto found = parse(text, Durations, LongestDuration);
    if (!found) return std::nullopt;
    return std::chrono::milliseconds(*found);
}

std::optional<std::uint64_t> parse_octets(std::string_view text) {
    return parse(text, Sizes, LargestSize);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host.remove_prefix(1);
        host.remove_suffix(1);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    std::uint16_t port = 0;
    const auto [rest, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (failure != std::errc() || rest != digits.data() + digits.size() || host.empty())
        return std::nullopt;
    if (host.find_first_of(" /@[]") != std::string_view::npos) return std::nullopt;
    return Endpoint{std::string(host), port};
}

std::string show_duration(std::chrono::milliseconds duration) {
    const auto count = static_cast<std::uint64_t>(duration.count());
    return show(count, Durations);
}

std::string show_octets(std::uint64_t octets) {
    return show(octets, Sizes);
}

std::string show_number(double number) {
    std::array<char, 32> text{};
    const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() ? std::string(text.data(), end) : std::string();
}

std::string toml_text(std::string_view text) {
    static constexpr std::string_view Hex = "0123456789abcdef";
    std::string quoted("\"");
    for (const char letter : text) {
        const auto octet = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            quoted += '\\';
            quoted += letter;
        } else if (letter == '\n') {
            quoted += "\\n";
        } else if (letter == '\r') {
            quoted += "\\r";
        } else if (octet < 0x20 || octet == 0x7F) {
            quoted += "\\u00";
            quoted += Hex[octet >> 4U];
            quoted += Hex[octet & 0xFU];
        } else {
            quoted += letter;
        }
    }
    return quoted + "\"";
}

}  // namespace sallyport::config
