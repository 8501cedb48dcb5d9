// SPDX-License-Identifier: Apache-2.0
// Finding an ISA and its separators, in the forms real senders write it. Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/x12.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct X12Header {
    std::size_t at = 0;  // of "ISA"
    Separators separators;
    std::vector<Fault> found;  // repairs and warnings; their place is that of the ISA
};

// The header starting exactly at `at`. Errors: x12.isa.missing, x12.isa.short, x12.separators.
Result<X12Header> read_x12_header(std::string_view octets, std::size_t at);

// The first header at or after `from`, at most `junk` octets further. Empty: none.
std::optional<std::size_t> find_x12_header(std::string_view octets,
                                           std::size_t from,
                                           std::size_t junk);

}  // namespace sallyport::edi
