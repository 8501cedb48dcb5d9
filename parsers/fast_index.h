// SPDX-License-Identifier: Apache-2.0
// Where the separators of a chunk stand: one pass over the octets, 64 at a time where the processor can. Private to parsers/.
#pragma once

#include "parsers/document.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::edi {

// The octets an index holds: separators that are not released, and everything that is not plain text (control characters,
// octets above 0x7E, the release character itself).
struct IndexedOctets {
    std::array<char, 4>
        separators{};  // element, component, repetition, terminator; absent ones repeat the element's
    char release = '\0';  // '\0': none

    static IndexedOctets of(const Separators& separators);
};

// False for separators an index cannot tell from filler or text (blanks, letters, three-octet terminators): such streams are
// scanned octet by octet.
bool can_index(const Separators& separators);

// Writes the positions, ascending, to `to` (room for octets.size() + 64) and returns their number. `octets` starts at a
// segment: its first octet is not released. Positions fit 32 bits.
using IndexFunction = std::size_t (*)(std::string_view octets,
                                      const IndexedOctets& indexed,
                                      std::uint32_t* to);
std::size_t index_scalar(std::string_view octets, const IndexedOctets& indexed, std::uint32_t* to);
// What this processor runs fastest; the same positions as index_scalar for every input.
IndexFunction fastest_index();

std::size_t count_octet(std::string_view octets, char wanted);  // how often it occurs

}  // namespace sallyport::edi
