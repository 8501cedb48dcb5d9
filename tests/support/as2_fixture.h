// SPDX-License-Identifier: Apache-2.0
// Two parties, messages put together by hand, and an intake that keeps its promises in memory.
#pragma once

#include "tests/support/identities.h"
#include "tests/support/shell.h"

#include "certs/cms.h"
#include "gateway/base/digest.h"
#include "gateway/base/guarded.h"
#include "transports/as2_agreement.h"
#include "transports/as2_receiver.h"
#include "transports/intake.h"
#include "transports/mime.h"

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::transports {

using testing_support::test_identity;

// What the intake got, in order. The server's threads add, the test looks; both under the lock, so what is handed out is a
// copy.
template <typename T>
class Seen {
public:
    void push_back(T value) {
        m_list.with([&](auto& list) { list.push_back(std::move(value)); });
    }
    std::size_t size() const {
        return m_list.with([](const auto& list) { return list.size(); });
    }
    bool empty() const { return size() == 0; }
    T at(std::size_t index) const {
        return m_list.with([&](const auto& list) { return list.at(index); });
    }
    T operator[](std::size_t index) const { return at(index); }
    T back() const {
        return m_list.with([](const auto& list) { return list.at(list.size() - 1); });
    }

private:
    Guarded<std::vector<T>> m_list;
};

// Replay guard and audit of the real intake, without its disk. Thread-safe: one answer at a time.
class MemoryIntake final : public Intake {
public:
    Result<Admission> admit(const Arrival& arrival, const ReceiptMaker& make_receipt) override {
        if (broken) return Error("store.write", Blame::Operator, "disk full");
        return m_answers.with([&](Answers& answers) -> Result<Admission> {
            const std::string key = arrival.from + '\n' + arrival.to + '\n' + arrival.message_id;
            const auto found = answers.find(key);
            if (found != answers.end() && found->second.first == arrival.content_digest)
                return Admission{
                    .verdict = Verdict::Identical, .receipt = found->second.second, .message = key};
            const Verdict verdict = found == answers.end() ? Verdict::New : Verdict::Conflict;
            auto receipt = make_receipt(verdict);
            if (!receipt) return std::move(receipt).error();
            if (verdict == Verdict::New) {
                answers[key] = {arrival.content_digest, *receipt};
                stored.push_back(*receipt);
                arrivals.push_back(in_memory(arrival));
            } else {
                held.push_back(in_memory(arrival));
            }
            return Admission{.verdict = verdict, .receipt = *std::move(receipt), .message = key};
        });
    }
    Status refuse(const Refusal& refusal, const Receipt& receipt) override {
        if (broken) return Error("store.write", Blame::Operator, "disk full");
        refusals.push_back(refusal);
        refusal_receipts.push_back(receipt);
        return {};
    }

    std::atomic<bool> broken = false;
    Seen<Receipt> stored;  // of what was taken in
    Seen<Arrival> arrivals;
    Seen<Arrival> held;
    Seen<Refusal> refusals;
    Seen<Receipt> refusal_receipts;

private:
    // Files of an arrival are there until admit() returns, and are what their digests say.
    static Arrival in_memory(Arrival arrival) {
        if (!arrival.payload_digest.empty()) {
            arrival.payload = testing_support::slurp(arrival.payload_file);
            arrival.raw = testing_support::slurp(arrival.raw_file);
            if (sha256_hex(arrival.payload) != arrival.payload_digest ||
                sha256_hex(arrival.raw) != arrival.raw_digest)
                throw std::runtime_error("a file is not what its digest says");
        }
        return arrival;
    }
    using Answers = std::map<std::string, std::pair<std::string, Receipt>>;
    Guarded<Answers> m_answers;
};

// How GATEWAY sees PARTNER.
inline As2Agreement gateway_agreement() {
    As2Agreement agreement;
    agreement.name = "partner";
    agreement.our_id = "GATEWAY";
    agreement.partner_id = "PARTNER";
    agreement.signing = test_identity("gateway");
    agreement.decryption = {test_identity("gateway")};
    agreement.partner_signing = {test_identity("partner").certificate,
                                 test_identity("partner-next").certificate};
    agreement.partner_encryption = {test_identity("partner").certificate};
    return agreement;
}

// How PARTNER sees GATEWAY.
inline As2Agreement partner_agreement() {
    As2Agreement agreement;
    agreement.name = "gateway";
    agreement.our_id = "PARTNER";
    agreement.partner_id = "GATEWAY";
    agreement.signing = test_identity("partner");
    agreement.decryption = {test_identity("partner")};
    agreement.partner_signing = {test_identity("gateway").certificate};
    agreement.partner_encryption = {test_identity("gateway").certificate};
    return agreement;
}

// Takes everything however it comes.
inline As2Agreement open_agreement() {
    As2Agreement agreement = gateway_agreement();
    agreement.inbound.require_signed = false;
    agreement.inbound.require_encrypted = false;
    agreement.inbound.digests.push_back(certs::Digest::Sha1);
    return agreement;
}

// A MIME entity as text: header lines, blank line, body.
inline const std::string Document =
    "Content-Type: application/edi-x12\r\nContent-Disposition: attachment; "
    "filename=\"850.edi\"\r\n\r\nISA*00*~\nGS*PO~\r\n";
inline const std::string DocumentBody = "ISA*00*~\nGS*PO~\r\n";

inline std::string cms_entity(const std::string& structure,
                              const std::string& kind = "enveloped-data") {
    return "Content-Type: application/pkcs7-mime; smime-type=" + kind + "\r\n\r\n" + structure;
}
inline std::string encrypted(const std::string& entity,
                             const std::string& recipient = "gateway",
                             const certs::EncryptOptions& options = {}) {
    return cms_entity(*certs::encrypt(entity, {test_identity(recipient).certificate}, options));
}
inline std::string signed_entity(const std::string& entity,
                                 const std::string& signer = "partner",
                                 const certs::SignOptions& options = {}) {
    const auto signature = certs::sign_detached(entity, test_identity(signer), options);
    return "Content-Type: multipart/signed; micalg=x; protocol=\"application/pkcs7-signature\"; "
           "boundary=\"b1\"\r\n\r\n--b1\r\n" +
           entity +
           "\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: "
           "base64\r\n\r\n" +
           to_base64(*signature) + "\r\n--b1--\r\n";
}
inline std::string compressed(const std::string& entity) {
    return cms_entity(*certs::compress(entity), "compressed-data");
}

inline std::string base64_digest(certs::Digest digest, const std::string& octets) {
    return to_base64(certs::digest(digest, octets));
}

// An AS2 request whose entity's header becomes part of the HTTP header.
inline HttpRequest as2_request(const std::string& entity, const HeaderList& more = {}) {
    HttpRequest request;
    request.method = "POST";
    request.path = "/as2";
    request.headers = {{"Host", "gateway"},
                       {"AS2-From", "PARTNER"},
                       {"AS2-To", "GATEWAY"},
                       {"Message-ID", "<m1@partner>"},
                       {"Content-Length", "1"}};
    for (const auto& field : more) {
        std::erase_if(request.headers, [&](const auto& old) { return old.first == field.first; });
        if (!field.second.empty()) request.headers.push_back(field);
    }
    const auto parsed = parse_entity(entity, {});
    request.headers.insert(request.headers.end(), parsed->headers.begin(), parsed->headers.end());
    request.header_block = write_headers(request.headers) + "\r\n";
    request.body = parsed->body;
    request.remote_address = "192.0.2.1:4080";
    return request;
}

inline const HeaderList WantUnsigned{{"Disposition-Notification-To", "x@y"}};
inline HeaderList want_signed(const std::string& micalg = "sha-256",
                              const std::string& importance = "optional") {
    return {{"Disposition-Notification-To", "x@y"},
            {"Disposition-Notification-Options",
             "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=" +
                 importance + ", " + micalg}};
}
inline HeaderList operator+(HeaderList a, const HeaderList& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

class ReceiverUnderTest {
public:
    explicit ReceiverUnderTest(As2Agreement agreement = gateway_agreement(),
                               As2ReceiverOptions options = {})
        : receiver(named(std::move(options)),
                   fixed_directory({std::make_shared<As2Agreement>(std::move(agreement))}),
                   intake,
                   m_clock,
                   Log(null_sink())) {}

    HttpResponse post(const HttpRequest& request) {
        const auto entry = receiver.enter(request);
        if (entry.answer) return *entry.answer;
        return receiver.handle(request);
    }

private:
    static As2ReceiverOptions named(As2ReceiverOptions options) {
        options.host_name = "gateway.test";
        return options;
    }
    SystemClock m_clock;

public:
    MemoryIntake intake;
    As2Receiver receiver;
};

// The fields of the notification in a response, its signature verified when there is one.
struct ReadMdn {
    bool is_signed = false;
    std::optional<certs::Digest> digest;
    HeaderList fields;
    std::string explanation;
    std::string_view operator[](std::string_view name) const {
        return header_or_empty(fields, name);
    }
};
inline ReadMdn read_mdn(const HttpResponse& response, const certs::Certificate& signer) {
    ReadMdn mdn;
    std::string entity =
        "Content-Type: " + std::string(header_or_empty(response.headers, "Content-Type")) +
        "\r\n\r\n" + response.body;
    auto type = parse_parameterised(header_or_empty(response.headers, "Content-Type"));
    std::string body = response.body;
    if (type.value == "multipart/signed") {
        const auto parts = split_multipart(body, type.parameter("boundary"), {});
        if (!parts || parts->size() != 2) return mdn;
        const auto signature = parse_entity((*parts)[1], {});
        const auto verified = certs::verify_detached((*parts)[0],
                                                     *decode_transfer(signature->body, "base64"),
                                                     {.trusted = {signer},
                                                      .digests = {certs::Digest::Sha1,
                                                                  certs::Digest::Sha256,
                                                                  certs::Digest::Sha384,
                                                                  certs::Digest::Sha512}},
                                                     {});
        if (!verified) return mdn;
        mdn.is_signed = true;
        mdn.digest = verified->digest;
        const auto report = parse_entity((*parts)[0], {});
        type = parse_parameterised(header_or_empty(report->headers, "Content-Type"));
        body = std::string(report->body);
    }
    if (type.value != "multipart/report") return mdn;
    const auto parts = split_multipart(body, type.parameter("boundary"), {});
    if (!parts || parts->size() != 2) return mdn;
    mdn.explanation = std::string(parse_entity((*parts)[0], {})->body);
    mdn.fields = parse_entity(parse_entity((*parts)[1], {})->body, {})->headers;
    return mdn;
}

inline ReadMdn read_mdn(const HttpResponse& response, const std::string& signer = "gateway") {
    return read_mdn(response, test_identity(signer).certificate);
}

}  // namespace sallyport::transports
