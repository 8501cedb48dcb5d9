// SPDX-License-Identifier: Apache-2.0
// One transaction as an interchange of its own, for split() and for streams. Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/split.h"

#include <string>
#include <string_view>

namespace sallyport::edi {

struct PartSource {
    const Interchange& interchange;
    const Group* group = nullptr;  // null: no group header
    const Transaction& transaction;
    std::string_view advice;  // UNA, as it stood
    std::string_view octets;  // of the transaction; without the last terminator
    std::string_view filler;  // behind that
};
Part cut_part(const PartSource& source);

}  // namespace sallyport::edi
