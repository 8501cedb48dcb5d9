// SPDX-License-Identifier: Apache-2.0
#include "certs/revocation.h"

#include "certs/handles.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <utility>

namespace sallyport::certs {
namespace {

using CrlPtr = Handle<X509_CRL, X509_CRL_free>;
using DistPointsPtr = Handle<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;
using OcspRequestPtr = Handle<OCSP_REQUEST, OCSP_REQUEST_free>;
using OcspResponsePtr = Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OcspBasicPtr = Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using OcspIdPtr = Handle<OCSP_CERTID, OCSP_CERTID_free>;
using TrustStorePtr = Handle<X509_STORE, X509_STORE_free>;

constexpr std::size_t LargestList = std::size_t{16} << 20U;
constexpr std::chrono::minutes Skew{5};

Error failed(std::string_view code, std::string what) {
    return openssl_error(code, Blame::Operator, std::move(what));
}

X509* native(const Certificate& certificate) {
    return certificate.native().handle.get();
}

std::optional<Instant> instant_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return from_micros(std::int64_t{::timegm(&parts)} * 1'000'000);
}

Result<const Certificate*> issuer_of(const Certificate& certificate,
                                     const std::vector<Certificate>& issuers) {
    for (const Certificate& issuer : issuers)
        if (X509_check_issued(native(issuer), native(certificate)) == X509_V_OK) return &issuer;
    ERR_clear_error();
    return Error("certs.revocation.issuer",
                 Blame::Operator,
                 "none of the configured authorities issued " + certificate.subject() +
                     "; it names " + certificate.issuer())
        .remedy(
            "add that authority's certificate to as2.revocation_issuers, or set as2.revocation "
            "to \"off\" for a self-signed one");
}

Status check_times(const std::optional<Instant>& made,
                   const std::optional<Instant>& next,
                   Instant now) {
    const auto stale = [](std::string what) {
        return Error("certs.revocation.stale", Blame::Operator, std::move(what))
            .remedy("fetch a newer one; if it is the newest, ask the authority");
    };
    if (!made) return stale("what the authority said has no date");
    if (*made > now + Skew)
        return stale("what the authority said is from the future: " + iso8601(*made));
    if (next && *next + Skew < now)
        return stale("what the authority said ended on " + iso8601(*next));
    return {};
}

std::string reason_word(int reason) {
    return reason < 0 ? std::string() : std::string(OCSP_crl_reason_str(reason));
}

CrlPtr read_list(BytesView list) {
    const BioPtr in = memory_bio(list);
    if (!in) return nullptr;
    CrlPtr crl(PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr));
    if (crl) return crl;
    ERR_clear_error();
    const BioPtr again = memory_bio(list);
    return CrlPtr(d2i_X509_CRL_bio(again.get(), nullptr));
}

std::string text_of(const ASN1_STRING* string) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

void add_uris(const GENERAL_NAMES* names, std::vector<std::string>& urls) {
    for (int at = 0; names != nullptr && at < sk_GENERAL_NAME_num(names); ++at) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, at);
        if (name->type == GEN_URI) urls.push_back(text_of(name->d.uniformResourceIdentifier));
    }
}

OcspIdPtr id_of(const Certificate& certificate, const Certificate& issuer) {
    // SHA-1 names the issuer, it protects nothing: it is what every responder knows (RFC 6960 B.1).
    return OcspIdPtr(OCSP_cert_to_id(EVP_sha1(), native(certificate), native(issuer)));
}

// The answer's signature leads to one of the issuers, and to nobody else.
Status verify_answer(OCSP_BASICRESP* basic, const Certificate& issuer) {
    const TrustStorePtr store(X509_STORE_new());
    const bool ready = store && X509_STORE_add_cert(store.get(), native(issuer)) == 1 &&
                       X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1;
    const X509StackPtr none(sk_X509_new_null());
    if (ready && OCSP_basic_verify(basic, none.get(), store.get(), 0) == 1) return {};
    return failed("certs.revocation.signature",
                  "the answer was signed neither by " + issuer.subject() +
                      " nor by a responder that it certified");
}

Result<OcspBasicPtr> read_answer(BytesView answer) {
    const BioPtr in = memory_bio(answer);
    const OcspResponsePtr response(in ? d2i_OCSP_RESPONSE_bio(in.get(), nullptr) : nullptr);
    if (!response)
        return failed("certs.revocation.unreadable", "the responder sent no OCSP answer");
    const int status = OCSP_response_status(response.get());
    if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return failed("certs.revocation.unknown",
                      std::string("the responder says ") + OCSP_response_status_str(status));
    OcspBasicPtr basic(OCSP_response_get1_basic(response.get()));
    if (!basic) return failed("certs.revocation.unreadable", "the OCSP answer cannot be read");
    return basic;
}

}  // namespace

std::vector<std::string> crl_urls(const Certificate& certificate) {
    std::vector<std::string> urls;
    const DistPointsPtr points(static_cast<CRL_DIST_POINTS*>(
        X509_get_ext_d2i(native(certificate), NID_crl_distribution_points, nullptr, nullptr)));
    for (int at = 0; points && at < sk_DIST_POINT_num(points.get()); ++at) {
        const DIST_POINT* point = sk_DIST_POINT_value(points.get(), at);
        if (point->distpoint != nullptr && point->distpoint->type == 0)
            add_uris(point->distpoint->name.fullname, urls);
    }
    ERR_clear_error();
    return urls;
}

std::vector<std::string> ocsp_urls(const Certificate& certificate) {
    std::vector<std::string> urls;
    STACK_OF(OPENSSL_STRING)* found = X509_get1_ocsp(native(certificate));
    for (int at = 0; at < sk_OPENSSL_STRING_num(found); ++at)
        urls.emplace_back(sk_OPENSSL_STRING_value(found, at));
    X509_email_free(found);
    ERR_clear_error();
    return urls;
}

Result<RevocationAnswer> judge_crl(BytesView list,
                                   const Certificate& certificate,
                                   const std::vector<Certificate>& issuers,
                                   Instant now) {
    const auto issuer = issuer_of(certificate, issuers);
    if (!issuer) return issuer.error();
    const CrlPtr crl = list.size() > LargestList ? nullptr : read_list(list);
    if (!crl)
        return failed("certs.revocation.unreadable", "that is no certificate revocation list");
    EVP_PKEY* key = X509_get0_pubkey(native(**issuer));
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), X509_get_subject_name(native(**issuer))) !=
            0 ||
        key == nullptr || X509_CRL_verify(crl.get(), key) != 1)
        return failed("certs.revocation.signature",
                      "the list was not signed by " + (*issuer)->subject());
    // Lists of changes or of some certificates only say nothing about the others.
    if (X509_CRL_get_ext_by_NID(crl.get(), NID_delta_crl, -1) >= 0 ||
        X509_CRL_get_ext_by_NID(crl.get(), NID_issuing_distribution_point, -1) >= 0)
        return Error("certs.revocation.kind",
                     Blame::Operator,
                     "the list covers a part of the authority's certificates only");
    RevocationAnswer answer;
    const auto made = instant_of(X509_CRL_get0_lastUpdate(crl.get()));
    answer.next_update = instant_of(X509_CRL_get0_nextUpdate(crl.get()));
    if (Status fresh = check_times(made, answer.next_update, now); !fresh)
        return std::move(fresh).error();
    answer.made = *made;
    X509_REVOKED* entry = nullptr;
    const int found = X509_CRL_get0_by_cert(crl.get(), &entry, native(certificate));
    ERR_clear_error();
    if (found != 1) return answer;  // 2 is removeFromCRL: not revoked any more
    answer.status = RevocationStatus::Revoked;
    answer.revoked_at = instant_of(X509_REVOKED_get0_revocationDate(entry));
    auto* why = static_cast<ASN1_ENUMERATED*>(
        X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr));
    if (why != nullptr) answer.reason = reason_word(static_cast<int>(ASN1_ENUMERATED_get(why)));
    ASN1_ENUMERATED_free(why);
    return answer;
}

Result<OcspQuestion> ocsp_question(const Certificate& certificate,
                                   const std::vector<Certificate>& issuers) {
    const auto issuer = issuer_of(certificate, issuers);
    if (!issuer) return issuer.error();
    const OcspRequestPtr request(OCSP_REQUEST_new());
    OcspIdPtr id = id_of(certificate, **issuer);
    if (!request || !id || OCSP_request_add0_id(request.get(), id.get()) == nullptr)
        return failed("certs.revocation.unreadable", "the question cannot be made");
    (void)id.release();  // the request's
    OCSP_request_add1_nonce(request.get(), nullptr, -1);
    const BioPtr out = memory_bio();
    if (i2d_OCSP_REQUEST_bio(out.get(), request.get()) != 1)
        return failed("certs.revocation.unreadable", "the question cannot be written");
    return OcspQuestion{bio_octets(out.get())};
}

Result<RevocationAnswer> judge_ocsp(BytesView answer,
                                    const OcspQuestion& question,
                                    const Certificate& certificate,
                                    const std::vector<Certificate>& issuers,
                                    Instant now) {
    const auto issuer = issuer_of(certificate, issuers);
    if (!issuer) return issuer.error();
    auto basic = read_answer(answer);
    if (!basic) return std::move(basic).error();
    const BioPtr in = memory_bio(question.request);
    const OcspRequestPtr request(d2i_OCSP_REQUEST_bio(in.get(), nullptr));
    if (!request || OCSP_check_nonce(request.get(), basic->get()) == 0)
        return failed("certs.revocation.signature", "the answer is one to another question");
    if (Status signed_by = verify_answer(basic->get(), **issuer); !signed_by)
        return std::move(signed_by).error();
    const OcspIdPtr id = id_of(certificate, **issuer);
    int status = V_OCSP_CERTSTATUS_UNKNOWN;
    int reason = -1;
    ASN1_GENERALIZEDTIME* revoked = nullptr;
    ASN1_GENERALIZEDTIME* made = nullptr;
    ASN1_GENERALIZEDTIME* next = nullptr;
    if (OCSP_resp_find_status(basic->get(), id.get(), &status, &reason, &revoked, &made, &next) !=
        1)
        return failed("certs.revocation.unknown", "the answer is about another certificate");
    RevocationAnswer verdict;
    verdict.next_update = instant_of(next);
    const auto when = instant_of(made);
    if (Status fresh = check_times(when, verdict.next_update, now); !fresh)
        return std::move(fresh).error();
    ERR_clear_error();
    verdict.made = *when;
    if (status == V_OCSP_CERTSTATUS_UNKNOWN)
        return Error("certs.revocation.unknown",
                     Blame::Operator,
                     "the responder does not know " + certificate.subject());
    if (status == V_OCSP_CERTSTATUS_GOOD) return verdict;
    verdict.status = RevocationStatus::Revoked;
    verdict.revoked_at = instant_of(revoked);
    verdict.reason = reason_word(reason);
    return verdict;
}

}  // namespace sallyport::certs
