// SPDX-License-Identifier: Apache-2.0
// Asynchronous receipts, both ways: ours wait in the store until the partner's URL has taken them, the partner's settle the
// message of ours that they are about.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/metrics.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "transports/as2_async.h"

#include <functional>
#include <optional>
#include <string>

namespace sallyport::flow {

// Thread-safe. References outlive the desk. Errors: of the store and the archive.
class ReceiptDesk final : public transports::ReceiptQueue, public transports::ReceiptInbox {
public:
    struct Parts {
        store::Store& store;
        const store::Archive& archive;
        const Clock& clock;
        Random& random;
        Metrics& metrics;
        Log log;
        std::function<void()> queued{};  // wakes the pipeline; called after the commit
    };
    explicit ReceiptDesk(Parts parts) : m_parts(std::move(parts)) {}

    // A message row (transport "as2-receipt", `to` the URL) and a job of step::Receipt. The same receipt again makes no
    // second row; when it was sent already, the partner asks because it did not get it, so it is sent again.
    Status enqueue(const transports::AsyncReceipt& receipt) override;

    Result<std::optional<transports::AwaitedReceipt>> awaited(
        const std::string& partner, const std::string& message_id) override;
    Status settle(const transports::AwaitedReceipt& awaited,
                  const transports::Delivery& delivery) override;
    Status contest(const transports::AwaitedReceipt& awaited,
                   const Error& error,
                   BytesView receipt) override;

private:
    Parts m_parts;
};

}  // namespace sallyport::flow
