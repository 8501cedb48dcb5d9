// SPDX-License-Identifier: Apache-2.0
// Inside AS2: a large message on its way to the intake, which takes files. They are readable from here on, so they are
// written only after the signature has held, and go when this does.
#pragma once

#include "certs/octets.h"
#include "gateway/base/error.h"

#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::transports {

// The name every such file ends with; what a crash leaves is swept at the next start.
inline constexpr std::string_view PartSuffix = ".as2-part";

class PartFile {
public:
    // Writes all of them one after the other under a name of their own, and knows the SHA-256 of it all.
    // Error codes: spool.write (Operator).
    static Result<PartFile> write(const std::filesystem::path& file,
                                  const std::vector<const certs::Octets*>& octets);
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    PartFile(PartFile&& other) noexcept;
    PartFile& operator=(PartFile&&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    const std::string& digest() const { return m_digest; }  // hex

private:
    explicit PartFile(std::filesystem::path path) : m_path(std::move(path)) {}
    std::filesystem::path m_path;  // empty: moved away
    std::string m_digest;
};

// Removes what an earlier process left. At the start only: nobody else writes there then.
void sweep_parts(const std::filesystem::path& folder);

}  // namespace sallyport::transports
