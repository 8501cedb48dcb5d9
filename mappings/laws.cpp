// SPDX-License-Identifier: Apache-2.0
#include "mappings/compile.h"
namespace sallyport::mapping {
void check_laws(Plan& plan, std::vector<Diagnostic>& diagnostics) {
    (void)plan;
    (void)diagnostics;
}
}  // namespace sallyport::mapping
