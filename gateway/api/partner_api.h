// SPDX-License-Identifier: Apache-2.0
// The partner API /v1: its table of endpoints over store, archive, mailbox and intake. What the table names works; what only
// the back office knows (stock) is in it when the gateway was given somebody who answers.
#pragma once

#include "gateway/api/changes.h"
#include "gateway/base/clock.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/inquiries.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "transports/https/route.h"
#include "transports/https/submit.h"
#include "transports/intake.h"
#include "transports/mailbox.h"

#include <memory>
#include <string>
#include <vector>

namespace sallyport::api {

// References outlive the API.
struct PartnerApiParts {
    store::Store& store;
    const store::Archive& archive;
    transports::Mailbox& mailbox;  // of the messages that wait for an HTTPS fetch
    transports::Intake& intake;
    Changes& changes;
    const Clock& clock;
    flow::StockInquiries* stock = nullptr;             // null: stock is not offered
    const flow::CanonicalReader* orders = nullptr;     // null: canonical orders are not taken
    const flow::CanonicalReader* shipments = nullptr;  // null: nor are shipment updates
    std::vector<https::DocumentType> types{};  // what may be submitted; see standard_types()
    std::string version{};
    std::string url{};  // "https://edi.example.com:8443"; empty: "/"
};

// What the pipeline reads today.
std::vector<https::DocumentType> standard_types();

std::shared_ptr<const https::Api> make_partner_api(const PartnerApiParts& parts);

// --- the parts of the table, for this folder ------------------------------------------------------------------------------
void add_document_endpoints(const PartnerApiParts& parts, https::Api& api);
void add_outbox_endpoints(const PartnerApiParts& parts, https::Api& api);
void add_change_endpoints(const PartnerApiParts& parts, https::Api& api);
void add_inquiry_endpoints(const PartnerApiParts& parts, https::Api& api);
void add_shipment_endpoints(const PartnerApiParts& parts, https::Api& api);

}  // namespace sallyport::api
