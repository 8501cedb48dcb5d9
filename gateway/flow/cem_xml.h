// SPDX-License-Identifier: Apache-2.0
// What CEM messages say (draft-meadors-certificate-exchange-14, section 3), read from hostile octets and written. Namespace
// urn:ietf:params:xml:ns:ediintcertificateexchange. Pure functions.
//
//   EDIINTCertificateExchangeRequest requestId
//     TradingPartnerInfo        Name qualifier="AS2", MessageOriginated
//     TrustRequest, one or more CertUsage (one or more), RespondByDate, ResponseURL,
//                               EndEntity: CertificateIdentifier (issuer, serial), CertificateContentID
//   EDIINTCertificateExchangeResponse requestId
//     TradingPartnerInfo
//     TrustResponse, one or more CertStatus Accepted or Rejected, ReasonForRejection, CertificateReference (issuer, serial)
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sallyport::flow {

inline constexpr std::size_t MostTrustItems = 20;

namespace cert_use {
inline constexpr std::string_view Signature = "digitalSignature";
inline constexpr std::string_view Encryption = "keyEncipherment";
inline constexpr std::string_view TlsServer = "tlsServer";
inline constexpr std::string_view TlsClient = "tlsClient";
}  // namespace cert_use

struct CertificateName {
    std::string
        issuer{};  // as written: peers spell names in many ways, so it is echoed and not compared
    std::string serial{};  // decimal
};

struct TrustRequest {
    std::vector<std::string> uses{};  // cert_use, or a word we do not know
    std::optional<Instant> respond_by{};
    std::string
        response_url{};  // shown to people, never called: answers go where the agreement says
    CertificateName certificate{};
    std::string content_id{};  // without angle brackets
};
struct TrustAnswer {
    bool accepted = false;
    std::string reason{};  // of a rejection
    CertificateName certificate{};
};

struct CemRequest {
    std::string id{};      // requestId
    std::string sender{};  // AS2 name
    Instant originated{};
    std::vector<TrustRequest> items{};
};
struct CemResponse {
    std::string id{};
    std::string sender{};
    Instant originated{};
    std::vector<TrustAnswer> items{};
};
using CemMessage = std::variant<CemRequest, CemResponse>;

// Error codes (Partner): those of edi::read_xml; cem.doctype (any DOCTYPE), cem.root, cem.field (what a message must say and
// does not, or too much of it).
Result<CemMessage> read_cem_xml(const std::string& octets);
// Error codes: xml.write.*.
Result<std::string> write_cem_xml(const CemRequest& request);
Result<std::string> write_cem_xml(const CemResponse& response);

// xs:dateTime and xs:date, with any zone or none (UTC is meant), with or without fraction. nullopt: neither, or no such date.
std::optional<Instant> read_xml_time(std::string_view text);
std::string write_xml_time(Instant instant);  // "2026-12-01T06:30:00Z"

}  // namespace sallyport::flow
