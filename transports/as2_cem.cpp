// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_cem.h"

#include "certs/certs_only.h"
#include "certs/lint.h"
#include "transports/as2_stranger.h"
#include "transports/mime.h"

#include <algorithm>
#include <utility>

namespace sallyport::transports {
namespace {

Error no_container(std::string what) {
    return Error("cem.container", Blame::Partner, std::move(what))
        .remedy("ask the partner for multipart/related with one " + std::string(CemXmlType) +
                " part");
}

// "<a@b>", "a@b" and "cid:a@b" name one part.
std::string plain_id(std::string_view id) {
    if (id.starts_with("cid:")) id.remove_prefix(4);
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    return std::string(id);
}

CemAttachment attachment_of(const MimeEntity& part, BytesView octets) {
    CemAttachment attachment;
    attachment.content_id = plain_id(header_or_empty(part.headers, "Content-ID"));
    auto certificates = certs::read_certs_only(octets);
    if (!certificates) {
        attachment.trouble = certificates.error().what();
        return attachment;
    }
    for (const certs::Certificate& one : *certificates)
        attachment.certificates.push_back(facts_of(one));
    return attachment;
}

bool all_of(std::string_view text, std::string_view letters) {
    return text.find_first_not_of(letters) == std::string_view::npos;
}

}  // namespace

bool is_cem(std::string_view content_type) {
    const auto type = parse_parameterised(content_type);
    if (type.value == CemXmlType) return true;
    if (type.value != "multipart/related") return false;
    std::string root(type.parameter("type"));
    std::transform(root.begin(), root.end(), root.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return root == CemXmlType;
}

Result<CemContainer> read_cem(BytesView payload, std::string_view content_type) {
    if (payload.size() > LargestCem)
        return Error("cem.large",
                     Blame::Partner,
                     "a certificate exchange of " + std::to_string(payload.size()) +
                         " octets, at most " + std::to_string(LargestCem) + " are read");
    const auto type = parse_parameterised(content_type);
    CemContainer container;
    if (type.value == CemXmlType) {
        container.xml = payload;
        return container;
    }
    const MimeLimits limits{.parts = MostCemParts + 1};
    auto parts = split_multipart(payload, type.parameter("boundary"), limits);
    if (!parts) return std::move(parts).error();
    for (const BytesView octets : *parts) {
        auto part = parse_entity(octets, limits);
        if (!part) return std::move(part).error();
        auto body = decode_transfer(part->body,
                                    header_or_empty(part->headers, "Content-Transfer-Encoding"));
        if (!body) return std::move(body).error();
        const auto kind = parse_parameterised(header_or_empty(part->headers, "Content-Type"));
        if (kind.value != CemXmlType)
            container.attachments.push_back(attachment_of(*part, *body));
        else if (container.xml.empty())
            container.xml = *std::move(body);
        else
            return no_container("two parts say what is exchanged");
    }
    if (container.xml.empty()) return no_container("no part says what is exchanged");
    return container;
}

Result<Bytes> write_cem(std::string_view xml,
                        const std::vector<CemPart>& certificates,
                        std::string_view seed) {
    // Base64 and our own XML hold no line that begins with this.
    const std::string boundary = "--sallyport-cem-" + std::string(seed.substr(0, 40));
    Bytes octets = boundary + "\r\nContent-Type: " + std::string(CemXmlType) +
                   "; charset=utf-8\r\nContent-Transfer-Encoding: binary\r\n\r\n" +
                   std::string(xml);
    for (const CemPart& part : certificates) {
        auto certificate = certs::load_certificate(part.certificate.der);
        if (!certificate) return std::move(certificate).error();
        auto packed = certs::write_certs_only({*certificate});
        if (!packed) return packed;
        std::string lines = to_base64(*packed);
        for (std::size_t at = 76; at < lines.size(); at += 78)
            lines.insert(at, "\r\n");
        octets += "\r\n" + boundary +
                  "\r\nContent-Type: application/pkcs7-mime; smime-type=certs-only; "
                  "name=\"certificate.p7c\"\r\nContent-Transfer-Encoding: base64\r\n"
                  "Content-ID: <" +
                  part.content_id + ">\r\n\r\n" + lines;
    }
    return octets + "\r\n" + boundary + "--\r\n";
}

std::string cem_content_type(BytesView container) {
    const std::size_t end = std::min(container.find("\r\n"), container.size());
    const std::string_view line = container.substr(0, end);
    return "multipart/related; type=\"" + std::string(CemXmlType) + "\"; boundary=\"" +
           std::string(line.starts_with("--") ? line.substr(2) : line) + '"';
}

std::string decimal_serial(std::string_view hex) {
    const bool negative = hex.starts_with('-');
    if (negative) hex.remove_prefix(1);
    if (hex.empty() || hex.size() > 128 || !all_of(hex, "0123456789ABCDEFabcdef")) return {};
    std::string digits = "0";  // the lowest first
    for (const char letter : hex) {
        int carry = letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
        for (char& digit : digits) {
            const int value = (digit - '0') * 16 + carry;
            digit = static_cast<char>('0' + value % 10);
            carry = value / 10;
        }
        for (; carry != 0; carry /= 10)
            digits += static_cast<char>('0' + carry % 10);
    }
    if (negative) digits += '-';
    std::reverse(digits.begin(), digits.end());
    return digits;
}

std::string cem_faults(
    const CertificateFacts& facts, bool signs, bool encrypts, bool serves_tls, Instant now) {
    const auto certificate = certs::load_certificate(facts.der);
    if (!certificate) return certificate.error().what();
    std::vector<certs::CertificateUse> uses;
    if (signs) uses.push_back(certs::CertificateUse::Signing);
    if (encrypts) uses.push_back(certs::CertificateUse::Encryption);
    if (serves_tls) uses.push_back(certs::CertificateUse::Tls);
    std::string sentence;
    for (const certs::Finding& finding : certs::lint(*certificate, uses, now))
        if (finding.severity == certs::Severity::Fault)
            sentence += (sentence.empty() ? "" : "; ") + finding.text + " [" + finding.code + "]";
    return sentence;
}

}  // namespace sallyport::transports
