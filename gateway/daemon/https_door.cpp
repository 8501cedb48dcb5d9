// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/https_door.h"

#include "gateway/api/changes.h"
#include "gateway/api/partner_api.h"
#include "gateway/api/request_ledger.h"
#include "gateway/api/tokens.h"
#include "gateway/base/file.h"
#include "gateway/daemon/as2_setup.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/stock_desk.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/journal.h"
#include "gateway/flow/mailbox.h"
#include "transports/allowance.h"
#include "transports/https/door.h"
#include "transports/https/webhook.h"

#include <set>
#include <utility>

namespace sallyport::daemon {
namespace {

constexpr std::size_t LargestPem = std::size_t{1} << 20U;
constexpr std::size_t ShortestKey = 32;

Status add_key(const std::string& id, const config::SecretRef& reference, https::Account& account) {
    if (reference.empty()) return {};
    auto secret = config::resolve(reference);
    if (!secret) return std::move(secret).error();
    if (secret->reveal().size() < ShortestKey)
        return Error("https.key", Blame::Operator, "the shared key is shorter than 32 characters")
            .at({.source = reference.text()})
            .remedy("make one with: openssl rand -hex 32");
    account.keys.push_back(
        {.id = id, .secret = std::make_shared<const Secret>(*std::move(secret))});
    return {};
}

Result<std::shared_ptr<const https::Account>> build_account(
    const config::Partner& partner, std::vector<certs::Certificate>& certificates) {
    const config::HttpsAgreement& agreed = partner.https;
    auto account = std::make_shared<https::Account>();
    account->partner = partner.name;
    account->networks = agreed.networks;
    for (const std::string& network : agreed.networks)
        if (!transports::is_network(network))
            return Error("https.network", Blame::Operator, network + " is no network address")
                .remedy("write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
    for (const auto& file : agreed.client_certificates) {
        auto pem = read_file(file, LargestPem);
        if (!pem) return std::move(pem).error();
        auto certificate = certs::load_certificate(*pem);
        if (!certificate) return std::move(certificate).error().at({.source = file.string()});
        account->certificates.push_back(certificate->fingerprint());
        certificates.push_back(*std::move(certificate));
    }
    if (Status added = add_key(agreed.hmac_key_id, agreed.hmac_key, *account); !added)
        return std::move(added).error();
    if (Status added = add_key(agreed.next_hmac_key_id, agreed.next_hmac_key, *account); !added)
        return std::move(added).error();
    account->scopes = agreed.scopes;
    account->requests_per_minute = agreed.requests_per_minute;
    account->waiting = agreed.waiting;
    account->body_bytes = partner.message_bytes;
    return std::shared_ptr<const https::Account>(std::move(account));
}

// What two partners share would let one be the other.
void check_twice(const https::Account& account,
                 std::set<std::string>& seen,
                 std::vector<Error>& faults) {
    std::vector<std::string> names = account.certificates;
    for (const https::SigningKey& key : account.keys)
        names.push_back("key " + key.id);
    for (const std::string& name : names)
        if (!seen.insert(name).second)
            faults.push_back(Error("https.twice",
                                   Blame::Operator,
                                   "[https] of partner " + account.partner +
                                       " names credentials that are there before: " + name)
                                 .remedy("each partner has its own keys and certificates"));
}

Result<certs::TlsServer> tls_of(const config::HttpsSection& section,
                                const std::vector<certs::Certificate>& pins) {
    config::As2Section shown;
    shown.tls_certificate = section.tls_certificate;
    shown.tls_key = section.tls_key;
    auto tls = build_tls(shown);
    if (!tls) return std::move(tls).error().during("loading [https]");
    tls->client_pins = pins;
    if (!pins.empty()) tls->client_certificates = certs::ClientCertificates::Optional;
    return tls;
}

https::Recorder audit_recorder(const HttpsDoor::Parts& parts) {
    // Anybody can cause these entries, from as many addresses as there are.
    auto refusals = std::make_shared<transports::Allowance>(100, 1);
    // A partner that looks for what is not there uses up no room of those who show wrong credentials.
    auto misses = std::make_shared<transports::Allowance>(100, 1);
    return [parts, refusals, misses](const https::Event& event) {
        parts.metrics.count("sallyport_https_refused_total", {{"code", event.code}});
        auto& allowance = event.event == "https.missing" ? misses : refusals;
        if (!allowance->take(1, parts.clock.steady_now())) return;
        flow::Journal journal;
        const Status done = parts.store.submit([&](store::Transaction& transaction) {
            return journal.record(
                transaction,
                {.actor = event.partner.empty() ? "https" : "partner:" + event.partner,
                 .event = event.event,
                 .subject = event.partner,
                 .detail = {{"code", event.code},
                            {"credential", event.credential},
                            {"target", event.target},
                            {"from", event.remote_address}}},
                Level::Warn);
        });
        if (done) journal.publish(parts.log, parts.metrics);
    };
}

Result<https::WebhookSource> webhook_of(const config::WebhookSection& section,
                                        const HttpsDoor::Parts& parts) {
    https::WebhookSource source{.name = section.name};
    for (const auto* reference : {&section.secret, &section.next_secret}) {
        if (reference->empty()) continue;
        auto secret = config::resolve(*reference);
        if (!secret) return std::move(secret).error();
        source.signing.push_back(std::make_shared<const Secret>(*std::move(secret)));
    }
    if (!section.path_secret.empty()) {
        auto secret = config::resolve(section.path_secret);
        if (!secret) return std::move(secret).error();
        source.path_secret = std::make_shared<const Secret>(*std::move(secret));
    }
    source.networks = section.networks;
    // It says that there is something to see; what, the watch sees for itself.
    if (section.wakes == "odoo" && parts.odoo_watch != nullptr)
        source.listener = [&watch = *parts.odoo_watch](const https::Webhook&) -> Status {
            watch.wake();
            return {};
        };
    return source;
}

Result<std::shared_ptr<https::WebhookHandler>> webhooks_of(const HttpsDoor::Parts& parts,
                                                           https::RequestLedger& ledger) {
    https::WebhookHandler::Parts webhooks{.sources = {},
                                          .ledger = ledger,
                                          .penalties = parts.penalties,
                                          .clock = parts.clock,
                                          .random = parts.random,
                                          .log = parts.log};
    for (const config::WebhookSection& one : parts.settings.webhooks) {
        auto source = webhook_of(one, parts);
        if (!source) return std::move(source).error().during("loading [webhook." + one.name + "]");
        webhooks.sources.push_back(*std::move(source));
    }
    return std::make_shared<https::WebhookHandler>(std::move(webhooks));
}

}  // namespace

HttpsAccounts build_https_accounts(const config::Configuration& configuration) {
    HttpsAccounts built;
    std::set<std::string> seen;
    for (const config::Partner& partner : configuration.partners) {
        if (!partner.https.enabled) continue;
        auto account = build_account(partner, built.certificates);
        if (!account) {
            built.faults.push_back(
                std::move(account).error().during("loading [https] of partner " + partner.name));
            continue;
        }
        check_twice(**account, seen, built.faults);
        built.accounts.push_back(*std::move(account));
    }
    return built;
}

struct HttpsDoor::Inside {
    Inside(const Parts& parts,
           std::shared_ptr<const https::Accounts> accounts,
           flow::CanonicalReader order_reader,
           flow::CanonicalReader shipment_reader)
        : mailbox({.store = parts.store,
                   .archive = parts.archive,
                   .clock = parts.clock,
                   .metrics = parts.metrics,
                   .log = parts.log,
                   .transport = "https"}),
          orders(std::move(order_reader)),
          shipments(std::move(shipment_reader)),
          changes(parts.store, parts.clock),
          ledger(parts.store, parts.clock),
          tokens(parts.store),
          guard({.accounts = std::move(accounts),
                 .tokens = tokens,
                 .ledger = ledger,
                 .penalties = parts.penalties,
                 .clock = parts.clock,
                 .environment = parts.settings.environment}) {}

    flow::StoreMailbox mailbox;
    flow::CanonicalReader orders;
    flow::CanonicalReader shipments;
    api::Changes changes;
    api::StoreLedger ledger;
    api::StoreTokens tokens;
    https::Guard guard;
    std::unique_ptr<StockDesk> stock{};  // null: it is not offered
    std::unique_ptr<transports::HttpServer> server{};
};

HttpsDoor::HttpsDoor(std::unique_ptr<Inside> inside) : m_inside(std::move(inside)) {}
HttpsDoor::~HttpsDoor() = default;

Result<std::unique_ptr<HttpsDoor>> HttpsDoor::open(const Parts& parts, HttpsAccounts accounts) {
    const config::HttpsSection& section = parts.settings.https;
    auto tls = tls_of(section, accounts.certificates);
    if (!tls) return std::move(tls).error();
    const auto& schemas = parts.settings.mapping_directory;
    auto orders = flow::CanonicalReader::load(schemas, flow::CanonicalOrder);
    auto shipments = flow::CanonicalReader::load(schemas, flow::CanonicalTransportStatus);
    for (auto* reader : {&orders, &shipments})
        if (!*reader) return std::move(*reader).error().during("loading the canonical schemas");
    auto inside = std::make_unique<Inside>(parts,
                                           https::fixed_accounts(std::move(accounts.accounts)),
                                           *std::move(orders),
                                           *std::move(shipments));
    auto stock = StockDesk::open(parts.settings, parts.items, parts.clock);
    if (!stock) return std::move(stock).error().during("loading [odoo.stock]");
    inside->stock = *std::move(stock);
    if (Status ready = inside->changes.prepare(parts.random); !ready)
        return std::move(ready).error();
    auto api = api::make_partner_api({.store = parts.store,
                                      .archive = parts.archive,
                                      .mailbox = inside->mailbox,
                                      .intake = parts.intake,
                                      .changes = inside->changes,
                                      .clock = parts.clock,
                                      .stock = inside->stock.get(),
                                      .orders = &inside->orders,
                                      .shipments = &inside->shipments,
                                      .types = api::standard_types(),
                                      .version = std::string(version()),
                                      .url = section.url});
    auto webhooks = webhooks_of(parts, inside->ledger);
    if (!webhooks) return std::move(webhooks).error();
    transports::HttpServerOptions options = parts.options;
    options.proxies = section.proxies;
    options.tls = *std::move(tls);
    inside->server = std::make_unique<transports::HttpServer>(
        std::move(options),
        std::vector<transports::HttpRoute>{
            {"/",
             std::make_shared<https::Door>(https::Door::Parts{.api = std::move(api),
                                                              .guard = inside->guard,
                                                              .ledger = inside->ledger,
                                                              .clock = parts.clock,
                                                              .random = parts.random,
                                                              .log = parts.log,
                                                              .record = audit_recorder(parts)})},
            {"/v1/webhooks", *std::move(webhooks)}},
        parts.clock,
        parts.log);
    return std::unique_ptr<HttpsDoor>(new HttpsDoor(std::move(inside)));
}

Status HttpsDoor::start() {
    return m_inside->server->start();
}

void HttpsDoor::stop(std::chrono::milliseconds drain) {
    m_inside->changes.stop();
    m_inside->server->stop(drain);
}

Status HttpsDoor::reload(const config::Settings& settings,
                         HttpsAccounts accounts,
                         odoo::OrdersOptions items) {
    auto tls = tls_of(settings.https, accounts.certificates);
    if (!tls) return std::move(tls).error();
    if (Status renewed = m_inside->server->renew_tls(*tls); !renewed) return renewed;
    m_inside->guard.use(https::fixed_accounts(std::move(accounts.accounts)));
    if (m_inside->stock) m_inside->stock->use(std::move(items));
    return {};
}

std::uint16_t HttpsDoor::port() const {
    return m_inside->server->port();
}

}  // namespace sallyport::daemon
