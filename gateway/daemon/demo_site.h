// SPDX-License-Identifier: Apache-2.0
// The ground the demonstration stands on: a directory with generated keys, a real configuration, and a back office.
#pragma once

#include "certs/keys.h"
#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo_double/odoo_double.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace sallyport::daemon {

inline constexpr const char* DemoGatewayId = "SALLYPORT";
inline constexpr const char* DemoPartnerId = "ACME";

struct DemoOdoo {
    std::string url;
    std::string database;
    std::string login;
    std::filesystem::path key_file;
    bool real = false;  // from SALLYPORT_ODOO_URL and its like
};

class DemoSite {
public:
    // Makes the directory (0700) and both key pairs. Removed by the destructor unless kept.
    static Result<std::unique_ptr<DemoSite>> make(const std::filesystem::path& data,
                                                  const Clock& clock);
    ~DemoSite();
    DemoSite(const DemoSite&) = delete;
    DemoSite& operator=(const DemoSite&) = delete;
    DemoSite(DemoSite&&) = delete;
    DemoSite& operator=(DemoSite&&) = delete;

    void keep() { m_keep = true; }
    const std::filesystem::path& directory() const { return m_directory; }
    std::filesystem::path config_file() const { return m_directory / "sallyport.toml"; }

    // The Odoo named in the environment, or the double, started here. Error code demo.environment when it is named by half.
    Result<DemoOdoo> back_office(const Clock& clock);
    // Writes sallyport.toml and partners/acme.toml, and reads them as the daemon would.
    Result<config::Configuration> configure(const DemoOdoo& odoo, const std::string& partner_url);
    // A client of our own for looking: how many orders carry that reference? Independent of what the gateway recorded.
    Result<std::int64_t> count_orders(const DemoOdoo& odoo,
                                      const std::string& number,
                                      const Clock& clock) const;

    const certs::Identity& gateway() const { return m_gateway; }
    const certs::Identity& partner() const { return m_partner; }

private:
    DemoSite(std::filesystem::path directory,
             std::filesystem::path data,
             certs::Identity gateway,
             certs::Identity partner);

    std::filesystem::path m_directory;
    std::filesystem::path m_data;
    certs::Identity m_gateway;
    certs::Identity m_partner;
    std::unique_ptr<odoo_double::OdooDouble> m_double;
    bool m_keep = false;
};

}  // namespace sallyport::daemon
