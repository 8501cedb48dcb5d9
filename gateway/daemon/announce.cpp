// SPDX-License-Identifier: Apache-2.0
// A certificate of ours to a partner, by CEM: who may be asked, and for what the certificate is.
#include "config/moment.h"
#include "gateway/daemon/gateway_parts.h"
#include "gateway/flow/cem.h"
#include "transports/as2_stranger.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sallyport::daemon {
namespace {

using transports::As2Agreement;

struct Ours {
    certs::Certificate certificate;
    std::vector<std::string> uses;
    std::optional<Instant> from;  // it signs from then on
};

std::optional<Ours> ours_of(const As2Agreement& agreement, const std::string& fingerprint) {
    const auto found = std::find_if(
        agreement.decryption.begin(), agreement.decryption.end(), [&](const auto& one) {
            return one.certificate.fingerprint() == fingerprint;
        });
    if (found == agreement.decryption.end()) return std::nullopt;
    Ours ours{.certificate = found->certificate,
              .uses = {std::string(flow::cert_use::Encryption)},
              .from = {}};
    const auto& next = agreement.next_signing;
    const bool is_next = next && next->next.certificate.fingerprint() == fingerprint;
    if (is_next) ours.from = next->from;
    if (is_next || (agreement.signing && agreement.signing->certificate == ours.certificate))
        ours.uses.emplace_back(flow::cert_use::Signature);
    return ours;
}

Error unsupported(const std::string& partner) {
    return Error("cem.unsupported",
                 Blame::Operator,
                 partner +
                     " has not said since the gateway started that it takes certificates by "
                     "messages (EDIINT-Features: CEM)")
        .remedy(
            "tell it by another way and note that with sallyport cert told; or give --anyway if "
            "you know that its product can");
}

// Where they reach us. Products that demand a URL get one; the answer comes wherever their agreement sends.
std::string response_url(const GatewayParts& parts, const As2Agreement& agreement) {
    if (!agreement.outbound.mdn_url.empty()) return agreement.outbound.mdn_url;
    const bool secure = parts.settings.as2.https.enabled;
    const auto& listener = secure ? parts.settings.as2.https : parts.settings.as2.http;
    return std::string(secure ? "https://" : "http://") + parts.trust->host_name() + ':' +
           std::to_string(listener.listen.port) + parts.settings.as2.path;
}

}  // namespace

Result<std::string> announce(GatewayParts& parts, const api::AnnounceWish& wish) {
    const auto agreement = parts.directory->by_name(wish.partner);
    if (!agreement)
        return Error("flow.agreement.unknown",
                     Blame::Operator,
                     "there is no partner " + wish.partner + " with an [as2] table");
    auto ours = ours_of(*agreement, wish.fingerprint);
    if (!ours)
        return Error("cem.unknown",
                     Blame::Operator,
                     "no certificate of ours for " + wish.partner + " has the SHA-256 " +
                         wish.fingerprint)
            .remedy("see: sallyport cert list");
    if (!agreement->cem)
        return Error("cem.off",
                     Blame::Operator,
                     "certificates are not exchanged in messages with " + wish.partner)
            .remedy("that needs as2.cem other than \"off\", as2.sign and as2.url");
    if (!wish.anyway && !parts.sender.features()->has(wish.partner, transports::CemFeature))
        return unsupported(wish.partner);
    const auto respond_by =
        wish.respond_by.empty() ? ours->from : config::parse_moment(wish.respond_by);
    if (!respond_by)
        return Error("cem.respond-by", Blame::Operator, "say by when the partner has to answer")
            .remedy("give --respond-by, such as 2026-12-01");
    return flow::announce_certificate(*parts.tools,
                                      {.partner = wish.partner,
                                       .certificate = transports::facts_of(ours->certificate),
                                       .uses = std::move(ours->uses),
                                       .respond_by = *respond_by,
                                       .our_name = agreement->our_id,
                                       .response_url = response_url(parts, *agreement),
                                       .actor = wish.actor});
}

}  // namespace sallyport::daemon
