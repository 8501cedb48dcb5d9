// SPDX-License-Identifier: Apache-2.0
// The rights probe's table for every flow against a real Odoo: SALLYPORT_ODOO_FLOW_KEYS names a folder with <flow>.key for
// the accounts edi-<flow> with the rights that `sallyport odoo setup --flow <flow>` names (tests/odoo/live-rights makes
// both). The administrator's key must be refused for each.
#include "gateway/base/file.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/rights.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace sallyport::odoo {
namespace {

std::string setting(const std::string& name) {
    const char* value = std::getenv(("SALLYPORT_ODOO_" + name).c_str());  // NOLINT
    return value == nullptr ? std::string() : std::string(value);
}

Result<RightsReport> probed(Flow flow, const std::string& login, const std::string& key_file) {
    static const SystemClock clock;
    auto key = read_file(key_file, 4096);
    if (!key) return std::move(key).error();
    while (!key->empty() && key->back() == '\n')
        key->pop_back();
    ClientOptions options;
    options.url = setting("URL");
    options.database = setting("DB");
    options.login = login;
    options.keys.emplace_back(*key);
    auto client = Client::make(std::move(options), rights_fence(), clock);
    if (!client) return std::move(client).error();
    return probe_rights(**client, flow, login, clock.now());
}

}  // namespace

TEST(LiveRights, EveryFlowsAccountHasWhatItNeedsAndNoMoreAndTheAdministratorIsRefused) {
    for (const char* name : {"URL", "DB", "FLOW_KEYS", "ADMIN_LOGIN", "ADMIN_KEY_FILE"})
        if (setting(name).empty())
            GTEST_SKIP() << "SALLYPORT_ODOO_" << name
                         << " is not set: no real Odoo to test against";
    for (const char* name : {"orders-in",
                             "responses-out",
                             "shipments-out",
                             "invoices-out",
                             "purchase-out",
                             "purchase-in",
                             "asn-in",
                             "bill-in",
                             "receipts-out",
                             "payments-out",
                             "remittance-in",
                             "stock-inquiry",
                             "watcher"}) {
        SCOPED_TRACE(name);
        const auto flow = flow_from(name);
        ASSERT_TRUE(flow);
        auto report =
            probed(*flow, "edi-" + std::string(name), setting("FLOW_KEYS") + "/" + name + ".key");
        ASSERT_TRUE(report) << report.error().text();
        std::cout << report->text() << '\n';
        EXPECT_FALSE(report->missing());
        EXPECT_FALSE(report->excess());
        EXPECT_TRUE(require_scoped(*report));
        auto admin = probed(*flow, setting("ADMIN_LOGIN"), setting("ADMIN_KEY_FILE"));
        ASSERT_TRUE(admin) << admin.error().text();
        const Status refused = refuse_excess(*admin);
        ASSERT_FALSE(refused) << "the administrator's key must be refused";
        EXPECT_EQ(refused.error().code(), "odoo.rights.excess");
        std::cout << name << " with the administrator's key: " << refused.error().code() << ": "
                  << refused.error().what().substr(0, 200) << "\n\n";
    }
}

}  // namespace sallyport::odoo
