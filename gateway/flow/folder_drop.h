// SPDX-License-Identifier: Apache-2.0
// A file for others in a folder of this machine, in two moves: written under a hidden name, then renamed. Private to
// gateway/flow.
#pragma once

#include "gateway/base/error.h"
#include "gateway/store/archive.h"

#include <filesystem>
#include <string>

namespace sallyport::flow {

// Where one delivery stands.
struct Drop {
    std::filesystem::path hidden;  // FOLDER/.sallyport-ID.part
    std::filesystem::path named;
};
// `name` is the partner's: what is no plain character in it becomes '_'. The id makes it unique.
Drop drop_of(const std::filesystem::path& folder,
             const std::string& message,
             const std::string& document,
             const std::string& name);

// The archived object, whole and durable under the hidden name, in constant memory. A second call begins anew.
// Errors: flow.files.folder (Operator), archive.missing, archive.corrupt.
Status stage(const store::Archive& archive, const std::string& address, const Drop& drop);

bool is_staged(const Drop& drop);

// Hidden to named, durably; what has the name already stays. Errors: flow.files.folder.
Status reveal_name(const Drop& drop);

// Whether the folder is there and can be written. Errors: flow.files.folder.
Status check_drop_folder(const std::filesystem::path& folder);

}  // namespace sallyport::flow
