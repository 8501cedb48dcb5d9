// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/doc_lookup.h"

#include <algorithm>
#include <utility>

namespace sallyport::daemon {

Result<std::string> complete_id(store::Reader& reader, const std::string& typed) {
    auto ids = reader.document_ids(typed);
    if (!ids) return std::move(ids).error();
    if (ids->empty())
        return Error("doc.not_found",
                     Blame::Operator,
                     "no document has an id that begins with " + typed)
            .remedy("look it up with `sallyport doc list`");
    if (ids->size() > 1 && std::find(ids->begin(), ids->end(), typed) == ids->end()) {
        std::string all;
        for (const std::string& id : *ids)
            all += " " + id;
        return Error("doc.ambiguous", Blame::Operator, "several documents begin so:" + all)
            .remedy("type more of the id");
    }
    return ids->size() == 1 ? ids->front() : typed;
}

}  // namespace sallyport::daemon
