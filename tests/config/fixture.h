// SPDX-License-Identifier: Apache-2.0
// A configuration directory that is whole, for tests to break one thing at a time.
#pragma once

#include "tests/support/temp_dir.h"

#include "config/load.h"
#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace sallyport::config {

class ConfigDirectory {
public:
    ConfigDirectory() {
        for (const char* name : {"keys", "partners", "schemas", "maps", "state"})
            std::filesystem::create_directory(path() / name);
        write("keys/gateway.key", "key", 0640);
        write("keys/server.key", "key", 0640);
        write("keys/gateway.pem", "certificate");
        write("partners/acme.pem", "certificate");
        write("maps/acme-850.map", "map");
        write("sallyport.toml", good_settings());
    }
    const std::filesystem::path& path() const { return m_dir.path(); }
    std::filesystem::path file() const { return path() / "sallyport.toml"; }

    void write(const std::string& name, const std::string& text, unsigned mode = 0644) const {
        auto written = write_file_durably(path() / name, text, mode);
        ASSERT_TRUE(written) << written.error().text();
        std::filesystem::permissions(path() / name, static_cast<std::filesystem::perms>(mode));
    }

    static std::string good_settings() {
        return "state_directory = \"state\"\nschema_directory = \"schemas\"\nmapping_directory = "
               "\"maps\"\n\n"
               "[identity.main]\nas2_id = \"SALLYPORT\"\nkey = \"file:keys/gateway.key\"\n"
               "certificate = \"keys/gateway.pem\"\n";
    }
    static std::string good_partner() {
        return "name = \"acme\"\n\n[as2]\nid = \"ACME\"\nurl = \"https://acme.example/as2\"\n"
               "certificates = [\"acme.pem\"]\n\n[x12]\nour_id = \"SALLYPORT\"\ntheir_id = "
               "\"ACME\"\n\n"
               "[[documents]]\ndirection = \"in\"\nversion = \"004010\"\nset = \"850\"\nmap = "
               "\"acme-850.map\"\n"
               "params = { our_vendor_number = \"104455\" }\n\n[odoo]\ncustomer = \"ACME\"\n";
    }

private:
    testing_support::TempDir m_dir;
};

inline std::string texts_of(const std::vector<Error>& faults) {
    std::string text;
    for (const Error& fault : faults)
        text += fault.text() + "\n";
    return text;
}

}  // namespace sallyport::config
