// SPDX-License-Identifier: Apache-2.0
// Partners, maps, keys and tables read again while the gateway works: all of it, or nothing.
#include "gateway/daemon/as2_setup.h"
#include "gateway/daemon/edi_partner.h"
#include "gateway/daemon/gateway_parts.h"
#include "gateway/daemon/odoo_setup.h"
#include "gateway/daemon/options_of.h"

#include <utility>

namespace sallyport::daemon {
namespace {

// One error that says them all; the code is the first one's.
Error all_of(std::vector<Error> faults) {
    if (faults.size() == 1) return std::move(faults.front());
    std::string text = std::to_string(faults.size()) + " faults";
    for (const Error& fault : faults)
        text += "\n" + fault.text();
    return {faults.front().code(), Blame::Operator, std::move(text)};
}

}  // namespace

flow::AgreementLoad load_agreements(const config::Configuration& configuration,
                                    const edi::SchemaSet& schemas,
                                    std::vector<Error>& faults) {
    auto load = flow::load_agreements(
        configuration.partners, configuration.settings.mapping_directory, schemas);
    for (Error& fault : load.faults)
        faults.push_back(std::move(fault));
    load.faults.clear();
    return load;
}

void Gateway::on_reload(std::function<Result<flow::MapsTaken>(const std::string& actor)> answer) {
    m_parts->on_reload = std::move(answer);
}

Result<flow::MapsTaken> Gateway::reload(const config::Configuration& configuration,
                                        const std::string& actor) {
    std::vector<Error> faults;
    As2Setup as2 = build_as2(configuration);
    SftpAccounts accounts = build_accounts(configuration);
    HttpsAccounts https = build_https_accounts(configuration);
    RemotePlans remote = build_remote(configuration);
    for (auto* found : {&as2.faults, &accounts.faults, &https.faults, &remote.faults})
        for (Error& fault : *found)
            faults.push_back(std::move(fault));
    auto agreements = load_agreements(configuration, m_parts->schemas, faults);
    odoo::OrdersOptions orders = orders_options(configuration, faults);
    if (!faults.empty()) return all_of(std::move(faults));
    // The last thing that can fail: from here on everything is taken.
    if (m_parts->as2_tls_server && configuration.settings.as2.https.enabled) {
        auto tls = build_tls(configuration.settings.as2);
        if (!tls) return std::move(tls).error();
        if (Status renewed = m_parts->as2_tls_server->renew_tls(*tls); !renewed)
            return std::move(renewed).error();
    }
    if (m_parts->https)
        if (Status done = m_parts->https->reload(configuration.settings, std::move(https), orders);
            !done)
            return std::move(done).error();
    if (m_parts->odoo_watch) m_parts->odoo_watch->use(orders);
    if (m_parts->buy_watch) m_parts->buy_watch->use(orders);
    if (m_parts->vendor_desk) m_parts->vendor_desk->use(orders);
    if (m_parts->orders) m_parts->orders->use(std::move(orders));
    m_parts->agreements.swap(std::move(agreements.agreements));
    m_parts->directory->limit(std::move(as2.windows));
    m_parts->cert_watch->use(configuration);
    m_parts->directory->swap(transports::fixed_directory(std::move(as2.agreements)));
    m_parts->router->route(configuration);
    m_parts->remote->use(std::move(remote));
    if (m_parts->sftp) m_parts->sftp->reload(std::move(accounts.accounts));
    // After the swap: what a step parks from here on, it parks under what is agreed now.
    auto taken = flow::take_maps(*m_parts->tools, actor);
    m_parts->pipeline->wake();
    say_when_schemas_changed(configuration.settings, m_parts->schema_digest, m_parts->log);
    return taken;
}

}  // namespace sallyport::daemon
