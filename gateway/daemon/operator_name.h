// SPDX-License-Identifier: Apache-2.0
// Who is at the keyboard, for the audit.
#pragma once

#include <string>

namespace sallyport::daemon {

std::string operator_name();  // "operator:anna", also behind sudo

}  // namespace sallyport::daemon
