// SPDX-License-Identifier: Apache-2.0
// Decisions on certificates that no partner file names (flow/trust.h), on the loopback port of the commands:
//
//   GET  /v1/certificates                                      every record and exchange, as JSON; certificates without DER
//   POST /v1/certificates/{partner}/{sha256}/accept            {"actor", "words", "encrypt_from"?}: the first person
//   POST /v1/certificates/{partner}/{sha256}/confirm           {"actor", "words"?}: another one
//   POST /v1/certificates/{partner}/{sha256}/reject|withdraw   {"actor", "words"}
//   POST /v1/certificates/{partner}/{sha256}/told|agreed|objected   {"actor", "words"}: about one of ours
//   POST /v1/certificates/{partner}/{sha256}/announce          {"actor", "respond_by", "anyway"?}: ours, by CEM (flow/cem.h)
//   POST /v1/certificates/{partner}/offer                      {"actor", "certificate": base64 of PEM or DER}
// 200 {"done": true, "messages": n}; otherwise code, error and remedy with 400, 401, 403 (the same person), 404, 405, 409, 503.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/flow/steps.h"
#include "transports/http_server.h"
#include "transports/intake.h"

#include <functional>
#include <string>

namespace sallyport::api {

struct AnnounceWish {
    std::string partner{};
    std::string fingerprint{};
    std::string actor{};
    std::string respond_by{};  // config/moment.h
    bool anyway = false;       // though the partner has not said that it can
};

// References outlive the handler. Thread-safe.
class TrustControl final : public transports::HttpHandler {
public:
    struct Parts {
        const flow::Tools& tools;
        Secret token;                     // of this run, as for ControlHandler
        std::function<Status()> decided;  // after each decision that is durable
        std::function<Result<transports::CertificateFacts>(BytesView)> read_certificate;
        std::function<bool(const std::string&)> has_partner;
        // Sends a certificate of ours; the document that goes.
        std::function<Result<std::string>(const AnnounceWish&)> announce{};
    };
    explicit TrustControl(Parts parts);

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    Parts m_parts;
};

}  // namespace sallyport::api
