// SPDX-License-Identifier: Apache-2.0
// Which maps and which rows of their tables work, as the audit tells it, and what waited for a row goes on.
//
// The store remembers for each partner and map what worked when it was last looked at (bookmarks of the scope "map"). What is
// different now is one unit: the audit entries, the released documents and the new memory. So it does not matter how a row
// came into its file, nor where the process dies: whoever looks next finds the difference, and finds it once.
//
// Events; the subject is "PARTNER/FILE":
//   map.taken        digest, version, before (the digest until now; absent: new)
//   map.row.added    table, code, word, file, author, date (what the row says), only
//   map.row.removed  the same
// A row that was changed is removed and added. Documents that a map held (flow.map.held), of a partner one of whose maps is
// another now, go on: document.released with because = "map.taken"; those for which it still lacks something are held again.
#pragma once

#include "gateway/flow/steps.h"

#include <string>
#include <vector>

namespace sallyport::flow {

struct MapsTaken {
    unsigned maps = 0;  // new or different
    unsigned rows = 0;  // added, removed
    std::vector<std::string> released{};
};

// Looks at the agreements in force; after each swap, and before the pipeline starts. `actor` is who had them loaded:
// "operator:anna", "gateway". Errors: of the store; then nothing was changed, and the next look finds all of it.
Result<MapsTaken> take_maps(const Tools& tools, const std::string& actor);

}  // namespace sallyport::flow
