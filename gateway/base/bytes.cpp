// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cctype>

namespace sallyport {

namespace {
int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
}  // namespace

std::string to_hex(BytesView octets) {
    static constexpr std::string_view Digits = "0123456789abcdef";
    std::string out;
    out.reserve(octets.size() * 2);
    for (const char c : octets) {
        const auto value = static_cast<unsigned char>(c);
        out += Digits[value >> 4U];
        out += Digits[value & 0x0FU];
    }
    return out;
}

bool from_hex(std::string_view text, Bytes& octets) {
    if (text.size() % 2 != 0) return false;
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return false;
        out += static_cast<char>(high * 16 + low);
    }
    octets = std::move(out);
    return true;
}

std::string to_base64(BytesView octets) {
    std::string out((octets.size() + 2) / 3 * 4, '\0');
    // EVP_EncodeBlock takes an int; feed it in blocks that are multiples of three so that no padding falls inside.
    static constexpr std::size_t Block = 3U << 20U;
    std::size_t written = 0;
    for (std::size_t at = 0; at < octets.size(); at += Block) {
        const auto piece = octets.substr(at, Block);
        std::string part(piece.size() / 3 * 4 + 5, '\0');
        const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(part.data()),
                                           reinterpret_cast<const unsigned char*>(piece.data()),
                                           static_cast<int>(piece.size()));
        out.replace(
            written, static_cast<std::size_t>(length), part, 0, static_cast<std::size_t>(length));
        written += static_cast<std::size_t>(length);
    }
    out.resize(written);
    return out;
}

bool from_base64(std::string_view text, Bytes& octets) {
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    unsigned group = 0;
    int bits = 0;
    std::size_t padding = 0;
    std::size_t digits = 0;
    for (const char c : text) {
        int value = -1;
        if (c >= 'A' && c <= 'Z')
            value = c - 'A';
        else if (c >= 'a' && c <= 'z')
            value = c - 'a' + 26;
        else if (c >= '0' && c <= '9')
            value = c - '0' + 52;
        else if (c == '+')
            value = 62;
        else if (c == '/')
            value = 63;
        else if (c == '=') {
            ++padding;
            continue;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        if (value < 0 || padding > 0) return false;
        ++digits;
        group = group << 6U | static_cast<unsigned>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(group >> static_cast<unsigned>(bits) & 0xFFU);
        }
    }
    if (padding > 2 || digits % 4 == 1 || (padding > 0 && (digits + padding) % 4 != 0))
        return false;
    octets = std::move(out);
    return true;
}

bool equal_constant_time(BytesView a, BytesView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Secret::Secret(Secret&& other) noexcept : m_octets(other.m_octets) {
    // A short string is copied, not moved: wipe the source in either case.
    other.wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        m_octets = other.m_octets;
        other.wipe();
    }
    return *this;
}

Secret::~Secret() {
    wipe();
}

void Secret::wipe() noexcept {
    OPENSSL_cleanse(m_octets.data(), m_octets.size());
    m_octets.clear();
}

}  // namespace sallyport
