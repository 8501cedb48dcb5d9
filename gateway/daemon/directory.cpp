// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/directory.h"

#include <algorithm>

namespace sallyport::daemon {
namespace {

using transports::As2Agreement;

void add(As2Agreement& agreement, const AcceptedCertificate& accepted) {
    auto& signing = agreement.partner_signing;
    if (accepted.verifies &&
        std::find(signing.begin(), signing.end(), accepted.certificate) == signing.end())
        signing.push_back(accepted.certificate);
    // Where authorities vouch for their servers nobody is pinned, and one pin would shut the others out.
    auto& pins = agreement.outbound.tls.pins;
    if (accepted.is_server && !pins.empty()) pins.push_back(accepted.certificate);
    if (!accepted.encrypt_from) return;
    // The partner file's own plan stands when it is the later one.
    if (agreement.next_encryption && agreement.next_encryption->from > *accepted.encrypt_from)
        return;
    agreement.next_encryption.emplace(
        transports::Planned<certs::Certificate>{*accepted.encrypt_from, accepted.certificate});
}

void bar(As2Agreement& agreement, const std::set<std::string>& barred) {
    const auto is_barred = [&](const certs::Certificate& one) {
        return barred.contains(one.fingerprint());
    };
    std::erase_if(agreement.partner_signing, is_barred);
    std::erase_if(agreement.partner_encryption, is_barred);
    if (agreement.next_encryption && is_barred(agreement.next_encryption->next))
        agreement.next_encryption.reset();
}

// What the window has closed for: theirs signs nothing we believe, ours opens nothing any more.
void close(As2Agreement& agreement, const std::string& fingerprint) {
    bar(agreement, {fingerprint});
    std::erase_if(agreement.decryption, [&](const certs::Identity& one) {
        return one.certificate.fingerprint() == fingerprint;
    });
    // What encrypts next is all there is once the others are closed.
    if (agreement.partner_encryption.empty() && agreement.next_encryption)
        agreement.partner_encryption = {agreement.next_encryption->next};
}

bool any_closed(const CertificateWindows& windows, const std::string& partner, Instant now) {
    const auto found = windows.find(partner);
    return found != windows.end() &&
           std::any_of(found->second.begin(), found->second.end(), [&](const auto& window) {
               return now >= window.until;
           });
}

}  // namespace

std::shared_ptr<const As2Agreement> decided(std::shared_ptr<const As2Agreement> base,
                                            const CertificateDecisions& decisions,
                                            Instant now) {
    if (!base) return base;
    const auto accepted = decisions.accepted.find(base->name);
    const auto barred = decisions.barred.find(base->name);
    const bool closed = any_closed(decisions.windows, base->name, now);
    if (accepted == decisions.accepted.end() && barred == decisions.barred.end() && !closed)
        return base;
    auto agreement = std::make_shared<As2Agreement>(*base);
    if (accepted != decisions.accepted.end())
        for (const AcceptedCertificate& one : accepted->second)
            add(*agreement, one);
    if (closed)
        for (const CertificateWindow& window : decisions.windows.at(base->name))
            if (now >= window.until) close(*agreement, window.fingerprint);
    if (barred != decisions.barred.end()) bar(*agreement, barred->second);
    return agreement;
}

}  // namespace sallyport::daemon
