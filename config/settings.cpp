// SPDX-License-Identifier: Apache-2.0
// The table of the gateway's settings: everything known about each stands here once.
#include "config/settings.h"

#include "config/tables.h"

namespace sallyport::config {

namespace {

constexpr double Second = 1000;
constexpr double Minute = 60 * Second;
constexpr double Hour = 60 * Minute;
constexpr double Day = 24 * Hour;
constexpr double KiB = 1024;
constexpr double MiB = KiB * KiB;
constexpr double GiB = KiB * MiB;

std::vector<Field> general_fields(Settings& s) {
    return {
        {.key = "state_directory",
         .standard = "\"/var/lib/sallyport\"",
         .target = &s.state_directory,
         .help = "database and payload archive; a local disk",
         .may_be_empty = false},
        {.key = "schema_directory",
         .standard = "\"/usr/share/sallyport/schemas\"",
         .target = &s.schema_directory,
         .help = "definitions of X12 and EDIFACT messages",
         .may_be_empty = false},
        {.key = "mapping_directory",
         .standard = "\"/usr/share/sallyport/maps\"",
         .target = &s.mapping_directory,
         .help = "shipped maps; a partner's own ones stand beside the partner's file",
         .may_be_empty = false},
        {.key = "partner_directory",
         .standard = "\"partners\"",
         .target = &s.partner_directory,
         .help = "one NAME.toml per trading partner",
         .may_be_empty = false},
        {.key = "log_level",
         .standard = "\"info\"",
         .target = &s.log_level,
         .help = "least level that is logged",
         .choices = {"debug", "info", "warn", "error"}},
        {.key = "environment",
         .standard = "\"production\"",
         .target = &s.environment,
         .help = "in production an Odoo account that may do more than its flow needs is refused",
         .choices = {"production", "test"}},
        {.key = "pkcs11.module",
         .standard = "\"\"",
         .target = &s.pkcs11_module,
         .help = "the library of the token that holds keys named \"pkcs11:…\", such as "
                 "\"/usr/lib/softhsm/libsofthsm2.so\""},
    };
}

std::vector<Field> listener_fields(Settings& s) {
    return {
        {.key = "as2.http",
         .standard = "\"0.0.0.0:4080\"",
         .target = &s.as2.http,
         .help = "where AS2 over HTTP is served"},
        {.key = "as2.https",
         .standard = "\"off\"",
         .target = &s.as2.https,
         .help = "where AS2 over HTTPS is served"},
        {.key = "as2.path",
         .standard = "\"/as2\"",
         .target = &s.as2.path,
         .help = "path of the AS2 URL",
         .may_be_empty = false},
        {.key = "as2.proxies",
         .standard = "[]",
         .target = &s.as2.proxies,
         .help = "addresses of load balancers in front; each of their connections must begin with "
                 "a PROXY header, version 2"},
        {.key = "as2.tls_certificate",
         .standard = "\"\"",
         .target = &s.as2.tls_certificate,
         .help = "certificate chain of the HTTPS server, PEM",
         .reloadable = true},
        {.key = "as2.tls_key",
         .standard = "\"\"",
         .target = &s.as2.tls_key,
         .help = "its private key, PEM",
         .reloadable = true},
        {.key = "api.listen",
         .standard = "\"127.0.0.1:8080\"",
         .target = &s.api,
         .help = "where health, metrics and the API are served"},
    };
}

std::vector<Field> limit_fields(LimitSection& l) {
    return {
        {.key = "limits.message_bytes",
         .standard = "\"100MiB\"",
         .target = &l.message_bytes,
         .help = "largest message that is accepted; larger ones are refused before they are read",
         .least = KiB,
         .most = 4 * GiB,
         .reloadable = true,
         .octets = true},
        {.key = "limits.connections",
         .standard = "512",
         .target = &l.connections,
         .help = "open connections per listener",
         .least = 1,
         .most = 10000},
        {.key = "limits.connections_per_address",
         .standard = "64",
         .target = &l.connections_per_address,
         .help = "open connections from one network address",
         .least = 1,
         .most = 10000},
        {.key = "limits.free_disk",
         .standard = "\"512MiB\"",
         .target = &l.free_disk_bytes,
         .help = "below this much free disk new input is refused, so that what was accepted can be "
                 "finished",
         .least = 0,
         .most = 1024 * GiB,
         .octets = true},
    };
}

// What arrives, and where it stays until it is durable.
std::vector<Field> body_fields(LimitSection& l) {
    return {
        {.key = "limits.bodies_in_memory",
         .standard = "\"1GiB\"",
         .target = &l.bodies_in_memory,
         .help = "octets of all bodies together that a listener holds in memory; beyond it senders "
                 "are told to try again (http.busy)",
         .least = MiB,
         .most = 64 * GiB,
         .octets = true},
        {.key = "limits.spool_above",
         .standard = "\"1MiB\"",
         .target = &l.spool_above,
         .help = "AS2 messages larger than this pass through encrypted files, in both directions, "
                 "instead of memory",
         .least = 4 * KiB,
         .most = 64 * MiB,
         .octets = true},
        {.key = "limits.bodies_on_disk",
         .standard = "\"16GiB\"",
         .target = &l.bodies_on_disk,
         .help =
             "octets of all bodies together in such files while they arrive, of a listener; beyond "
             "it senders are told to try again (http.busy)",
         .least = MiB,
         .most = 1024 * GiB,
         .octets = true},
        {.key = "limits.share_of_address",
         .standard = "50",
         .target = &l.share_of_address,
         .help = "percent of either that one network address may hold",
         .least = 1,
         .most = 100},
    };
}

std::vector<Field> timeout_fields(LimitSection& l) {
    return {
        {.key = "limits.handshake_timeout",
         .standard = "\"10s\"",
         .target = &l.handshake_timeout,
         .help = "a TLS handshake must be finished within",
         .least = 100,
         .most = 5 * Minute},
        {.key = "limits.header_timeout",
         .standard = "\"15s\"",
         .target = &l.header_timeout,
         .help = "a request's header must be there within",
         .least = 100,
         .most = 5 * Minute},
        {.key = "limits.body_timeout",
         .standard = "\"5m\"",
         .target = &l.body_timeout,
         .help = "a request's body must be there within",
         .least = 100,
         .most = Hour},
        {.key = "limits.send_timeout",
         .standard = "\"5m\"",
         .target = &l.send_timeout,
         .help = "one attempt to send, from connecting to the receipt, may take",
         .least = 100,
         .most = Hour,
         .reloadable = true},
    };
}

std::vector<Field> work_fields(Settings& s) {
    return {
        {.key = "retry.first_delay",
         .standard = "\"5s\"",
         .target = &s.retry.first_delay,
         .help = "wait after the first failure",
         .least = 10,
         .most = Hour},
        {.key = "retry.factor",
         .standard = "2.0",
         .target = &s.retry.factor,
         .help = "each further wait is this much longer",
         .least = 1,
         .most = 10},
        {.key = "retry.longest_delay",
         .standard = "\"15m\"",
         .target = &s.retry.longest_delay,
         .help = "but never longer than",
         .least = 10,
         .most = Day},
        {.key = "retry.jitter",
         .standard = "0.2",
         .target = &s.retry.jitter,
         .help = "share of the wait that is random, so that retries spread",
         .least = 0,
         .most = 1},
        {.key = "retry.give_up_after",
         .standard = "\"7d\"",
         .target = &s.retry.give_up_after,
         .help = "then the document is parked for a person",
         .least = Second,
         .most = 90 * Day},
        {.key = "pipeline.workers",
         .standard = "4",
         .target = &s.pipeline.workers,
         .help = "steps that run at the same time",
         .least = 1,
         .most = 256},
        {.key = "pipeline.lease",
         .standard = "\"2m\"",
         .target = &s.pipeline.lease,
         .help = "a step whose worker was not heard of for this long is given to another",
         .least = Second,
         .most = Hour},
    };
}

std::vector<Field> back_office_fields(OdooSection& o) {
    return {
        {.key = "odoo.enabled",
         .standard = "false",
         .target = &o.enabled,
         .help = "whether documents are posted into Odoo"},
        {.key = "odoo.url",
         .standard = "\"\"",
         .target = &o.url,
         .help = "https://odoo.example.com, without a path"},
        {.key = "odoo.database",
         .standard = "\"\"",
         .target = &o.database,
         .help = "name of the Odoo database"},
        {.key = "odoo.login",
         .standard = "\"\"",
         .target = &o.login,
         .help = "login of the gateway's own Odoo user"},
        {.key = "odoo.key", .standard = "\"\"", .target = &o.key, .help = "that user's API key"},
        {.key = "odoo.connect_timeout",
         .standard = "\"5s\"",
         .target = &o.connect_timeout,
         .help = "connecting may take",
         .least = 100,
         .most = Minute},
        {.key = "odoo.call_timeout",
         .standard = "\"2m\"",
         .target = &o.call_timeout,
         .help = "one call may take; longer than Odoo's own limit (limit_time_real)",
         .least = Second,
         .most = Hour},
        {.key = "odoo.ca_file",
         .standard = "\"\"",
         .target = &o.ca_file,
         .help = "certificate authorities for Odoo, PEM; empty: the system's"},
    };
}

// How orders find their products, units and addresses in Odoo.
std::vector<Field> order_fields(OdooSection& o) {
    return {
        {.key = "odoo.item_table",
         .standard = "\"\"",
         .target = &o.item_table,
         .help = "CSV \"theirs,ours\": buyers' item numbers and our product references, for every "
                 "partner; empty: none",
         .reloadable = true},
        {.key = "odoo.units",
         .standard = "{}",
         .target = &o.units,
         .help = "units the built-in table lacks: { ctn = \"my_module.unit_carton\" }, external "
                 "ids of uom.uom",
         .reloadable = true},
        {.key = "odoo.delivery_time_utc",
         .standard = "\"12:00:00\"",
         .target = &o.delivery_time_utc,
         .help = "time of day for a requested date without one",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "odoo.gln_fields",
         .standard = R"(["x_gln", "global_location_number", "barcode"])",
         .target = &o.gln_fields,
         .help = "fields of res.partner that may hold a GLN; those that exist are searched",
         .may_be_empty = false},
        {.key = "odoo.line_field",
         .standard = "\"x_edi_line\"",
         .target = &o.line_field,
         .help = "field of sale.order.line that takes the buyer's line number, where it exists; "
                 "empty: none"},
    };
}

void add_account(std::vector<Field>& fields,
                 const std::string& name,
                 OdooAccount& account,
                 const std::string& what) {
    fields.push_back({.key = "odoo." + name + ".login",
                      .standard = "\"\"",
                      .target = &account.login,
                      .help = "Odoo user that " + what + "; empty: off"});
    fields.push_back({.key = "odoo." + name + ".key",
                      .standard = "\"\"",
                      .target = &account.key,
                      .help = "that user's API key"});
}

// What partners ask over the API.
std::vector<Field> inquiry_fields(OdooSection& o) {
    std::vector<Field> fields;
    add_account(fields, "stock", o.stock, "reads stock for partners who ask over the API");
    fields.push_back({.key = "odoo.stock.age",
                      .standard = "\"1m\"",
                      .target = &o.stock_age,
                      .help = "what Odoo said so short ago is said again without asking",
                      .least = Second,
                      .most = Hour});
    fields.push_back({.key = "odoo.stock.warehouse",
                      .standard = "\"\"",
                      .target = &o.stock_warehouse,
                      .help = "code of the warehouse whose stock partners see; empty: all of the "
                              "company"});
    return fields;
}

// Both ways with vendors, and who paid what.
std::vector<Field> buying_fields(OdooSection& o) {
    std::vector<Field> fields;
    add_account(fields, "purchases", o.purchases, "reads our purchase orders for vendors");
    add_account(fields,
                "purchase_answers",
                o.purchase_answers,
                "writes vendors' answers on our purchase orders");
    add_account(fields,
                "ship_notices",
                o.ship_notices,
                "writes vendors' ship notices on the receipts that are expected");
    add_account(fields, "bills", o.bills, "makes draft bills of vendors' invoices");
    add_account(fields, "receipts", o.receipts, "reads what was received, for vendors");
    add_account(fields, "payments", o.payments, "reads payments to vendors");
    add_account(fields,
                "remittances",
                o.remittances,
                "notes customers' remittance advices on their invoices");
    return fields;
}

// What goes from Odoo to partners.
std::vector<Field> outgoing_fields(OdooSection& o) {
    std::vector<Field> fields;
    add_account(fields, "watcher", o.watcher, "sees what changed in Odoo");
    add_account(fields, "responses", o.responses, "reads orders for their answers");
    add_account(fields, "shipments", o.shipments, "reads deliveries for ship notices");
    add_account(fields, "invoices", o.invoices, "reads invoices and credit notes");
    fields.push_back({.key = "odoo.poll_interval",
                      .standard = "\"10s\"",
                      .target = &o.poll_interval,
                      .help = "between two looks at what changed in Odoo",
                      .least = 100,
                      .most = Hour});
    fields.push_back({.key = "odoo.tracking_wait",
                      .standard = "\"10m\"",
                      .target = &o.tracking_wait,
                      .help = "a delivery with a carrier waits so long for its tracking number",
                      .least = 0,
                      .most = 24 * Hour});
    fields.push_back({.key = "odoo.sscc_prefix",
                      .standard = "\"\"",
                      .target = &o.sscc_prefix,
                      .help =
                          "extension digit and GS1 company prefix (8 to 11 digits) for packages "
                          "whose name in Odoo is no SSCC; empty: they go without"});
    fields.push_back({.key = "odoo.carriers",
                      .standard = "{}",
                      .target = &o.carriers,
                      .help = "delivery methods in Odoo and their SCAC: { \"Standard delivery\" = "
                              "\"UPSN\" }"});
    return fields;
}

void append(std::vector<Field>& fields, std::vector<Field> more) {
    for (Field& field : more)
        fields.push_back(std::move(field));
}

}  // namespace

std::vector<Field> settings_fields(Settings& settings) {
    std::vector<Field> fields = general_fields(settings);
    append(fields, listener_fields(settings));
    append(fields, sftp_section_fields(settings.sftp));
    append(fields, https_section_fields(settings.https));
    append(fields, limit_fields(settings.limits));
    append(fields, body_fields(settings.limits));
    append(fields, timeout_fields(settings.limits));
    append(fields, work_fields(settings));
    append(fields, back_office_fields(settings.odoo));
    append(fields, order_fields(settings.odoo));
    append(fields, outgoing_fields(settings.odoo));
    append(fields, buying_fields(settings.odoo));
    append(fields, inquiry_fields(settings.odoo));
    return fields;
}

std::vector<Field> identity_fields(Identity& identity) {
    return {
        {.key = "as2_id",
         .target = &identity.as2_id,
         .help = "our name in AS2-From and AS2-To; upper and lower case count",
         .may_be_empty = false},
        {.key = "key",
         .target = &identity.key,
         .help = "our private key, PEM; signs what we send, decrypts what we receive",
         .reloadable = true},
        {.key = "certificate",
         .target = &identity.certificate,
         .help = "its certificate, PEM; what partners get",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "passphrase",
         .standard = "\"\"",
         .target = &identity.passphrase,
         .help = "opens the key when it is encrypted; holds for next_key too",
         .reloadable = true},
        {.key = "next_key",
         .standard = "\"\"",
         .target = &identity.next_key,
         .help = "the key that follows; it decrypts at once and signs from next_from on",
         .reloadable = true},
        {.key = "next_certificate",
         .standard = "\"\"",
         .target = &identity.next_certificate,
         .help = "its certificate; partners must have it before next_from",
         .reloadable = true},
        {.key = "next_from",
         .standard = "\"\"",
         .target = &identity.next_from,
         .help = "when we begin to sign with it: \"2026-12-01\" or \"2026-12-01T06:00:00Z\"",
         .reloadable = true},
        {.key = "old_key",
         .standard = "\"\"",
         .target = &identity.old_key,
         .help = "the key before; it still decrypts until old_until, and signs nothing",
         .reloadable = true},
        {.key = "old_certificate",
         .standard = "\"\"",
         .target = &identity.old_certificate,
         .help = "its certificate",
         .reloadable = true},
        {.key = "old_until",
         .standard = "\"\"",
         .target = &identity.old_until,
         .help = "until when partners may still encrypt for it",
         .reloadable = true},
    };
}

}  // namespace sallyport::config
