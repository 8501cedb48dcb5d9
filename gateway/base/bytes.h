// SPDX-License-Identifier: Apache-2.0
// Octets, secrets and constant-time comparison. Octets are std::string / std::string_view throughout: EDI text is octets,
// and every parser works on views of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace sallyport {

using Bytes = std::string;
using BytesView = std::string_view;

std::string to_hex(BytesView octets);     // lower case
std::string to_base64(BytesView octets);  // no line breaks
bool from_base64(std::string_view text,
                 Bytes& octets);  // ignores white space; false on anything else
bool from_hex(std::string_view text, Bytes& octets);

// Time does not depend on where the first difference is, only on the lengths.
bool equal_constant_time(BytesView a, BytesView b);

// Key material and passwords: move-only, wiped when destroyed, read only through the greppable reveal().
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string octets) : m_octets(std::move(octets)) {}
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    std::string_view reveal() const { return m_octets; }
    bool empty() const { return m_octets.empty(); }

private:
    void wipe() noexcept;
    std::string m_octets;
};

}  // namespace sallyport
