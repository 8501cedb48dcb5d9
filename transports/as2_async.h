// SPDX-License-Identifier: Apache-2.0
// Asynchronous receipts (RFC 4130 7.2): the message is answered with 2xx at once, its MDN goes later to the URL the sender
// names, if the partner file allows that URL. The queue between the two is durable and belongs to the pipeline.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "transports/as2_agreement.h"
#include "transports/intake.h"
#include "transports/sender.h"

#include <memory>
#include <optional>
#include <string>

namespace sallyport::transports {

class Watchdog;

struct AsyncReceipt {
    std::string partner;  // the agreement's name
    std::string url;  // checked against the agreement when it was queued, and again when it is sent
    std::string
        original_message_id;  // with (partner) the key: the same key again is the same receipt
    Receipt receipt;          // sent octet for octet, however often
};

// Implemented by the pipeline. Thread-safe.
class ReceiptQueue {
public:
    virtual ~ReceiptQueue() = default;
    // Durable before return. Called after the message itself is durable; after a crash in between, the sender's repeat of
    // the message leads here again.
    virtual Status enqueue(const AsyncReceipt& receipt) = 0;
};

// A message of ours that was sent and whose receipt may come later.
struct AwaitedReceipt {
    std::string message;      // the gateway's id
    std::string expectation;  // Frozen::expectation
    // When a receipt was believed before: its disposition. A second one never changes anything (MDN-27).
    std::string settled;
};

// Receipts of our own messages that come by themselves. Implemented by the pipeline. Thread-safe.
class ReceiptInbox {
public:
    virtual ~ReceiptInbox() = default;
    // By the partner's agreement and the Message-ID that the receipt names, with or without its angle brackets. nullopt:
    // no such message of ours went to this partner.
    virtual Result<std::optional<AwaitedReceipt>> awaited(const std::string& partner,
                                                          const std::string& message_id) = 0;
    // Durable before return. `delivery` was judged; only then may the message count as delivered.
    virtual Status settle(const AwaitedReceipt& awaited, const Delivery& delivery) = 0;
    // Durable before return: the receipt's signature held, and it says (or proves) that the message did not arrive as it
    // should. A person decides; `receipt` is the evidence.
    virtual Status contest(const AwaitedReceipt& awaited,
                           const Error& error,
                           BytesView receipt) = 0;
};

// One attempt. Blame::Network: again later. Others: for a person. References outlive the sender. Thread-safe.
// Error codes: as2.egress.*, as2.connect, as2.timeout, as2.tls, as2.http.status, as2.http.redirect, as2.agreement.unknown.
class AsyncReceiptSender {
public:
    AsyncReceiptSender(std::shared_ptr<const As2Directory> directory, const Clock& clock, Log log);
    Status send(const AsyncReceipt& receipt);

private:
    std::shared_ptr<const As2Directory> m_directory;
    const Clock& m_clock;
    Log m_log;
    std::shared_ptr<Watchdog> m_watchdog;
};

}  // namespace sallyport::transports
