// SPDX-License-Identifier: Apache-2.0
// The gateway's own settings, as sallyport.toml gives them. Plain values: checked, defaults filled in, paths absolute.
// What each means, its unit and range stand once, in the table of settings.cpp; `sallyport config reference` prints it.
#pragma once

#include "config/endpoint.h"
#include "config/https.h"
#include "config/secret_ref.h"
#include "config/sftp.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sallyport::config {

struct As2Section {
    HttpListener http{};
    HttpListener https{};
    std::string path{};                       // "/as2"
    std::vector<std::string> proxies{};       // load balancers that send the PROXY protocol
    std::filesystem::path tls_certificate{};  // PEM chain; needed when https is enabled
    SecretRef tls_key{};
};

// One of our own AS2 names with its key pair.
struct Identity {
    std::string name{};    // the [identity.NAME] table
    std::string as2_id{};  // AS2-From of what we send, AS2-To of what we receive; case counts
    SecretRef key{};       // PEM private key
    std::filesystem::path certificate{};  // PEM
    SecretRef passphrase{};               // opens the key (and the next one) when it is encrypted
    // The pair that follows: it opens what comes at once, and signs from `next_from` on.
    SecretRef next_key{};
    std::filesystem::path next_certificate{};
    std::string next_from{};  // config/moment.h
    // The pair before, while partners change over: it opens what comes until `old_until`, and signs nothing.
    SecretRef old_key{};
    std::filesystem::path old_certificate{};
    std::string old_until{};
};

struct LimitSection {
    std::uint64_t message_bytes = 0;
    std::uint32_t connections = 0;
    std::uint32_t connections_per_address = 0;
    std::chrono::milliseconds handshake_timeout{0};
    std::chrono::milliseconds header_timeout{0};
    std::chrono::milliseconds body_timeout{0};
    std::chrono::milliseconds send_timeout{0};  // one outbound attempt, connection to receipt
    std::uint64_t free_disk_bytes = 0;          // below: new input is refused
    std::uint64_t bodies_in_memory = std::uint64_t{1} << 30U;  // of all requests of a listener
    std::uint64_t spool_above = std::uint64_t{1} << 20U;  // AS2 messages: through encrypted files
    std::uint64_t bodies_on_disk = std::uint64_t{16} << 30U;
    std::uint32_t share_of_address = 50;  // percent of either
};

struct RetrySection {
    std::chrono::milliseconds first_delay{0};
    double factor = 0;
    std::chrono::milliseconds longest_delay{0};
    double jitter = 0;  // share of the delay that is random, 0 to 1
    std::chrono::milliseconds give_up_after{0};
};

struct PipelineSection {
    std::uint32_t workers = 0;
    std::chrono::seconds lease{0};
};

// An Odoo user of one outgoing flow; an empty login: that flow is off.
struct OdooAccount {
    std::string login{};
    SecretRef key{};
};

struct OdooSection {
    bool enabled = false;
    std::string url{};
    std::string database{};
    std::string login{};
    SecretRef key{};
    std::chrono::milliseconds connect_timeout{0};
    std::chrono::milliseconds call_timeout{0};
    std::filesystem::path ca_file{};             // empty: the system's
    std::vector<std::string> gln_fields{};       // of res.partner; those that exist are searched
    std::string line_field{};                    // of sale.order.line, for the buyer's line number
    std::string delivery_time_utc{};             // "12:00:00", for a date without a time
    std::map<std::string, std::string> units{};  // unit to external id, before the built-in table
    std::filesystem::path item_table{};  // CSV "theirs,ours", for every partner; empty: none
    OdooAccount watcher{};               // sees which records changed; needed by the other three
    OdooAccount responses{};
    OdooAccount shipments{};
    OdooAccount invoices{};
    OdooAccount purchases{};                 // the buy side: our orders out
    OdooAccount purchase_answers{};          // vendors' answers in
    OdooAccount ship_notices{};              // vendors' ship notices in
    OdooAccount bills{};                     // vendors' invoices in
    OdooAccount receipts{};                  // what we received, out
    OdooAccount payments{};                  // what we paid, out
    OdooAccount remittances{};               // what customers paid, in
    OdooAccount stock{};                     // answers partners' questions over the API
    std::chrono::milliseconds stock_age{0};  // an answer so old needs no new question
    std::string stock_warehouse{};           // code; empty: all of the company
    std::chrono::milliseconds poll_interval{0};
    std::chrono::milliseconds tracking_wait{0};  // of a delivery with a carrier and no number yet
    std::string sscc_prefix{};  // extension digit and GS1 company prefix; empty: none are made
    std::map<std::string, std::string> carriers{};  // name in Odoo to SCAC
};

struct Settings {
    std::filesystem::path file{};  // where they came from
    std::map<std::string, std::string>
        origins{};  // "retry.factor" to "sallyport.toml:12"; absent: the default

    std::filesystem::path state_directory{};
    std::filesystem::path schema_directory{};
    std::filesystem::path mapping_directory{};
    std::filesystem::path partner_directory{};
    std::string log_level{};    // debug, info, warn, error
    std::string environment{};  // production, test
    std::filesystem::path
        pkcs11_module{};  // the token maker's library; needed for keys named pkcs11:…

    As2Section as2{};
    SftpSection sftp{};
    HttpsSection https{};
    std::vector<WebhookSection> webhooks{};
    Endpoint api{};
    std::vector<Identity> identities{};  // at least one
    LimitSection limits{};
    RetrySection retry{};
    PipelineSection pipeline{};
    OdooSection odoo{};
};

// One line of the table: what the file may hold.
struct SettingInfo {
    std::string key{};  // "retry.first_delay"
    std::string
        type;  // "text", "integer", "boolean", "number", "duration", "size", "path", "secret", "port", …
    std::string standard{};  // the default as it would be written; empty: required
    std::string range{};     // "1s to 24h"; empty: any
    bool reloadable = false;
    std::string help{};
};
const std::vector<SettingInfo>& setting_table();
const std::vector<SettingInfo>& partner_table();

// Every setting with the value in force and where it comes from ("sallyport.toml:12" or "default"), as TOML.
// Secrets show as their references.
std::string show_effective(const Settings& settings);
// Both tables as text (Markdown): what docs/reference/configuration.md is made of.
std::string reference_text();

}  // namespace sallyport::config
