// SPDX-License-Identifier: Apache-2.0
// Ids as people type them.
#pragma once

#include "gateway/store/store.h"

#include <string>

namespace sallyport::daemon {

// The whole id for the first characters of one. Error codes: doc.not_found, doc.ambiguous.
Result<std::string> complete_id(store::Reader& reader, const std::string& typed);

}  // namespace sallyport::daemon
