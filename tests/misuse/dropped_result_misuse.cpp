// SPDX-License-Identifier: Apache-2.0
// A failure nobody looked at did happen all the same.
// SEES base
// REFUSED nodiscard
#include "gateway/base/error.h"

sallyport::Status write_row();

bool caller() {
#ifdef RIGHT
    return static_cast<bool>(write_row());
#else
    write_row();
    return true;
#endif
}
