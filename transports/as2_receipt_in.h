// SPDX-License-Identifier: Apache-2.0
// Receipts of our own messages that come as requests (RFC 4130 7.2): judged like those in an answer, and settled durably
// before the 2xx. A receipt that cannot be believed changes nothing but the audit.
#pragma once

#include "gateway/base/log.h"
#include "transports/allowance.h"
#include "transports/as2_agreement.h"
#include "transports/as2_async.h"
#include "transports/http_server.h"
#include "transports/intake.h"

#include <string>

namespace sallyport::transports {

struct ReceiptDoor {
    Intake& intake;
    ReceiptInbox* inbox = nullptr;  // null: none is ever expected
    const Clock& clock;
    Allowance& refused_bytes;
    const std::string& retry_after;
};

// 200: believed, whatever it says. 400: not a receipt we can believe. 503: nothing could be made durable.
HttpResponse take_receipt(const HttpRequest& request,
                          const As2Agreement& agreement,
                          const ReceiptDoor& door,
                          const Log& log);

}  // namespace sallyport::transports
