// SPDX-License-Identifier: Apache-2.0
// Inside AS2: the sentence that the partner's people read beside a disposition.
#pragma once

#include <string_view>

namespace sallyport::transports {

// Nothing of ours beyond what the disposition already says.
std::string_view explanation_of(std::string_view disposition);

}  // namespace sallyport::transports
