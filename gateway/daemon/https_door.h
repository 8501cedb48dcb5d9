// SPDX-License-Identifier: Apache-2.0
// The partner API in the object graph: accounts out of partner files, the listener, webhooks, and what they share.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "gateway/daemon/odoo_watch.h"
#include "gateway/flow/metrics.h"
#include "gateway/odoo/orders.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "transports/http_server.h"
#include "transports/https/caller.h"
#include "transports/intake.h"
#include "transports/penalties.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::daemon {

struct HttpsAccounts {
    std::vector<std::shared_ptr<const https::Account>> accounts;
    std::vector<certs::Certificate> certificates;  // of every partner: what a handshake accepts
    std::vector<Error>
        faults;  // https.key, https.twice, codes of certs and config, each with its file
};
HttpsAccounts build_https_accounts(const config::Configuration& configuration);

class HttpsDoor {
public:
    struct Parts {
        const config::Settings& settings;
        transports::HttpServerOptions options{};  // limits and deadlines of every listener
        store::Store& store;
        const store::Archive& archive;
        transports::Intake& intake;
        transports::Penalties& penalties;
        const Clock& clock;
        Random& random;
        flow::Metrics& metrics;
        Log log;
        OdooWatch* odoo_watch =
            nullptr;                  // what webhooks wake; null: they are taken and nobody is told
        odoo::OrdersOptions items{};  // whose item numbers are asked for; see [odoo.stock]
    };
    // Error codes: of config, certs and the store.
    static Result<std::unique_ptr<HttpsDoor>> open(const Parts& parts, HttpsAccounts accounts);
    ~HttpsDoor();
    HttpsDoor(const HttpsDoor&) = delete;
    HttpsDoor& operator=(const HttpsDoor&) = delete;
    HttpsDoor(HttpsDoor&&) = delete;
    HttpsDoor& operator=(HttpsDoor&&) = delete;

    Status start();
    void stop(std::chrono::milliseconds drain);
    // Accounts with their certificates, and the certificate that is shown, from the next handshake on. Error codes: http.tls and of config.
    Status reload(const config::Settings& settings,
                  HttpsAccounts accounts,
                  odoo::OrdersOptions items);
    std::uint16_t port() const;

private:
    struct Inside;
    explicit HttpsDoor(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> m_inside;
};

}  // namespace sallyport::daemon
