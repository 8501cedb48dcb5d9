// SPDX-License-Identifier: Apache-2.0
#include "transports/egress.h"

#include "gateway/base/bytes.h"
#include "transports/headers.h"

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace sallyport::transports {
namespace {

struct Target {
    std::string scheme;
    std::string host;
    unsigned port = 0;
    std::string path;  // with query

    bool same_origin(const Target& other) const {
        return scheme == other.scheme && host == other.host && port == other.port;
    }
};

// Everything two parsers could read differently makes a URL unusable: user names, backslashes, blanks, percent signs or
// other scripts in the host, fragments.
std::optional<Target> read_target(std::string_view url) {
    const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
        return c > ' ' && c <= '~' && c != '\\' && c != '#' && c != '"' && c != '<' && c != '>';
    });
    if (!plain) return std::nullopt;
    try {
        const Poco::URI uri{std::string(url)};
        Target target{.scheme = lower(uri.getScheme()),
                      .host = lower(uri.getHost()),
                      .port = uri.getPort(),
                      .path = uri.getPathAndQuery()};
        if (target.path.empty()) target.path = "/";
        const bool host_plain =
            !target.host.empty() && std::all_of(target.host.begin(), target.host.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == ':';
            });
        if ((target.scheme != "http" && target.scheme != "https") || !host_plain ||
            !uri.getUserInfo().empty() || url.find('@') != std::string_view::npos ||
            target.port == 0)
            return std::nullopt;
        return target;
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

bool allows(const std::string& entry, const Target& target) {
    const bool every_path = entry.ends_with("/*");
    const auto allowed =
        read_target(every_path ? std::string_view(entry).substr(0, entry.size() - 1) : entry);
    if (!allowed || !allowed->same_origin(target)) return false;
    if (!every_path) return allowed->path == target.path;
    return allowed->path == "/";
}

struct Block {
    std::array<std::uint8_t, 16> start;
    unsigned bits;
};

// IANA special-purpose registries (RFC 6890 and later entries).
constexpr std::array<Block, 16> SpecialV4{{
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
    {{255, 255, 255, 255}, 32},
}};
constexpr std::array<Block, 8> SpecialV6{{
    {{0}, 96},  // unspecified, loopback, IPv4-compatible
    {{0x01, 0x00}, 64},
    {{0x20, 0x01, 0x00}, 23},  // Teredo, benchmarking, ORCHID
    {{0x20, 0x01, 0x0D, 0xB8}, 32},
    {{0xFC}, 7},
    {{0xFE, 0x80}, 10},
    {{0xFE, 0xC0}, 10},
    {{0xFF}, 8},
}};

bool inside(const std::uint8_t* address, const Block& block) {
    for (unsigned bit = 0; bit < block.bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if ((address[bit / 8] & mask) != (block.start.at(bit / 8) & mask)) return false;
    }
    return true;
}

bool public_v4(const std::uint8_t* address) {
    return std::none_of(SpecialV4.begin(), SpecialV4.end(), [&](const Block& block) {
        return inside(address, block);
    });
}

bool public_v6(const std::uint8_t* address) {
    constexpr Block Mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96};
    constexpr Block Nat64{{0x00, 0x64, 0xFF, 0x9B}, 96};
    constexpr Block LocalNat64{{0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}, 48};
    constexpr Block SixToFour{{0x20, 0x02}, 16};
    if (inside(address, Mapped) || inside(address, Nat64)) return public_v4(address + 12);
    if (inside(address, SixToFour)) return public_v4(address + 2);
    if (inside(address, LocalNat64)) return false;
    return std::none_of(SpecialV6.begin(), SpecialV6.end(), [&](const Block& block) {
        return inside(address, block);
    });
}

}  // namespace

Status check_egress_url(std::string_view url, const EgressPolicy& policy) {
    const auto target = read_target(url);
    if (!target)
        return Error("as2.egress.url",
                     Blame::Partner,
                     "\"" + std::string(url.substr(0, 200)) + "\" is no plain http or https URL");
    for (const auto& entry : policy.urls)
        if (allows(entry, *target)) return {};
    return Error("as2.egress.forbidden",
                 Blame::Partner,
                 "the partner file does not allow receipts to " + std::string(url.substr(0, 200)))
        .remedy("if the partner confirms this URL by another way, add it to the partner file");
}

bool is_public_address(std::string_view address) {
    Poco::Net::IPAddress parsed;
    if (!Poco::Net::IPAddress::tryParse(std::string(address), parsed)) return false;
    const auto* octets = static_cast<const std::uint8_t*>(parsed.addr());
    return parsed.family() == Poco::Net::IPAddress::IPv4 ? public_v4(octets) : public_v6(octets);
}

}  // namespace sallyport::transports
