// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/control.h"
#include "gateway/api/file_control.h"
#include "gateway/api/health.h"
#include "gateway/api/token_control.h"
#include "gateway/base/file.h"
#include "gateway/base/log_limit.h"
#include "gateway/daemon/as2_setup.h"
#include "gateway/daemon/edi_partner.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/gateway_parts.h"
#include "gateway/daemon/no_back_office.h"
#include "gateway/daemon/odoo_setup.h"
#include "gateway/daemon/options_of.h"
#include "gateway/flow/intake.h"
#include "gateway/flow/outbound.h"
#include "gateway/flow/pipeline.h"
#include "gateway/flow/receipts.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/odoo/scoped.h"
#include "gateway/store/archive.h"
#include "gateway/store/sqlite_store.h"
#include "parsers/schema.h"
#include "transports/as2_async.h"
#include "transports/as2_receiver.h"
#include "transports/as2_sender.h"
#include "transports/http_server.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

namespace sallyport::daemon {

std::string_view version() {
    return SALLYPORT_VERSION;
}

// On the archive's file system: what is large is linked into the archive, not copied.
static std::filesystem::path spool_directory(const config::Settings& settings) {
    return settings.state_directory / "spool";
}

namespace {

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
    return name.data();
}

// What composes and sends large messages works on the archive's file system as well.
transports::As2SenderOptions sender_options(const config::Settings& settings) {
    return {.host_name = host_name(),
            .spool_folder = spool_directory(settings),
            .spool_above = settings.limits.spool_above};
}

// What can be checked without touching the state directory.
struct Prepared {
    edi::SchemaSet schemas;
    flow::AgreementLoad agreements;
    As2Setup as2;
    SftpAccounts sftp{};
    HttpsAccounts https{};
    RemotePlans remote{};
    std::unique_ptr<odoo::Client> odoo_client{};  // null: not configured
    std::unique_ptr<odoo::Client>
        odoo_prober{};  // the same account behind the fence of the rights probe
    odoo::OrdersOptions orders{};
    std::optional<certs::TlsServer> tls{};
};

Result<Prepared> prepare(const config::Configuration& configuration,
                         const Clock& clock,
                         std::vector<Error>& faults) {
    auto schemas = edi::SchemaSet::load(schema_directories(configuration.settings));
    if (!schemas) return std::move(schemas).error();
    Prepared prepared{.schemas = *std::move(schemas)};
    prepared.as2 = build_as2(configuration);
    prepared.sftp = build_accounts(configuration);
    prepared.https = build_https_accounts(configuration);
    prepared.remote = build_remote(configuration);
    for (auto* found : {&prepared.as2.faults,
                        &prepared.sftp.faults,
                        &prepared.https.faults,
                        &prepared.remote.faults})
        for (Error& fault : *found)
            faults.push_back(std::move(fault));
    if (configuration.settings.as2.https.enabled) {
        auto tls = build_tls(configuration.settings.as2);
        if (tls)
            prepared.tls = *std::move(tls);
        else
            faults.push_back(std::move(tls).error());
    }
    prepared.orders = orders_options(configuration, faults);
    auto account = orders_account(configuration.settings, prepared.orders, clock, faults);
    prepared.odoo_client = std::move(account.client);
    prepared.odoo_prober = std::move(account.prober);
    return prepared;
}

void wire_back_office(GatewayParts& parts, Prepared& prepared) {
    if (!parts.odoo_client) {
        parts.back_office = std::make_unique<NoBackOffice>();
        return;
    }
    parts.orders = std::make_unique<odoo::Orders>(
        *parts.odoo_client,
        std::move(prepared.orders),
        parts.clock,
        parts.random,
        [](std::chrono::milliseconds pause) { std::this_thread::sleep_for(pause); });
    parts.back_office = std::make_unique<odoo::ScopedBackOffice>(
        *parts.orders,
        std::move(prepared.odoo_prober),
        odoo::ScopedOptions{.login = parts.settings.odoo.login,
                            .enforced = parts.settings.environment == "production"},
        parts.clock);
}

void wire_senders(GatewayParts& parts, const config::Configuration& configuration) {
    parts.remote = std::make_unique<RemoteExchange>(parts.clock, parts.port_log);
    parts.router = std::make_unique<RoutingSender>(
        RoutingSender::Senders{{"as2", &parts.sender},
                               {"sftp", &parts.mail_sender},
                               {"https", &parts.https_sender},
                               {"sftp-push", &parts.remote->server_sender()},
                               {"folder", &parts.remote->folder_sender()}});
    parts.router->route(configuration);
}

void wire_flow(GatewayParts& parts) {
    parts.tools.emplace(flow::Tools{.store = *parts.store,
                                    .archive = parts.archive,
                                    .agreements = parts.agreements,
                                    .schemas = parts.schemas,
                                    .sender = *parts.router,
                                    .back_office = *parts.back_office,
                                    .clock = parts.clock,
                                    .random = parts.random,
                                    .metrics = parts.metrics,
                                    .log = parts.log,
                                    .send_receipt = [&parts](const transports::AsyncReceipt& one) {
                                        return parts.receipt_sender.send(one);
                                    }});
    parts.pipeline =
        std::make_unique<flow::Pipeline>(pipeline_options(parts.settings), *parts.tools);
    parts.outbound =
        flow::make_outbound(*parts.tools, [&pipeline = *parts.pipeline] { pipeline.wake(); });
    parts.intake = std::make_unique<flow::DurableIntake>(flow::DurableIntake::Parts{
        .store = *parts.store,
        .archive = parts.archive,
        .clock = parts.clock,
        .random = parts.random,
        .metrics = parts.metrics,
        .log = parts.message_log,
        .admitted = [&pipeline = *parts.pipeline] { pipeline.wake(); },
        .free_bytes =
            [directory = parts.settings.state_directory] {
                std::error_code failed;
                const auto space = std::filesystem::space(directory, failed);
                return failed ? std::uint64_t{0} : space.available;
            },
        .least_free = parts.settings.limits.free_disk_bytes});
    wire_trust(parts, host_name(), spool_directory(parts.settings) / "second");
    parts.receipt_desk = std::make_unique<flow::ReceiptDesk>(
        flow::ReceiptDesk::Parts{.store = *parts.store,
                                 .archive = parts.archive,
                                 .clock = parts.clock,
                                 .random = parts.random,
                                 .metrics = parts.metrics,
                                 .log = parts.message_log,
                                 .queued = [&pipeline = *parts.pipeline] { pipeline.wake(); }});
}

void wire_servers(GatewayParts& parts, std::optional<certs::TlsServer> tls) {
    const config::Settings& settings = parts.settings;
    parts.as2_handler = std::make_shared<transports::As2Receiver>(
        transports::As2ReceiverOptions{.host_name = host_name(),
                                       .spool_folder = spool_directory(settings),
                                       .spool_above = settings.limits.spool_above,
                                       .features = parts.sender.features(),
                                       .restart = {.bytes = settings.limits.bodies_on_disk},
                                       .receipts_in = parts.receipt_desk.get()},
        parts.directory,
        *parts.intake,
        parts.clock,
        parts.message_log,
        parts.receipt_desk.get());
    parts.health_handler = std::make_shared<api::HealthHandler>(
        api::HealthHandler::Parts{.store = *parts.store,
                                  .pipeline = *parts.pipeline,
                                  .metrics = parts.metrics,
                                  .version = std::string(version())});
    const std::string token =
        new_id(parts.clock.now(), parts.random) + to_hex(random_octets(parts.random));
    parts.control = {.host = {}, .port = 0, .token = Secret(token)};
    parts.control_handler = std::make_shared<api::ControlHandler>(api::ControlHandler::Parts{
        .tools = *parts.tools,
        .pipeline = *parts.pipeline,
        .token = Secret(token),
        .reload = [&parts](const std::string& actor) -> Result<flow::MapsTaken> {
            if (parts.on_reload) return parts.on_reload(actor);
            return Error("control.refused", Blame::Operator, "this gateway reads nothing again");
        }});
    parts.token_handler = std::make_shared<api::TokenControl>(*parts.store, Secret(token));
    parts.trust_handler = trust_control(parts, token);
    parts.file_handler = std::make_shared<api::FileControl>(api::FileControl::Parts{
        *parts.tools, *parts.pipeline, Secret(token), spool_directory(settings)});
    const std::vector<transports::HttpRoute> as2{{settings.as2.path, parts.as2_handler}};
    if (settings.as2.http.enabled)
        parts.as2_server = std::make_unique<transports::HttpServer>(
            as2_options(settings, settings.as2.http.listen), as2, parts.clock, parts.port_log);
    if (settings.as2.https.enabled) {
        auto options = as2_options(settings, settings.as2.https.listen);
        options.tls = std::move(tls);
        parts.as2_tls_server = std::make_unique<transports::HttpServer>(
            std::move(options), as2, parts.clock, parts.port_log);
    }
    parts.api_server = std::make_unique<transports::HttpServer>(
        server_options(settings, settings.api),
        std::vector<transports::HttpRoute>{{"/", parts.health_handler},
                                           {"/v1", parts.control_handler},
                                           {"/v1/tokens", parts.token_handler},
                                           {"/v1/certificates", parts.trust_handler},
                                           {"/v1/files", parts.file_handler}},
        parts.clock,
        parts.port_log);
}

Status wire_sftp(GatewayParts& parts, SftpAccounts accounts) {
    const config::SftpSection& section = parts.settings.sftp;
    parts.penalties = std::make_unique<transports::Penalties>(
        transports::PenaltyOptions{
            .points = section.ban_points,
            .ban = std::chrono::duration_cast<std::chrono::seconds>(section.ban)},
        parts.clock);
    if (!section.listen.enabled) return {};
    auto door = SftpDoor::open({.settings = parts.settings,
                                .store = *parts.store,
                                .archive = parts.archive,
                                .intake = *parts.intake,
                                .penalties = *parts.penalties,
                                .clock = parts.clock,
                                .random = parts.random,
                                .metrics = parts.metrics,
                                .log = parts.port_log},
                               std::move(accounts.accounts));
    if (!door) return std::move(door).error();
    parts.sftp = *std::move(door);
    return {};
}

Status wire_https(GatewayParts& parts, HttpsAccounts accounts, odoo::OrdersOptions items) {
    const config::Settings& settings = parts.settings;
    if (!settings.https.listen.enabled) return {};
    auto door = HttpsDoor::open({.settings = settings,
                                 .options = server_options(settings, settings.https.listen.listen),
                                 .store = *parts.store,
                                 .archive = parts.archive,
                                 .intake = *parts.intake,
                                 .penalties = *parts.penalties,
                                 .clock = parts.clock,
                                 .random = parts.random,
                                 .metrics = parts.metrics,
                                 .log = parts.port_log,
                                 .odoo_watch = parts.odoo_watch.get(),
                                 .items = std::move(items)},
                                std::move(accounts));
    if (!door) return std::move(door).error();
    parts.https = *std::move(door);
    return {};
}

}  // namespace

std::vector<Error> Gateway::check(const config::Configuration& configuration) {
    std::vector<Error> faults;
    const SystemClock clock;
    auto prepared = prepare(configuration, clock, faults);
    if (!prepared) {
        faults.push_back(std::move(prepared).error());
        return faults;
    }
    (void)load_agreements(configuration, prepared->schemas, faults);
    return faults;
}

Result<std::unique_ptr<Gateway>> Gateway::build(config::Configuration configuration,
                                                const Clock& clock,
                                                Log log) {
    std::vector<Error> faults;
    auto prepared = prepare(configuration, clock, faults);
    if (!prepared) return std::move(prepared).error();
    if (!faults.empty()) return std::move(faults.front());

    const config::Settings settings = configuration.settings;
    if (Status made = make_directories_durably(settings.state_directory, 0700); !made)
        return std::move(made).error();
    if (Status made = make_directories_durably(spool_directory(settings), 0700); !made)
        return std::move(made).error();
    auto store = store::open_sqlite_store({.file = store_file(settings)}, clock);
    if (!store) return std::move(store).error();
    store::Objects& objects = (*store)->objects();
    auto directory = std::make_shared<SwapDirectory>(
        transports::fixed_directory(prepared->as2.agreements), &clock);
    directory->limit(prepared->as2.windows);
    auto parts = std::unique_ptr<GatewayParts>(new GatewayParts{
        .settings = settings,
        .clock = clock,
        .log = log,
        .port_log = limited_log(log, clock, {.burst = 50, .per_second = 1}),
        .message_log = limited_log(log, clock, {.burst = 100, .per_second = 10}),
        .random = {},
        .metrics = {},
        .schemas = std::move(prepared->schemas),
        .schema_digest = digest_of(schema_directories(settings)),
        .store = *std::move(store),
        .archive = store::Archive(archive_directory(settings), objects),
        .agreements = flow::Agreements({}),
        .directory = directory,
        .sender = transports::As2Sender(sender_options(settings), directory, clock, log),
        .receipt_sender = transports::AsyncReceiptSender(directory, clock, log),
        .odoo_client = std::move(prepared->odoo_client),
        .orders = nullptr,
        .back_office = nullptr});
    auto agreements = load_agreements(configuration, parts->schemas, faults);
    if (!faults.empty()) return std::move(faults.front());
    parts->agreements.swap(std::move(agreements.agreements));
    const odoo::OrdersOptions orders = prepared->orders;
    wire_back_office(*parts, *prepared);
    wire_senders(*parts, configuration);
    wire_flow(*parts);
    parts->cert_watch->use(configuration);
    auto watch = OdooWatch::open(settings, orders, *parts->tools, *parts->outbound);
    if (!watch) return std::move(watch).error();
    parts->odoo_watch = *std::move(watch);
    let_look_again(*parts->tools, parts->odoo_watch.get());
    if (Status wired = wire_buying(*parts, orders); !wired) return std::move(wired).error();
    wire_servers(*parts, std::move(prepared->tls));
    parts->remote->use(std::move(prepared->remote));
    if (Status wired = wire_sftp(*parts, std::move(prepared->sftp)); !wired)
        return std::move(wired).error();
    if (Status wired = wire_https(*parts, std::move(prepared->https), orders); !wired)
        return std::move(wired).error();
    return std::unique_ptr<Gateway>(new Gateway(std::move(parts)));
}

Gateway::Gateway(std::unique_ptr<GatewayParts> parts) : m_parts(std::move(parts)) {}

Gateway::~Gateway() {
    stop(std::chrono::milliseconds{0});
}

Status Gateway::start() {
    if (auto taken = flow::take_maps(*m_parts->tools, "gateway"); !taken)
        return std::move(taken).error();
    if (Status fresh = m_parts->trust->refresh(); !fresh) return fresh;
    if (Status started = m_parts->pipeline->start(); !started) return started;
    for (auto* server : {&m_parts->api_server, &m_parts->as2_server, &m_parts->as2_tls_server}) {
        if (!*server) continue;
        if (Status started = (*server)->start(); !started) return started;
    }
    if (m_parts->sftp)
        if (Status started = m_parts->sftp->start(); !started) return started;
    if (m_parts->https)
        if (Status started = m_parts->https->start(); !started) return started;
    m_parts->remote->start(*m_parts->intake);
    m_parts->cert_watch->start();
    if (m_parts->odoo_watch) m_parts->odoo_watch->start();
    if (m_parts->buy_watch) m_parts->buy_watch->start();
    m_parts->control.host = reachable(m_parts->settings.api.host);
    m_parts->control.port = m_parts->api_server->port();
    return write_control(control_file(m_parts->settings.state_directory), m_parts->control);
}

void Gateway::stop(std::chrono::milliseconds drain) {
    for (auto* server : {&m_parts->as2_server, &m_parts->as2_tls_server})
        if (*server) (*server)->stop(drain);
    if (m_parts->https) m_parts->https->stop(drain);
    if (m_parts->sftp) m_parts->sftp->stop();
    m_parts->remote->stop();
    if (m_parts->odoo_watch) m_parts->odoo_watch->stop();
    m_parts->cert_watch->stop();
    if (m_parts->buy_watch) m_parts->buy_watch->stop();
    m_parts->pipeline->stop();
    std::error_code ignored;
    if (m_parts->control.port != 0)
        std::filesystem::remove(control_file(m_parts->settings.state_directory), ignored);
    m_parts->control.port = 0;
    m_parts->api_server->stop(std::chrono::milliseconds{0});
}

std::uint16_t Gateway::as2_port() const {
    return m_parts->as2_server ? m_parts->as2_server->port() : std::uint16_t{0};
}

std::uint16_t Gateway::as2_tls_port() const {
    return m_parts->as2_tls_server ? m_parts->as2_tls_server->port() : std::uint16_t{0};
}

std::uint16_t Gateway::sftp_port() const {
    return m_parts->sftp ? m_parts->sftp->port() : std::uint16_t{0};
}

std::uint16_t Gateway::https_port() const {
    return m_parts->https ? m_parts->https->port() : std::uint16_t{0};
}

std::uint16_t Gateway::api_port() const {
    return m_parts->api_server->port();
}

store::Store& Gateway::store() {
    return *m_parts->store;
}

}  // namespace sallyport::daemon
