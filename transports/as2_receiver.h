// SPDX-License-Identifier: Apache-2.0
// AS2 in: an HTTP handler that proves who is there, opens the message, hands it to the intake and answers with the MDN
// the intake has made durable (RFC 4130 sections 5 to 7).
//
// HTTP status: 2xx whenever an MDN was asked for and could be built, whatever its disposition; 400 for a request without
// the AS2 headers, or a refused message for which no MDN was asked; 405, 413; 503 with Retry-After and no MDN when nothing
// could be made durable.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/base/log.h"
#include "transports/allowance.h"
#include "transports/as2_agreement.h"
#include "transports/as2_async.h"
#include "transports/as2_guesses.h"
#include "transports/as2_restart.h"
#include "transports/http_server.h"
#include "transports/intake.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace sallyport::transports {

struct As2ReceiverOptions {
    std::string host_name = "localhost";  // right-hand side of MDN Message-IDs
    std::string product = "Sallyport";    // Reporting-UA, Server
    std::string retry_after = "60";       // seconds, with 429 and 503
    // What strangers can make us write to disk. Beyond it they get 429 and no audit entry, and the audit entry of a
    // refused message keeps its header only.
    double stranger_burst = 120;  // requests without an agreement or without AS2 headers
    double strangers_per_second = 1;
    double refused_bytes_burst = 256.0 * 1024 * 1024;  // bodies of refused messages
    double refused_bytes_per_second = 64.0 * 1024;
    // Bodies above `spool_above` octets pass through encrypted files without a name in this folder, at constant memory; then
    // message and document lie there as `*.as2-part` until the intake has taken them. Must be on the archive's file system.
    // Empty: what comes is held in memory.
    std::filesystem::path spool_folder;
    std::size_t spool_above = 1U << 20;
    // Messages of one agreement that are opened and stored at the same time; beyond it the partner tries again (503), so that
    // one partner's burst leaves room for the others.
    unsigned at_once_per_partner = 64;
    GuessLimits guesses{};  // of what decrypts; beyond them 503 with Retry-After
    // What partners say they can do is noted here; null: nowhere. Shared with the sender.
    std::shared_ptr<PartnerFeatures> features{};
    RestartLimits restart{};  // cut transfers; they need the spool folder
    // Where receipts of our own messages go that come as requests; null: they are refused. Outlives the receiver.
    ReceiptInbox* receipts_in = nullptr;
};

// All references outlive the receiver. Thread-safe.
class As2Receiver final : public HttpHandler {
public:
    As2Receiver(As2ReceiverOptions options,
                std::shared_ptr<const As2Directory> directory,
                Intake& intake,
                const Clock& clock,
                Log log,
                ReceiptQueue* receipts = nullptr);  // null: asynchronous receipts are refused
    HttpEntry enter(const HttpRequest& head) override;
    HttpResponse handle(const HttpRequest& request) override;

private:
    HttpResponse handle_of(const HttpRequest& request,
                           std::shared_ptr<const As2Agreement> agreement);
    As2ReceiverOptions m_options;
    std::shared_ptr<const As2Directory> m_directory;
    Intake& m_intake;
    const Clock& m_clock;
    Log m_log;
    ReceiptQueue* m_receipts;
    Allowance m_strangers;
    Allowance m_refused_bytes;
    DecryptionGuesses m_guesses;
    Guarded<std::map<std::string, unsigned>> m_at_once;  // by agreement
    std::unique_ptr<RestartTable> m_restart;             // null: there is no spool folder
};

}  // namespace sallyport::transports
