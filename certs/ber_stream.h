// SPDX-License-Identifier: Apache-2.0
// Inside certs/: BER of any size read from front to back, in constant memory; the rules of check_ber().
#pragma once

#include "certs/ber.h"
#include "certs/octets.h"

#include <cstdint>
#include <vector>

namespace sallyport::certs {

struct BerLimits {
    unsigned depth = 32;
    std::size_t elements = 200'000;  // plus one per 512 octets passed
};

class BerStream {
public:
    BerStream(const Octets& octets, BerLimits limits) : m_octets(octets), m_limits(limits) {}

    // The tag that stands here; 0 at the end of this level.
    Result<std::uint8_t> peek_tag();
    // Steps into the constructed element that stands here, which must have this tag.
    Status enter(std::uint8_t tag);
    // Out of the innermost element that was entered; what is left of it is skipped.
    Status leave();
    // The element that stands here, with its header. Elements above `LargestWhole` are cms.limit.
    Result<Bytes> whole();
    Result<Bytes> whole(std::uint8_t tag);
    // The octets of the OCTET STRING that stands here, primitive or in parts, under its own or an implicit tag.
    Status octet_string(const OctetSink& sink);

    static constexpr std::size_t LargestWhole = std::size_t{1} << 20U;

private:
    struct Header {
        std::uint8_t tag = 0;
        std::uint64_t size = 0;    // of identifier and length octets
        std::uint64_t length = 0;  // when definite
        bool indefinite = false;
    };
    struct Frame {
        std::uint64_t end = 0;
        bool indefinite = false;
    };
    Result<Header> header();
    Result<bool> at_end();
    Status push(const Header& header);
    Status pump(std::uint64_t length, const OctetSink& sink);
    Status skip_element();
    std::uint64_t innermost_end() const;
    Result<BytesView> window(std::size_t count);

    const Octets& m_octets;
    BerLimits m_limits;
    std::uint64_t m_at = 0;
    std::uint64_t m_count = 0;
    std::vector<Frame> m_open;
    Bytes m_window;  // octets around m_at
    std::uint64_t m_window_at = 0;
};

}  // namespace sallyport::certs
