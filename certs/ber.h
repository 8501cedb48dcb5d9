// SPDX-License-Identifier: Apache-2.0
// A walker over BER (X.690): definite and indefinite lengths, no copies, bounded before anything else looks at the octets.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::certs {

struct BerElement {
    std::uint8_t tag = 0;  // the identifier octet: class, constructed bit, number below 31
    BytesView whole;       // identifier to last octet, end-of-contents included
    BytesView content;     // without end-of-contents

    bool constructed() const { return (tag & 0x20U) != 0; }
};

namespace ber {
constexpr std::uint8_t Integer = 0x02;
constexpr std::uint8_t OctetString = 0x04;
constexpr std::uint8_t OctetStringParts = 0x24;
constexpr std::uint8_t ObjectId = 0x06;
constexpr std::uint8_t Sequence = 0x30;
constexpr std::uint8_t Set = 0x31;
constexpr std::uint8_t Context0 = 0xA0;
constexpr std::uint8_t Context0Primitive = 0x80;
constexpr std::uint8_t Context1 = 0xA1;
}  // namespace ber

// The size of the first element, every nested element checked: lengths inside their parents, at most `depth` levels, at
// most `elements` plus one per 512 octets. Error codes: cms.malformed, cms.limit (Blame::Partner).
Result<std::size_t> check_ber(BytesView octets, unsigned depth, std::size_t elements);

// Reads the elements of one level. Only for octets that check_ber() has accepted; a surprise is cms.malformed.
class BerReader {
public:
    explicit BerReader(BytesView octets) : m_rest(octets) {}
    bool at_end() const { return m_rest.empty(); }
    std::uint8_t peek_tag() const {
        return m_rest.empty() ? 0 : static_cast<std::uint8_t>(m_rest[0]);
    }
    Result<BerElement> next();
    Result<BerElement> next(std::uint8_t tag);

private:
    BytesView m_rest;
};

// The octets of an OCTET STRING, primitive or in parts (X.690 8.7), also under an implicit tag.
Result<Bytes> octet_string(const BerElement& element);

Bytes write_element(std::uint8_t tag, BytesView content);  // definite length, shortest form

}  // namespace sallyport::certs
