// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_mdn.h"
#include "transports/as2_restart.h"

#include <string>
#include <utility>

namespace sallyport::transports {
namespace {

Bytes report_part(const MdnFacts& facts) {
    Bytes part =
        "Content-Type: message/disposition-notification\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
    part += "Reporting-UA: " + facts.product + "\r\n";
    part += "Original-Recipient: rfc822; " + write_as2_name(facts.from) + "\r\n";
    part += "Final-Recipient: rfc822; " + write_as2_name(facts.from) + "\r\n";
    if (!facts.original_message_id.empty())
        part += "Original-Message-ID: " + facts.original_message_id + "\r\n";
    part += "Disposition: automatic-action/MDN-sent-automatically; " + facts.disposition + "\r\n";
    if (!facts.mic.empty()) part += "Received-Content-MIC: " + facts.mic + "\r\n";
    return part;
}

// A whole multipart/report entity: the octets a signature covers.
Bytes report_entity(const MdnFacts& facts) {
    const std::string boundary = "report-" + facts.boundary_seed;
    Bytes entity =
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=\"" +
        boundary + "\"\r\n\r\n";
    entity += "--" + boundary + "\r\nContent-Type: text/plain; charset=us-ascii\r\n" +
              "Content-Transfer-Encoding: 7bit\r\n\r\n" + facts.explanation + "\r\n\r\n";
    entity += "--" + boundary + "\r\n" + report_part(facts) + "\r\n";
    entity += "--" + boundary + "--\r\n";
    return entity;
}

Bytes wrapped_base64(BytesView octets) {
    const std::string text = to_base64(octets);
    Bytes lines;
    for (std::size_t at = 0; at < text.size(); at += 76)
        lines += text.substr(at, 76) + "\r\n";
    return lines;
}

}  // namespace

Result<Receipt> write_mdn(const MdnFacts& facts,
                          const ReceiptStyle& style,
                          const certs::Identity* signer) {
    Receipt receipt;
    receipt.disposition = facts.disposition;
    add_version(receipt.headers, facts.features);
    receipt.headers.insert(receipt.headers.end(),
                           {{"AS2-From", write_as2_name(facts.from)},
                            {"AS2-To", write_as2_name(facts.to)},
                            {"Message-ID", facts.message_id},
                            {"MIME-Version", "1.0"}});
    const Bytes entity = report_entity(facts);
    if (!style.is_signed) {
        // The entity's own header becomes part of the response's.
        const auto blank = entity.find("\r\n\r\n");
        constexpr std::string_view Field = "Content-Type: ";
        receipt.headers.emplace_back("Content-Type",
                                     entity.substr(Field.size(), blank - Field.size()));
        receipt.body = entity.substr(blank + 4);
        return receipt;
    }
    if (signer == nullptr)
        return Error("as2.agreement.incomplete",
                     Blame::Operator,
                     "the partner asks for a signed receipt and the agreement names no signing key "
                     "of ours")
            .remedy("add our signing key and certificate to the partner file");
    auto signature = certs::sign_detached(entity, *signer, {.digest = style.digest});
    if (!signature) return std::move(signature).error().during("signing a receipt");
    const std::string boundary = "signed-" + facts.boundary_seed;
    receipt.headers.emplace_back(
        "Content-Type",
        "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=" +
            micalg_name(style.digest, style.options) + "; boundary=\"" + boundary + "\"");
    receipt.body = "--" + boundary + "\r\n" + entity + "\r\n--" + boundary +
                   "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
                   "Content-Transfer-Encoding: base64\r\n"
                   "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n" +
                   wrapped_base64(*signature) + "\r\n--" + boundary + "--\r\n";
    return receipt;
}

}  // namespace sallyport::transports
