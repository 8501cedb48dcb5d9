// SPDX-License-Identifier: Apache-2.0
#include "certs/cms_stream.h"
#include "transports/as2_mdn.h"
#include "transports/mime.h"

#include <array>
#include <utility>

namespace sallyport::transports {
namespace {

constexpr std::array<certs::Digest, 5> KeptDigests{certs::Digest::Md5,
                                                   certs::Digest::Sha1,
                                                   certs::Digest::Sha256,
                                                   certs::Digest::Sha384,
                                                   certs::Digest::Sha512};

Error malformed(std::string what) {
    return Error("as2.mdn.malformed", Blame::Partner, "receipt cannot be read: " + std::move(what))
        .remedy(
            "the document may have arrived: ask the partner before it is sent under a new "
            "Message-ID");
}

// A cut answer passes: the same octets sent again bring the same receipt.
Error malformed(const Error& cause) {
    const Blame blame = cause.code() == "mime.multipart" ? Blame::Network : Blame::Partner;
    return Error("as2.mdn.malformed", blame, "receipt cannot be read: " + cause.what())
        .remedy(
            "the document may have arrived: ask the partner before it is sent under a new "
            "Message-ID");
}

std::string_view to_word(MdnRequest request) {
    switch (request) {
        case MdnRequest::None:
            return "none";
        case MdnRequest::Unsigned:
            return "unsigned";
        case MdnRequest::Signed:
            return "signed";
    }
    return "signed";
}

// The report and how far it can be trusted.
struct Report {
    MimeEntity entity;
    bool is_signed = false;
};

// MDN-21: what is read later are the octets that verified, never another part of the message.
Result<Report> verified_report(const MimeEntity& top,
                               const ParameterisedValue& type,
                               const As2Agreement& agreement) {
    const auto parts = split_multipart(top.body, type.parameter("boundary"), {});
    if (!parts) return malformed(parts.error());
    if (parts->size() != 2)
        return malformed("multipart/signed has " + std::to_string(parts->size()) +
                         " parts, not two");
    const auto signature_part = parse_entity((*parts)[1], {});
    if (!signature_part) return malformed(signature_part.error().what());
    const auto signature =
        decode_transfer(signature_part->body,
                        header_or_empty(signature_part->headers, "Content-Transfer-Encoding"));
    if (!signature) return malformed(signature.error().what());
    // Partners sign receipts with digests they would not sign messages with; MD5 stays out.
    const certs::VerifyPolicy policy{.trusted = agreement.partner_signing,
                                     .digests = {certs::Digest::Sha1,
                                                 certs::Digest::Sha256,
                                                 certs::Digest::Sha384,
                                                 certs::Digest::Sha512}};
    const auto verified = certs::verify_detached((*parts)[0], *signature, policy, {});
    if (!verified)
        return Error("as2.mdn.signature",
                     Blame::Operator,
                     "receipt's signature does not hold: " + verified.error().what())
            .remedy(
                "compare the partner's certificate with the one configured; the document may have "
                "arrived");
    auto report = parse_entity((*parts)[0], {});
    if (!report) return malformed(report.error().what());
    return Report{.entity = *std::move(report), .is_signed = true};
}

Result<Report> find_report(const HeaderList& headers,
                           BytesView body,
                           MdnRequest request,
                           const As2Agreement& agreement) {
    MimeEntity top;
    top.headers = headers;
    top.body = body;
    const auto type = parse_parameterised(header_or_empty(headers, "Content-Type"));
    if (type.value == "multipart/signed") return verified_report(top, type, agreement);
    if (request == MdnRequest::Signed)
        return Error("as2.mdn.unsigned",
                     Blame::Operator,
                     "a signed receipt was asked for and an unsigned one came")
            .remedy(
                "ask the partner to sign receipts, or lower the agreement; the document may have "
                "arrived");
    return Report{.entity = std::move(top), .is_signed = false};
}

// The fields of the message/disposition-notification part of a multipart/report, or of a bare one.
Result<HeaderList> notification_fields(const MimeEntity& report) {
    const auto type = parse_parameterised(header_or_empty(report.headers, "Content-Type"));
    MimeEntity notification = report;
    if (type.value.starts_with("multipart/")) {
        const auto parts = split_multipart(report.body, type.parameter("boundary"), {});
        if (!parts) return malformed(parts.error());
        unsigned found = 0;
        for (const BytesView part : *parts) {
            auto entity = parse_entity(part, {});
            if (!entity) continue;  // Sterling's text part has no header
            const auto part_type =
                parse_parameterised(header_or_empty(entity->headers, "Content-Type")).value;
            if (part_type != "message/disposition-notification") continue;
            notification = *std::move(entity);
            ++found;
        }
        if (found != 1)
            return malformed("it holds " + std::to_string(found) + " notifications, not one");
    } else if (type.value != "message/disposition-notification") {
        return malformed("its type is " + (type.value.empty() ? "missing" : type.value));
    }
    const auto text = decode_transfer(
        notification.body, header_or_empty(notification.headers, "Content-Transfer-Encoding"));
    if (!text) return malformed(text.error().what());
    const auto start = text->find_first_not_of("\r\n");
    if (start == Bytes::npos) return malformed("the notification is empty");
    auto fields = parse_entity(BytesView(*text).substr(start), {});
    if (!fields) return malformed(fields.error().what());
    return std::move(fields->headers);
}

// A retry with the same octets helps only against what may pass (MDN-26).
Blame blame_for(const Disposition& disposition) {
    const std::string detail = lower(disposition.detail);
    const bool may_pass = detail.find("integrity-check-failed") != std::string::npos ||
                          detail.find("unexpected-processing-error") != std::string::npos;
    return may_pass ? Blame::Network : Blame::Partner;
}

Status check_disposition(const Disposition& disposition) {
    if (disposition.type.empty())
        return malformed("its disposition is missing or unreadable");  // MDN-23
    if (disposition.clean()) return {};
    const std::string text = disposition.text();
    if (disposition.type == "processed" && disposition.modifier == "warning") {
        // MDN-25: our own resend may be answered like this; every other warning is for a person.
        if (lower(disposition.detail).find("duplicate-document") != std::string::npos) return {};
        return Error("as2.mdn.warning", Blame::Partner, "partner's receipt says: " + text)
            .remedy("ask the partner whether the document was accepted");
    }
    return Error("as2.mdn.refused", blame_for(disposition), "partner's receipt says: " + text)
        .remedy(
            "the reason is the partner's; if it is one of certificates, compare fingerprints with "
            "them");
}

// MDN-24. True when the partner's MIC is ours.
Result<bool> check_mic(const HeaderList& fields, const MdnExpectation& expected, bool optional) {
    const std::string* field = find_header(fields, "Received-Content-MIC");
    const auto mic = field == nullptr ? std::nullopt : read_mic(*field);
    if (!mic) {
        if (field == nullptr && (expected.request == MdnRequest::Unsigned || optional))
            return false;
        return Error("as2.mdn.mic.missing",
                     Blame::Operator,
                     field == nullptr ? "receipt says processed and states no MIC"
                                      : "receipt's MIC cannot be read: " + *field)
            .remedy(
                "without it nobody can prove which content the partner received; ask the partner");
    }
    const auto ours = expected.mics.find(mic->digest);
    if (ours == expected.mics.end() || !equal_constant_time(ours->second, mic->octets))
        return Error("as2.mdn.mic.mismatch",
                     Blame::Operator,
                     "partner received other octets than we sent: its MIC is " + *field +
                         ", ours is " +
                         (ours == expected.mics.end() ? "not kept" : to_base64(ours->second)))
            .remedy(
                "compare line ends, transfer encoding and compression settings with the partner");
    return true;
}

// pyas2lib drops and adds brackets when it echoes.
std::string_view without_brackets(std::string_view id) {
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    return id;
}

// pyas2lib quotes a name again that was quoted already (HDR-04).
bool names(std::string_view field, std::string_view party) {
    const auto once = read_as2_name(field);
    if (!once || *once == party) return once.has_value();
    return read_as2_name(*once) == std::string(party);
}

// MDN-20.
Status check_pair(const HeaderList& headers,
                  const HeaderList& fields,
                  const MdnExpectation& expected,
                  const As2Agreement& agreement) {
    const auto foreign = [](std::string what) {
        return Error("as2.mdn.foreign",
                     Blame::Partner,
                     "receipt is for another exchange: " + std::move(what));
    };
    const auto stated = trim(header_or_empty(fields, "Original-Message-ID"));
    if (without_brackets(stated) != without_brackets(expected.message_id))
        return foreign("it names message " + (stated.empty() ? "none" : std::string(stated)));
    // A synchronous response may leave the pair out; what it states must be right.
    const std::string* from = find_header(headers, "AS2-From");
    const std::string* to = find_header(headers, "AS2-To");
    if (from != nullptr && !names(*from, agreement.partner_id))
        return foreign("AS2-From is " + *from);
    if (to != nullptr && !names(*to, agreement.our_id)) return foreign("AS2-To is " + *to);
    return {};
}

}  // namespace

std::string MdnExpectation::write() const {
    std::string text =
        "receipt: " + std::string(to_word(request)) + "\r\nmessage-id: " + message_id + "\r\n";
    for (const auto& [digest, octets] : mics)
        text += std::string(certs::to_string(digest)) + ": " + to_base64(octets) + "\r\n";
    return text;
}

Result<MdnExpectation> MdnExpectation::read(std::string_view text) {
    const Error unreadable(
        "as2.expectation", Blame::Bug, "stored expectation of a receipt cannot be read");
    const std::string whole = std::string(text) + "\r\n";
    const auto fields = parse_entity(whole, {});
    if (!fields) return unreadable;
    MdnExpectation expected;
    bool known = false;
    for (const MdnRequest request : {MdnRequest::None, MdnRequest::Unsigned, MdnRequest::Signed}) {
        if (header_or_empty(fields->headers, "receipt") != to_word(request)) continue;
        expected.request = request;
        known = true;
    }
    expected.message_id = header_or_empty(fields->headers, "message-id");
    for (const auto digest : KeptDigests) {
        const std::string* mic = find_header(fields->headers, certs::to_string(digest));
        if (mic != nullptr && !from_base64(*mic, expected.mics[digest])) return unreadable;
    }
    if (!known || expected.message_id.empty()) return unreadable;
    return expected;
}

Result<MdnExpectation> expect_mdn(MdnRequest request,
                                  std::string message_id,
                                  const certs::Octets& mic_scope) {
    std::vector<certs::Digest> wanted(std::begin(KeptDigests), std::end(KeptDigests));
    std::erase(wanted, certs::Digest::Md5);
    auto mics = certs::digest_stream(mic_scope, wanted);
    if (!mics) return std::move(mics).error();
    return MdnExpectation{
        .request = request, .message_id = std::move(message_id), .mics = *std::move(mics)};
}

MdnExpectation expect_mdn(MdnRequest request, std::string message_id, BytesView mic_scope) {
    // Octets in memory can always be read.
    return *expect_mdn(request, std::move(message_id), certs::MemoryOctets(mic_scope));
}

namespace {

bool is_report(const HeaderList& headers) {
    const auto type = parse_parameterised(header_or_empty(headers, "Content-Type"));
    if (type.value == "message/disposition-notification") return true;
    if (type.value != "multipart/report") return false;
    const auto kind = lower(type.parameter("report-type"));
    return kind.empty() || kind == "disposition-notification";
}

// The report inside, verified or not.
std::optional<MimeEntity> claimed_report(const HeaderList& headers, BytesView body) {
    MimeEntity top;
    top.headers = headers;
    top.body = body;
    if (is_report(headers)) return top;
    const auto type = parse_parameterised(header_or_empty(headers, "Content-Type"));
    if (type.value != "multipart/signed") return std::nullopt;
    const auto parts = split_multipart(body, type.parameter("boundary"), {});
    if (!parts || parts->empty()) return std::nullopt;
    auto first = parse_entity(parts->front(), {});
    if (!first || !is_report(first->headers)) return std::nullopt;
    return *std::move(first);
}

}  // namespace

bool looks_like_mdn(const HeaderList& headers, BytesView body) {
    return claimed_report(headers, body).has_value();
}

std::string claimed_message_id(const HeaderList& headers, BytesView body) {
    const auto report = claimed_report(headers, body);
    if (!report) return {};
    const auto fields = notification_fields(*report);
    if (!fields) return {};
    return std::string(trim(header_or_empty(*fields, "Original-Message-ID")));
}

Result<Delivery> judge_mdn(const HeaderList& headers,
                           BytesView body,
                           const MdnExpectation& expected,
                           const As2Agreement& agreement) {
    auto report = find_report(headers, body, expected.request, agreement);
    if (!report) return std::move(report).error();
    auto fields = notification_fields(report->entity);
    if (!fields) return std::move(fields).error();
    const auto pair = check_pair(headers, *fields, expected, agreement);
    if (!pair) return pair.error();
    if (count_header(*fields, "Disposition") > 1 ||
        count_header(*fields, "Received-Content-MIC") > 1)
        return malformed("a field occurs twice");
    const Disposition disposition = read_disposition(header_or_empty(*fields, "Disposition"));
    const auto accepted = check_disposition(disposition);
    if (!accepted) return accepted.error();
    const As2Outbound& outbound = agreement.outbound;
    auto matched =
        check_mic(*fields,
                  expected,
                  !disposition.clean() || (outbound.mic_missing_unsigned && !outbound.sign));
    if (!matched) return std::move(matched).error();
    Delivery delivery;
    delivery.disposition = disposition.text();
    delivery.receipt = write_headers(headers) + "\r\n" + Bytes(body);
    delivery.receipt_signed = report->is_signed;
    delivery.mic_matched = *matched;
    return delivery;
}

}  // namespace sallyport::transports
