// SPDX-License-Identifier: Apache-2.0
// A configuration of one partner, loaded from files as the program does it.
#pragma once

#include "tests/support/temp_dir.h"

#include "config/load.h"
#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace sallyport::config {

struct Loaded {
    Loaded(const std::string& settings, const std::string& partner) {
        std::filesystem::create_directory(directory.path() / "partners");
        const std::string main =
            "state_directory = \"state\"\n" + settings +
            "\n[identity.main]\nas2_id = \"US\"\nkey = \"env:KEY\"\ncertificate = \"us.pem\"\n";
        EXPECT_TRUE(write_file_durably(directory.path() / "sallyport.toml", main));
        EXPECT_TRUE(write_file_durably(directory.path() / "partners" / "acme.toml",
                                       "name = \"acme\"\n" + partner));
        result = load(directory.path() / "sallyport.toml", {.check_files = false});
    }
    bool has(const std::string& words) const {
        return std::any_of(result.faults.begin(), result.faults.end(), [&](const Error& fault) {
            return fault.text().find(words) != std::string::npos;
        });
    }
    const Settings& settings() const { return result.configuration.settings; }
    const Partner& partner() const { return result.configuration.partners.at(0); }
    testing_support::TempDir directory;
    LoadResult result;
};

}  // namespace sallyport::config
