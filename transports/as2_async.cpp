// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_async.h"

#include "transports/egress.h"
#include "transports/http_client.h"
#include "transports/watchdog.h"

#include <utility>

namespace sallyport::transports {

AsyncReceiptSender::AsyncReceiptSender(std::shared_ptr<const As2Directory> directory,
                                       const Clock& clock,
                                       Log log)
    : m_directory(std::move(directory)),
      m_clock(clock),
      m_log(std::move(log)),
      m_watchdog(std::make_shared<Watchdog>(clock)) {}

Status AsyncReceiptSender::send(const AsyncReceipt& receipt) {
    const auto agreement = m_directory->by_name(receipt.partner);
    if (!agreement)
        return Error("as2.agreement.unknown",
                     Blame::Operator,
                     "there is no AS2 agreement " + receipt.partner)
            .remedy("add it to the partner files, or discard the receipt");
    const auto& policy = agreement->inbound.async_receipts;
    const auto allowed = check_egress_url(receipt.url, policy);
    if (!allowed) return allowed;
    // No credentials: they belong to the configured URL of the partner, not to one a header named.
    const HttpPost post{.url = receipt.url,
                        .headers = receipt.receipt.headers,
                        .body = receipt.receipt.body,
                        .connect_timeout = agreement->outbound.connect_timeout,
                        .exchange_timeout = agreement->outbound.exchange_timeout,
                        .max_response_bytes = 64U << 10,
                        .tls = &agreement->outbound.tls,
                        .public_addresses_only = !policy.internal_addresses};
    const Log log =
        m_log.with({{"partner", receipt.partner}, {"message_id", receipt.original_message_id}});
    const auto reply = http_post(post, *m_watchdog, m_clock);
    const auto status = reply ? check_reply(*reply, receipt.url) : Status(reply.error());
    if (!status) {
        log.warn("as2 receipt not delivered", {{"code", status.error().code()}});
        return status.error();
    }
    log.info("as2 receipt delivered", {{"status", reply->status}});
    return {};
}

}  // namespace sallyport::transports
