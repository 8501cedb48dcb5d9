// SPDX-License-Identifier: Apache-2.0
// CEM, Certificate Exchange Messaging (draft-meadors-certificate-exchange-14): the MIME around its XML. A message is
//
//   Content-Type: multipart/related; type="application/ediint-cert-exchange+xml"; boundary=…
//     application/ediint-cert-exchange+xml                      the request or response
//     application/pkcs7-mime; smime-type=certs-only  Content-ID each certificate that the request names
//
// inside a signed AS2 message; never an unsigned one (as2_receiver.cpp refuses it). What the XML says is flow's (cem_xml.h).
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/intake.h"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::transports {

inline constexpr std::string_view CemXmlType = "application/ediint-cert-exchange+xml";
inline constexpr std::size_t LargestCem = std::size_t{1} << 20U;  // octets of the whole container
inline constexpr std::size_t MostCemParts = 32;

// By the type of what an AS2 message carries: the container, or the XML alone, which a response is from some peers.
bool is_cem(std::string_view content_type);

// One attached part.
struct CemAttachment {
    std::string content_id{};  // without angle brackets
    std::vector<CertificateFacts> certificates{};
    std::string trouble{};  // why nothing in it can be read; empty: it can
};
struct CemContainer {
    std::string xml{};
    std::vector<CemAttachment> attachments{};
};
// `content_type`: of the payload, as it came. An attachment that cannot be read is no error: its request is rejected by name.
// Error codes (Partner): cem.large, cem.container (no XML part), mime.*.
Result<CemContainer> read_cem(BytesView payload, std::string_view content_type);

struct CemPart {
    std::string content_id{};  // without angle brackets: letters, digits, ".@-_"
    CertificateFacts certificate{};
};
// The container's octets, the same for the same arguments; `seed`: letters and digits, for the boundary. Error codes:
// certs.certificate.unreadable, certs.only.unwritable.
Result<Bytes> write_cem(std::string_view xml,
                        const std::vector<CemPart>& certificates,
                        std::string_view seed);
// The content type of octets that write_cem() made: their boundary stands in their first line.
std::string cem_content_type(BytesView container);

// XML names certificates by the serial number as a decimal integer; `hex` as CertificateFacts has it.
std::string decimal_serial(std::string_view hex);

// What `sallyport cert lint` calls a fault of a certificate that is to do this, as one sentence; empty: none.
std::string cem_faults(
    const CertificateFacts& certificate, bool signs, bool encrypts, bool serves_tls, Instant now);

}  // namespace sallyport::transports
