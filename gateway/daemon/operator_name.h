// SPDX-License-Identifier: Apache-2.0
// Who is at the keyboard, for the audit.
#pragma once

#include <string>

namespace sallyport::daemon {

std::string operator_name();  // "operator:anna", also behind sudo
// For decisions that take two people: the account the kernel saw at login (/proc/self/loginuid), which neither sudo nor the
// environment changes; operator_name() where the system keeps none.
std::string approver_name();

}  // namespace sallyport::daemon
