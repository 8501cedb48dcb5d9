// SPDX-License-Identifier: Apache-2.0
// Finding UNA or UNB and the separators they name, in the forms real senders write them. Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace sallyport::edi {

// Where a header starts: UNA or UNB, and for headless files UNH.
struct EdifactHeader {
    std::size_t at = 0;  // of UNB (or UNH)
    Separators separators;
    bool advice = false;  // UNA was there
    bool headless = false;
    std::vector<Fault> found;
};

// UNA, UNB or, of files without either, UNH at or after `from`, at most `junk` octets further. Empty: none.
std::optional<std::size_t> find_edifact_header(std::string_view octets,
                                               std::size_t from,
                                               std::size_t junk);

// The header starting exactly at `at`. Errors: edifact.unb.missing, edifact.separators.
Result<EdifactHeader> read_edifact_header(std::string_view octets, std::size_t at);

}  // namespace sallyport::edi
