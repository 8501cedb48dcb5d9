// SPDX-License-Identifier: Apache-2.0
// Trading partner agreements: one partners/NAME.toml each. Plain values: checked, defaults filled in, paths absolute.
#pragma once

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

enum class MdnMode : std::uint8_t { None, Unsigned, Signed };

struct As2Agreement {
    bool enabled = false;    // an [as2] table is there
    std::string id{};        // theirs; case counts
    std::string identity{};  // Settings::identities name of ours
    std::string url{};       // where we send; empty: we only receive
    std::vector<std::filesystem::path>
        certificates;  // theirs, PEM; the first encrypts, all verify (rollover)
    std::filesystem::path next_certificate{};  // theirs: verifies at once, encrypts from then on
    std::string next_from{};                   // config/moment.h
    std::string
        certificates_until{};  // `certificates` verify no longer; only with next_certificate
    // Whether a certificate of theirs has been revoked, asked of its authority in the background.
    std::string revocation{};                               // "off", "crl", "ocsp", "both"
    std::vector<std::filesystem::path> revocation_issuers;  // authorities whose answers count
    std::vector<std::string> revocation_urls;  // where answers may be fetched; file: URLs too
    bool revocation_required = false;  // no answer: not believed; else believed and recorded
    bool revocation_internal = false;  // those URLs may lead into our own networks
    std::vector<std::filesystem::path>
        tls_certificates;  // pinned server certificates; empty: the system's authorities

    // What we demand of what they send.
    bool require_signed = true;
    bool require_encrypted = true;
    std::vector<std::string> digests{};  // "sha-256", "sha-384", "sha-512"
    std::vector<std::string> ciphers{};  // "aes-128-cbc" to "aes-256-gcm"
    std::vector<std::string>
        allow{};  // weak ones, by name: "sha-1", "3des", "credentials-over-http"
    std::vector<std::string>
        async_receipts{};  // URLs that their messages may ask receipts to; none: refused
    bool async_receipts_internal = false;  // those URLs may lead into our own networks

    // How we send.
    bool sign = true;
    bool encrypt = true;
    bool compress = false;
    std::string digest{};         // one of digests or allow
    std::string cipher{};         // one of ciphers or allow
    std::string signature{};      // "pkcs1-v1.5" or "pss"; for RSA keys
    std::string key_transport{};  // "pkcs1-v1.5", "oaep-sha-1", "oaep-sha-256"
    MdnMode mdn = MdnMode::Signed;
    std::string mdn_url{};                 // ours, where receipts come later; empty: in the answer
    std::chrono::milliseconds timeout{0};  // one attempt
    std::string user{};                    // HTTP Basic; with `password`
    SecretRef password{};
    SecretRef bearer_token{};    // instead of user and password
    std::string tls_identity{};  // Settings::identities name whose certificate their server wants
    std::string restart{};       // "off", "auto", "on": AS2 Restart of what we send
    std::string cem{};           // "off", "ask", "trusted-signer": certificates by CEM
    std::vector<std::string>
        quirks{};  // departures from the standards that a product needs, by name
};

enum class AckPolicy : std::uint8_t { Never, Always, OnFaults };

struct X12Agreement {
    bool enabled = false;
    std::string our_qualifier{};  // ISA05/07
    std::string our_id{};         // ISA06/08, without padding
    std::string their_qualifier{};
    std::string their_id{};
    std::string our_group_id{};  // GS02/03; default: the ISA one
    std::string their_group_id{};
    bool test = false;  // ISA15 of what we send; inbound must agree
    char element_separator = '*';
    char component_separator = '>';
    char repetition_separator = '^';
    char segment_terminator = '~';
    bool line_breaks = false;                   // after each terminator
    AckPolicy acknowledge = AckPolicy::Always;  // send a 997 or 999 for what comes
    std::string acknowledge_with = "997";       // or "999": from 005010 on
    bool expect_acknowledgement = true;         // for what goes
    std::chrono::milliseconds acknowledgement_within{0};
};

struct EdifactAgreement {
    bool enabled = false;
    std::string our_id{};         // UNB 0004/0010
    std::string our_qualifier{};  // 0007; may be empty
    std::string their_id{};
    std::string their_qualifier{};
    bool test = false;             // 0035 of what we send; inbound must agree
    std::string syntax{};          // 0001 of what we send: "UNOC"
    std::string syntax_version{};  // 0002: "3" or "4"
    std::string application_reference{};
    bool line_breaks = false;
    AckPolicy acknowledge = AckPolicy::Always;  // send a CONTRL for what comes
    bool expect_acknowledgement = true;         // for what goes
    bool request_acknowledgement = false;       // 0031 of what we send
    std::chrono::milliseconds acknowledgement_within{0};
};

// UBL, CII and cXML: documents without an envelope, or with one of their own (cXML Header).
struct XmlAgreement {
    bool enabled = false;
    // Electronic addresses (UBL EndpointID, CII URIID) or cXML identities; empty: not agreed, so not compared and not written.
    std::string our_id{};
    std::string
        our_qualifier{};  // the address's scheme ("0088") or the credential's domain ("DUNS")
    std::string their_id{};
    std::string their_qualifier{};
    bool test = false;  // cXML deploymentMode of what we send; inbound must agree
};

// Documents that nobody here reads: they pass as they are, whatever their size.
struct FilesAgreement {
    bool enabled = false;
    std::string folder{};                      // of this machine: where what comes is put; absolute
    std::vector<std::string> content_types{};  // of what comes: not read; lower case
};

struct DocumentAgreement {
    bool inbound = true;
    std::string standard{};  // "X12"
    std::string version{};   // "004010"; XML: "ubl-2.1", "cii-D16B", "cxml-1.2"
    std::string set{};       // "850"; XML: "Order", "OrderRequest"
    std::filesystem::path
        map{};  // found in the partner's folder or the mapping directory; absolute
    std::map<std::string, std::string> params{};  // for the map's `param`s
    // EDIFACT 0057 "EAN008"; XML: CustomizationID, guideline or cXML version. Inbound: only such documents; outbound: written.
    std::string association{};
    // "test" or "production": only for such interchanges (ISA15, UNB 0035, cXML deploymentMode); "any" or empty: for both.
    std::string usage{};
    // Outbound: those written within this time go together in one interchange; 0: each in its own, at once.
    std::chrono::milliseconds batch{0};
};

struct OdooAgreement {
    std::string customer{};  // res.partner.ref
    bool confirm = false;
    std::filesystem::path item_table{};  // CSV "theirs,ours", before the gateway's; empty: none
    std::map<std::string, std::string> units{};  // before the gateway's
    bool hold_adjustments =
        true;  // allowances and charges hold the order; else they stand in the note
    bool hold_allocations = true;  // so do quantities for several stores
    // The buy side. What a vendor's answer or invoice says otherwise than our order, beyond these.
    std::string vendor{};                 // res.partner.ref; empty: no vendor
    std::string price_tolerance{"0"};     // percent
    std::string quantity_tolerance{"0"};  // percent
    std::chrono::milliseconds date_tolerance{0};
    std::string on_price{"hold"};  // "warn", "hold", "reject"
    std::string on_quantity{"hold"};
    std::string on_date{"warn"};
};

struct Partner {
    std::filesystem::path file{};
    std::string name{};  // equals the file's name without .toml; letters, digits, - and _
    std::string description{};
    bool paused = false;
    // "as2", "sftp", "https", "sftp-push" or "folder": how what we send goes out; what the file leaves open is chosen by what it has.
    std::string deliver_by{};
    As2Agreement as2{};
    SftpAgreement sftp{};
    SftpClientAgreement sftp_client{};
    FolderAgreement folder{};
    HttpsAgreement https{};
    X12Agreement x12{};
    EdifactAgreement edifact{};
    XmlAgreement xml{};
    FilesAgreement files{};
    std::vector<DocumentAgreement> documents{};
    OdooAgreement odoo{};
    std::uint64_t message_bytes = 0;  // limit for this partner; default: the gateway's
    std::map<std::string, std::string>
        origins{};  // "as2.id" to "acme.toml:4"; what is absent has its default
};

// As show_effective() of the settings: the partner file with its defaults and where each value is from.
std::string show_effective(const Partner& partner);

}  // namespace sallyport::config
