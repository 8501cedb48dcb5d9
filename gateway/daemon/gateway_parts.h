// SPDX-License-Identifier: Apache-2.0
// What a gateway is made of. Private to compose.cpp, which builds it, and gateway_reload.cpp, which changes it.
#pragma once

#include "gateway/api/trust_control.h"
#include "gateway/daemon/buy_watch.h"
#include "gateway/daemon/cert_watch.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/directory.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/https_door.h"
#include "gateway/daemon/odoo_watch.h"
#include "gateway/daemon/remote_exchange.h"
#include "gateway/daemon/sftp_door.h"
#include "gateway/daemon/trust_desk.h"
#include "gateway/daemon/vendor_desk.h"
#include "gateway/flow/agreements.h"
#include "gateway/flow/intake.h"
#include "gateway/flow/mailbox.h"
#include "gateway/flow/outbound.h"
#include "gateway/flow/pipeline.h"
#include "gateway/flow/receipts.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/store/archive.h"
#include "parsers/schema.h"
#include "transports/as2_async.h"
#include "transports/as2_sender.h"
#include "transports/http_server.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::daemon {

// In the order of construction: what stands below refers to what stands above, and goes first.
struct GatewayParts {
    config::Settings settings;
    const Clock& clock;
    Log log;
    Log port_log;     // of the listeners: anybody can cause its lines
    Log message_log;  // of what arrives: partners, and who replays them
    SystemRandom random;
    flow::Metrics metrics;

    edi::SchemaSet schemas;
    std::string schema_digest;  // of their files when they were read
    std::unique_ptr<store::Store> store;
    store::Archive archive;
    flow::Agreements agreements;

    std::shared_ptr<SwapDirectory> directory;
    transports::As2Sender sender;
    flow::MailSender mail_sender{};
    flow::MailSender https_sender{"https"};
    std::unique_ptr<RoutingSender> router{};
    transports::AsyncReceiptSender receipt_sender;

    std::unique_ptr<odoo::Client> odoo_client;
    std::unique_ptr<odoo::Orders> orders;           // null: no Odoo is configured
    std::unique_ptr<flow::BackOffice> back_office;  // stands before it
    std::unique_ptr<VendorDesk> vendor_desk{};      // null: likewise

    std::optional<flow::Tools> tools{};
    std::unique_ptr<flow::Pipeline> pipeline{};
    std::unique_ptr<flow::Outbound> outbound{};
    std::unique_ptr<OdooWatch> odoo_watch{};  // null: nothing goes from Odoo to partners
    std::unique_ptr<BuyWatch> buy_watch{};    // null: nothing goes to vendors
    std::unique_ptr<flow::DurableIntake> intake{};
    std::unique_ptr<TrustDesk> trust{};
    std::unique_ptr<CertWatch> cert_watch{};
    std::unique_ptr<transports::Penalties> penalties{};  // of every door
    std::unique_ptr<RemoteExchange> remote{};
    std::unique_ptr<SftpDoor> sftp{};    // null: not listening
    std::unique_ptr<HttpsDoor> https{};  // likewise
    std::unique_ptr<flow::ReceiptDesk> receipt_desk{};

    std::shared_ptr<transports::HttpHandler> as2_handler{};
    std::shared_ptr<transports::HttpHandler> health_handler{};
    std::shared_ptr<transports::HttpHandler> control_handler{};
    std::shared_ptr<transports::HttpHandler> token_handler{};
    std::shared_ptr<transports::HttpHandler> trust_handler{};
    std::shared_ptr<transports::HttpHandler> file_handler{};
    std::function<Result<flow::MapsTaken>(const std::string& actor)> on_reload{};
    Control control{};  // what commands need to find us
    std::unique_ptr<transports::HttpServer> as2_server{};
    std::unique_ptr<transports::HttpServer> as2_tls_server{};
    std::unique_ptr<transports::HttpServer> api_server{};
};

// announce.cpp: a certificate of ours to a partner; the document that goes.
Result<std::string> announce(GatewayParts& parts, const api::AnnounceWish& wish);
// trust_setup.cpp: what decides on certificates, with a spool folder of its own; after the intake. And its handler.
void wire_trust(GatewayParts& parts, std::string host_name, std::filesystem::path spool_folder);
std::shared_ptr<transports::HttpHandler> trust_control(GatewayParts& parts,
                                                       const std::string& token);

// The agreements, their faults added to `faults`. Mappings point into the schemas, so they are loaded where the schemas
// will stay.
flow::AgreementLoad load_agreements(const config::Configuration& configuration,
                                    const edi::SchemaSet& schemas,
                                    std::vector<Error>& faults);

// vendor_desk.cpp: vendors' documents in, ours for them out. After back office and flow.
Status wire_buying(GatewayParts& parts, const odoo::OrdersOptions& orders);

}  // namespace sallyport::daemon
