// SPDX-License-Identifier: Apache-2.0
// A directory that lives as long as the test that asked for it.
#pragma once

#include <filesystem>

namespace sallyport::testing_support {

class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    TempDir(TempDir&&) = delete;
    TempDir& operator=(TempDir&&) = delete;
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

}  // namespace sallyport::testing_support
