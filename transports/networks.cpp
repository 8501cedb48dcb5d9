// SPDX-License-Identifier: Apache-2.0
#include "transports/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace sallyport::transports {
namespace {

struct Address {
    std::array<unsigned char, 16> octets{};
    unsigned bits = 0;  // 32 or 128
};

std::optional<Address> parse_address(std::string_view text) {
    const std::string copy(text);
    Address address;
    if (::inet_pton(AF_INET, copy.c_str(), address.octets.data()) == 1) {
        address.bits = 32;
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.octets.data()) != 1) return std::nullopt;
    const auto& octets = address.octets;
    const bool mapped =
        std::all_of(octets.begin(), octets.begin() + 10, [](auto o) { return o == 0; }) &&
        octets[10] == 0xFF && octets[11] == 0xFF;
    address.bits = 128;
    if (!mapped) return address;
    std::copy(octets.begin() + 12, octets.end(), address.octets.begin());
    address.bits = 32;
    return address;
}

struct Network {
    Address address;
    unsigned prefix = 0;
};

std::optional<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    Network network{*address, address->bits};
    if (slash == std::string_view::npos) return network;
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), network.prefix);
    if (fault != std::errc() || end != digits.data() + digits.size() ||
        network.prefix > address->bits)
        return std::nullopt;
    return network;
}

}  // namespace

bool is_network(std::string_view text) {
    return parse_network(text).has_value();
}

bool network_holds(std::string_view network, std::string_view address) {
    const auto wide = parse_network(network);
    const auto host = parse_address(address);
    if (!wide || !host || wide->address.bits != host->bits) return false;
    for (unsigned bit = 0; bit < wide->prefix; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((wide->address.octets[bit / 8] ^ host->octets[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

}  // namespace sallyport::transports
