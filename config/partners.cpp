// SPDX-License-Identifier: Apache-2.0
// The table of a partner file's settings.
#include "config/partners.h"

#include "config/tables.h"

namespace sallyport::config {

namespace {

std::vector<Field> as2_address_fields(As2Agreement& as2) {
    return {
        {.key = "id",
         .target = &as2.id,
         .help = "the partner's AS2 name; upper and lower case count",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "identity",
         .standard = "\"\"",
         .target = &as2.identity,
         .help =
             "which [identity.NAME] of ours the partner knows; may be left out when there is one",
         .reloadable = true},
        {.key = "url",
         .standard = "\"\"",
         .target = &as2.url,
         .help = "where we send; empty: we only receive",
         .reloadable = true},
        {.key = "certificates",
         .target = &as2.certificates,
         .help =
             "the partner's certificates, PEM; the first encrypts, every one verifies (rollover)",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "next_certificate",
         .standard = "\"\"",
         .target = &as2.next_certificate,
         .help = "the partner's certificate that follows; it verifies at once, and we encrypt with "
                 "it from next_from on",
         .reloadable = true},
        {.key = "next_from",
         .standard = "\"\"",
         .target = &as2.next_from,
         .help = "when: \"2026-12-01\" or \"2026-12-01T06:00:00Z\"",
         .reloadable = true},
        {.key = "certificates_until",
         .standard = "\"\"",
         .target = &as2.certificates_until,
         .help = "when certificates verify no longer and next_certificate alone does; not before "
                 "next_from; empty: they stay",
         .reloadable = true},
        {.key = "tls_certificates",
         .standard = "[]",
         .target = &as2.tls_certificates,
         .help = "the only certificates its HTTPS server may show; empty: any the system trusts",
         .reloadable = true},
    };
}

// What we demand of what the partner sends.
std::vector<Field> as2_demand_fields(As2Agreement& as2) {
    return {
        {.key = "require_signed",
         .standard = "true",
         .target = &as2.require_signed,
         .help = "refuse what is not signed",
         .reloadable = true},
        {.key = "require_encrypted",
         .standard = "true",
         .target = &as2.require_encrypted,
         .help = "refuse what is not encrypted",
         .reloadable = true},
        {.key = "digests",
         .standard = R"(["sha-256", "sha-384", "sha-512"])",
         .target = &as2.digests,
         .help = "signature digests that are accepted",
         .choices = {"sha-256", "sha-384", "sha-512"},
         .reloadable = true},
        {.key = "ciphers",
         .standard = R"(["aes-128-cbc", "aes-192-cbc", "aes-256-cbc"])",
         .target = &as2.ciphers,
         .help = "encryption that is accepted",
         .choices = {"aes-128-cbc",
                     "aes-192-cbc",
                     "aes-256-cbc",
                     "aes-128-gcm",
                     "aes-192-gcm",
                     "aes-256-gcm"},
         .reloadable = true},
        {.key = "allow",
         .standard = "[]",
         .target = &as2.allow,
         .help = "weak things that are still done with this partner",
         .choices = {"sha-1", "3des", "credentials-over-http"},
         .reloadable = true},
        {.key = "async_receipts",
         .standard = "[]",
         .target = &as2.async_receipts,
         .help = "URLs its messages may ask receipts to; with /* at the end, every path there; "
                 "empty: receipts go into the answer only",
         .reloadable = true},
        {.key = "async_receipts_internal",
         .standard = "false",
         .target = &as2.async_receipts_internal,
         .help = "those URLs may lead to loopback and private addresses",
         .reloadable = true},
    };
}

std::vector<Field> as2_sending_fields(As2Agreement& as2) {
    return {
        {.key = "sign",
         .standard = "true",
         .target = &as2.sign,
         .help = "sign what we send",
         .reloadable = true},
        {.key = "encrypt",
         .standard = "true",
         .target = &as2.encrypt,
         .help = "encrypt what we send",
         .reloadable = true},
        {.key = "compress",
         .standard = "false",
         .target = &as2.compress,
         .help = "compress what we send",
         .reloadable = true},
        {.key = "digest",
         .standard = "\"sha-256\"",
         .target = &as2.digest,
         .help = "digest of our signatures",
         .choices = {"sha-256", "sha-384", "sha-512", "sha-1"},
         .reloadable = true},
        {.key = "cipher",
         .standard = "\"aes-256-cbc\"",
         .target = &as2.cipher,
         .help = "how we encrypt",
         .choices = {"aes-128-cbc",
                     "aes-192-cbc",
                     "aes-256-cbc",
                     "aes-128-gcm",
                     "aes-192-gcm",
                     "aes-256-gcm",
                     "3des"},
         .reloadable = true},
        {.key = "signature",
         .standard = "\"pkcs1-v1.5\"",
         .target = &as2.signature,
         .help = "how we sign with an RSA key",
         .choices = {"pkcs1-v1.5", "pss"},
         .reloadable = true},
        {.key = "key_transport",
         .standard = "\"pkcs1-v1.5\"",
         .target = &as2.key_transport,
         .help = "how the message key is encrypted for an RSA certificate",
         .choices = {"pkcs1-v1.5", "oaep-sha-1", "oaep-sha-256"},
         .reloadable = true},
    };
}

// What comes back, how long it may take, and what the partner's product needs.
std::vector<Field> as2_answer_fields(As2Agreement& as2) {
    return {
        {.key = "mdn",
         .standard = "\"signed\"",
         .target = &as2.mdn,
         .help = "the receipt we ask for",
         .choices = {"none", "unsigned", "signed"},
         .reloadable = true},
        {.key = "mdn_url",
         .standard = "\"\"",
         .target = &as2.mdn_url,
         .help = "our AS2 URL as the partner sees it: receipts come there later; empty: in the "
                 "answer to the message",
         .reloadable = true},
        {.key = "timeout",
         .standard = "\"5m\"",
         .target = &as2.timeout,
         .help = "one attempt to send may take",
         .least = 1000,
         .most = 3'600'000,
         .reloadable = true},
        {.key = "restart",
         .standard = "\"auto\"",
         .target = &as2.restart,
         .help =
             "AS2 Restart: a large message that was cut goes on where it stopped; auto: when the "
             "partner says in EDIINT-Features that it can. What comes may always be restarted, "
             "unless off",
         .choices = {"off", "auto", "on"},
         .reloadable = true},
        {.key = "cem",
         .standard = "\"ask\"",
         .target = &as2.cem,
         .help =
             "certificates that the partner sends by CEM: ask two people; trusted-signer: taken at "
             "once where a certificate trusted already signed the request; off: neither taken nor "
             "sent",
         .choices = {"off", "ask", "trusted-signer"},
         .reloadable = true},
        {.key = "quirks",
         .standard = "[]",
         .target = &as2.quirks,
         .help = "departures from the standards that this partner's product needs",
         .choices = {"micalg-legacy-names",
                     "gcm-enveloped-tagged",
                     "compress-after-signing",
                     "names-unquoted",
                     "mic-missing-unsigned",
                     "signature-binary",
                     "headerless-encrypted-body"},
         .reloadable = true},
    };
}

// Who we are to the partner's HTTP server.
std::vector<Field> as2_login_fields(As2Agreement& as2) {
    return {
        {.key = "user",
         .standard = "\"\"",
         .target = &as2.user,
         .help = "HTTP Basic authentication at the partner's server; empty: none",
         .reloadable = true},
        {.key = "password",
         .standard = "\"\"",
         .target = &as2.password,
         .help = "its password",
         .reloadable = true},
        {.key = "bearer_token",
         .standard = "\"\"",
         .target = &as2.bearer_token,
         .help = "HTTP bearer token, instead of user and password",
         .reloadable = true},
        {.key = "tls_identity",
         .standard = "\"\"",
         .target = &as2.tls_identity,
         .help = "which [identity.NAME] of ours shows its certificate to the partner's HTTPS "
                 "server; empty: none",
         .reloadable = true},
    };
}

// Whether a certificate of theirs was revoked.
std::vector<Field> as2_revocation_fields(As2Agreement& as2) {
    return {
        {.key = "revocation",
         .standard = "\"off\"",
         .target = &as2.revocation,
         .help = "whether their authority is asked if a certificate was revoked: by list, by OCSP",
         .choices = {"off", "crl", "ocsp", "both"},
         .reloadable = true},
        {.key = "revocation_issuers",
         .standard = "[]",
         .target = &as2.revocation_issuers,
         .help = "certificates of the authorities that issued theirs, PEM; only what these signed "
                 "counts",
         .reloadable = true},
        {.key = "revocation_urls",
         .standard = "[]",
         .target = &as2.revocation_urls,
         .help = "where answers may be fetched, as in async_receipts; \"file:///path\" for a list "
                 "that is brought here",
         .reloadable = true},
        {.key = "revocation_required",
         .standard = "false",
         .target = &as2.revocation_required,
         .help =
             "without an answer a certificate is not believed; else it is, and that is recorded",
         .reloadable = true},
        {.key = "revocation_internal",
         .standard = "false",
         .target = &as2.revocation_internal,
         .help = "those URLs may lead into our own networks",
         .reloadable = true},
    };
}

}  // namespace

std::vector<Field> joined(std::vector<std::vector<Field>> parts) {
    std::vector<Field> fields;
    for (std::vector<Field>& part : parts)
        for (Field& field : part)
            fields.push_back(std::move(field));
    return fields;
}

std::vector<Field> partner_fields(Partner& partner) {
    constexpr double LargestMessage = 4.0 * 1024 * 1024 * 1024;
    return {
        {.key = "name",
         .target = &partner.name,
         .help = "the partner's name in this gateway; the file is NAME.toml",
         .may_be_empty = false},
        {.key = "description",
         .standard = "\"\"",
         .target = &partner.description,
         .help = "for people",
         .reloadable = true},
        {.key = "paused",
         .standard = "false",
         .target = &partner.paused,
         .help = "nothing is sent, nothing received is processed further",
         .reloadable = true},
        {.key = "deliver_by",
         .standard = "\"\"",
         .target = &partner.deliver_by,
         .help = "how what we send goes out: as2; sftp, where the partner fetches it from us; "
                 "https, where it fetches over the API; sftp-push, to its server; folder; empty: "
                 "the first of these that the file has",
         .choices = {"", "as2", "sftp", "https", "sftp-push", "folder"},
         .reloadable = true},
        {.key = "limits.message_bytes",
         .standard = "0",
         .target = &partner.message_bytes,
         .help = "largest message of this partner; 0: the gateway's limit",
         .least = 0,
         .most = LargestMessage,
         .reloadable = true,
         .octets = true},
    };
}

std::vector<Field> as2_fields(As2Agreement& as2) {
    return joined({as2_address_fields(as2),
                   as2_demand_fields(as2),
                   as2_sending_fields(as2),
                   as2_answer_fields(as2),
                   as2_login_fields(as2),
                   as2_revocation_fields(as2)});
}

// Which documents of that kind an entry is for, and how they go.
static std::vector<Field> document_choice_fields(DocumentAgreement& doc) {
    return {
        {.key = "association",
         .standard = "\"\"",
         .target = &doc.association,
         .help =
             "EDIFACT: association assigned code (UNH 0057): \"EAN008\"; XML: CustomizationID or "
             "guideline. Direction in: this entry is for such documents only; out: it is written",
         .reloadable = true},
        {.key = "usage",
         .standard = "\"any\"",
         .target = &doc.usage,
         .help =
             "this entry is for test interchanges only (ISA15, UNB 0035, cXML deploymentMode), for "
             "those of production only, or for any",
         .choices = {"any", "test", "production"},
         .reloadable = true},
        {.key = "batch",
         .standard = "\"0s\"",
         .target = &doc.batch,
         .help = "direction out: documents written within this time go in one interchange; 0: each "
                 "at once, in its own",
         .least = 0,
         .most = 86'400'000,
         .reloadable = true},
        {.key = "params",
         .standard = "{}",
         .target = &doc.params,
         .help = "values for the map's params, as text",
         .reloadable = true},
    };
}

std::vector<Field> document_fields(DocumentAgreement& doc,
                                   std::string& direction,
                                   std::string& map) {
    return joined({{
                       {.key = "direction",
                        .target = &direction,
                        .help = "\"in\" or \"out\"",
                        .choices = {"in", "out"},
                        .reloadable = true},
                       {.key = "standard",
                        .standard = "\"X12\"",
                        .target = &doc.standard,
                        .help = "syntax",
                        .choices = {"X12", "EDIFACT", "XML"},
                        .reloadable = true},
                       {.key = "version",
                        .target = &doc.version,
                        .help = "version and release as in GS08: \"004010\"; of EDIFACT: \"D96A\"; "
                                "of XML the family: "
                                "\"ubl-2.1\", \"cii-D16B\", \"cxml-1.2\"",
                        .reloadable = true,
                        .may_be_empty = false},
                       {.key = "set",
                        .target = &doc.set,
                        .help = "transaction set: \"850\"; of EDIFACT the message: \"ORDERS\"; of "
                                "XML the document: "
                                "\"Order\", \"OrderRequest\"",
                        .reloadable = true,
                        .may_be_empty = false},
                       {.key = "map",
                        .target = &map,
                        .help = "map file: beside the partner file or in mapping_directory",
                        .reloadable = true,
                        .may_be_empty = false},
                   },
                   document_choice_fields(doc)});
}

static std::vector<Field> odoo_vendor_fields(OdooAgreement& odoo) {
    return {
        {.key = "vendor",
         .standard = "\"\"",
         .target = &odoo.vendor,
         .help = "the vendor's reference (res.partner.ref): our purchase orders for it go to this "
                 "partner; empty: no vendor",
         .reloadable = true},
        {.key = "price_tolerance",
         .standard = "\"0\"",
         .target = &odoo.price_tolerance,
         .help = "percent by which a vendor's price may differ from our order's",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "quantity_tolerance",
         .standard = "\"0\"",
         .target = &odoo.quantity_tolerance,
         .help = "percent by which a vendor's quantity may differ from our order's, and a billed "
                 "one from the received one",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "date_tolerance",
         .standard = "\"0s\"",
         .target = &odoo.date_tolerance,
         .help = "by how much later than ordered a vendor may promise to deliver",
         .least = 0,
         .most = 366.0 * 86'400'000,
         .reloadable = true},
        {.key = "on_price",
         .standard = "\"hold\"",
         .target = &odoo.on_price,
         .help = "what to do with a vendor's document whose price is beyond the tolerance",
         .choices = {"warn", "hold", "reject"},
         .reloadable = true},
        {.key = "on_quantity",
         .standard = "\"hold\"",
         .target = &odoo.on_quantity,
         .help = "what to do with a vendor's document whose quantity is beyond the tolerance",
         .choices = {"warn", "hold", "reject"},
         .reloadable = true},
        {.key = "on_date",
         .standard = "\"warn\"",
         .target = &odoo.on_date,
         .help = "what to do with a vendor's answer whose date is beyond the tolerance",
         .choices = {"warn", "hold", "reject"},
         .reloadable = true},
    };
}

std::vector<Field> odoo_fields(OdooAgreement& odoo) {
    return joined(
        {{
             {.key = "customer",
              .standard = "\"\"",
              .target = &odoo.customer,
              .help = "the customer's reference (res.partner.ref)",
              .reloadable = true},
             {.key = "confirm",
              .standard = "false",
              .target = &odoo.confirm,
              .help = "confirm orders at once; otherwise they stay quotations",
              .reloadable = true},
             {.key = "item_table",
              .standard = "\"\"",
              .target = &odoo.item_table,
              .help = "CSV \"theirs,ours\": this buyer's item numbers and our product references, "
                      "looked "
                      "at before odoo.item_table of sallyport.toml; empty: none",
              .reloadable = true},
             {.key = "units",
              .standard = "{}",
              .target = &odoo.units,
              .help = "this partner's units, before those of sallyport.toml: { cs = "
                      "\"uom.product_uom_dozen\" }",
              .reloadable = true},
             {.key = "hold_adjustments",
              .standard = "true",
              .target = &odoo.hold_adjustments,
              .help =
                  "hold an order with allowances or charges, which Odoo's order has no field for; "
                  "otherwise they stand in its note",
              .reloadable = true},
             {.key = "hold_allocations",
              .standard = "true",
              .target = &odoo.hold_allocations,
              .help =
                  "hold an order with quantities for several stores; otherwise they stand in its "
                  "note",
              .reloadable = true},
         },
         odoo_vendor_fields(odoo)});
}

}  // namespace sallyport::config
