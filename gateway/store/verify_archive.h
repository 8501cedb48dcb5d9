// SPDX-License-Identifier: Apache-2.0
// Is everything in the archive what was stored, and is everything there that the rows name? In steps, so that a check of many
// hours can be stopped and go on later; in constant memory; beside a running gateway.
#pragma once

#include "gateway/base/error.h"
#include "gateway/store/archive.h"
#include "gateway/store/objects.h"
#include "gateway/store/store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace sallyport::store {

// Where a check stands and what it has seen. A plain value: written down, it is where the next one goes on.
struct ArchiveCheck {
    enum class Part : std::uint8_t { Files, Small, Documents, Messages, Done };
    Part part = Part::Files;
    std::string after{};  // Files: the first two digits done last; Small: an address; rows: an id
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    std::uint64_t references = 0;  // of rows
    std::uint64_t leftovers = 0;   // temporary files of interrupted writes
    std::uint64_t changed = 0;
    std::uint64_t missing = 0;

    // One line of text and back. Absent: not one of ours.
    std::string write() const;
    static std::optional<ArchiveCheck> read(const std::string& text);
};

struct ArchiveUnderCheck {
    const Archive& archive;
    std::filesystem::path root;  // the archive's
    Store& store;
    // archive.corrupt, archive.missing (with the row that names it), file.read: called for each.
    std::function<void(const Error&)> bad;
};

// A 256th of the files, a hundred small objects or five hundred rows more; `check` says how far it came. Errors: of the store,
// and archive.folder (Operator: the archive cannot be listed); nothing is skipped then.
Status check_some(const ArchiveUnderCheck& under, ArchiveCheck& check);

}  // namespace sallyport::store
