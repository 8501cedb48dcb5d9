// SPDX-License-Identifier: Apache-2.0
// Certificates in the object graph: decisions, alarms, and the handler for people's commands.
#include "gateway/api/trust_control.h"
#include "gateway/daemon/gateway_parts.h"
#include "transports/as2_stranger.h"

#include <utility>

namespace sallyport::daemon {

void wire_trust(GatewayParts& parts, std::string host_name, std::filesystem::path spool_folder) {
    parts.trust = std::make_unique<TrustDesk>(
        TrustDesk::Parts{.store = *parts.store,
                         .archive = parts.archive,
                         .directory = parts.directory,
                         .intake = *parts.intake,
                         .clock = parts.clock,
                         .log = parts.log,
                         .host_name = std::move(host_name),
                         .spool_folder = std::move(spool_folder),
                         .spool_above = parts.settings.limits.spool_above});
    parts.cert_watch =
        std::make_unique<CertWatch>(*parts.tools, [&parts] { parts.trust->refresh_or_say(); });
    parts.tools->trust_changed = [&parts] { return parts.trust->refresh(); };
    parts.tools->judge_again = [&parts](const store::Message& held) {
        return parts.trust->judge_again(held);
    };
}

std::shared_ptr<transports::HttpHandler> trust_control(GatewayParts& parts,
                                                       const std::string& token) {
    return std::make_shared<api::TrustControl>(api::TrustControl::Parts{
        .tools = *parts.tools,
        .token = Secret(token),
        .decided =
            [&parts] {
                Status fresh = parts.trust->refresh();
                parts.pipeline->wake();
                return fresh;
            },
        .read_certificate = [](BytesView octets) -> Result<transports::CertificateFacts> {
            auto certificate = certs::load_certificate(octets);
            if (!certificate) return std::move(certificate).error();
            return transports::facts_of(*certificate);
        },
        .has_partner =
            [&parts](const std::string& name) { return parts.directory->by_name(name) != nullptr; },
        .announce =
            [&parts](const api::AnnounceWish& wish) {
                auto sent = announce(parts, wish);
                parts.pipeline->wake();
                return sent;
            }});
}

}  // namespace sallyport::daemon
