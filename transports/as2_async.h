// SPDX-License-Identifier: Apache-2.0
// Asynchronous receipts (RFC 4130 7.2): the message is answered with 2xx at once, its MDN goes later to the URL the sender
// names, if the partner file allows that URL. The queue between the two is durable and belongs to the pipeline.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "transports/as2_agreement.h"
#include "transports/intake.h"

#include <memory>
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
