// SPDX-License-Identifier: Apache-2.0
// Files: whole reads with a limit, and the one durable write (write, fsync, rename, fsync of the directory).
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstddef>
#include <filesystem>

namespace sallyport {

// Error codes: file.open, file.read, file.large. `max_bytes` is checked before anything is allocated.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes);

// After success the content survives a power cut under that name; after failure the old content (or absence) does.
// `mode` is the permission of the new file. Error codes: file.write (Blame::Operator).
Status write_file_durably(const std::filesystem::path& path,
                          BytesView content,
                          unsigned mode = 0640);

// Makes the directory and its missing parents, each durable in its parent.
Status make_directories_durably(const std::filesystem::path& path, unsigned mode = 0750);

}  // namespace sallyport
