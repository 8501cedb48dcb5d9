// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_receipt_in.h"

#include "transports/as2_mdn.h"

#include <utility>

namespace sallyport::transports {
namespace {

HttpResponse unavailable(const ReceiptDoor& door, const Error& error, const Log& log) {
    log.error("as2 receipt could not be stored",
              {{"code", error.code()}, {"reason", error.text()}});
    return {.status = 503,
            .headers = {{"Retry-After", door.retry_after},
                        {"Content-Type", "text/plain; charset=us-ascii"}},
            .body = "temporarily unable to store receipts\r\n"};
}

HttpResponse refuse(const HttpRequest& request,
                    const As2Agreement& agreement,
                    const ReceiptDoor& door,
                    const Log& log,
                    const Error& error) {
    log.warn("as2 receipt refused", {{"code", error.code()}});
    Receipt answer;
    answer.http_status = 400;
    answer.headers = {{"Content-Type", "text/plain; charset=us-ascii"}};
    answer.body = "this receipt was not accepted\r\n";
    const bool keep =
        door.refused_bytes.take(static_cast<double>(request.body.size()), door.clock.steady_now());
    const Refusal refusal{.transport = "as2",
                          .partner = agreement.name,
                          .from = agreement.partner_id,
                          .to = agreement.our_id,
                          .message_id = std::string(header_or_empty(request.headers, "Message-ID")),
                          .remote_address = request.remote_address,
                          .code = std::string(error.code()),
                          .reason = error.text(),
                          .raw = request.header_block + (keep ? request.body : Bytes())};
    const auto kept = door.intake.refuse(refusal, answer);
    if (!kept) return unavailable(door, kept.error(), log);
    return {.status = answer.http_status,
            .headers = std::move(answer.headers),
            .body = std::move(answer.body)};
}

// The receipt could be believed, and what it says is that (or proves how) the message did not arrive as it should.
bool is_verdict(const Error& error) {
    return error.code() == "as2.mdn.refused" || error.code() == "as2.mdn.warning" ||
           error.code() == "as2.mdn.mic.missing" || error.code() == "as2.mdn.mic.mismatch";
}

}  // namespace

HttpResponse take_receipt(const HttpRequest& request,
                          const As2Agreement& agreement,
                          const ReceiptDoor& door,
                          const Log& log) {
    const std::string about = claimed_message_id(request.headers, request.body);
    const auto unexpected = [&](std::string what) {
        return refuse(request,
                      agreement,
                      door,
                      log,
                      Error("as2.mdn.foreign", Blame::Partner, std::move(what))
                          .remedy("compare the Message-ID with the partner; nothing was changed"));
    };
    if (about.empty() || door.inbox == nullptr)
        return unexpected("a receipt came that names no message of ours");
    auto awaited = door.inbox->awaited(agreement.name, about);
    if (!awaited) return unavailable(door, awaited.error(), log);
    if (!*awaited)
        return unexpected("a receipt came for message " + about +
                          ", which was not sent to this partner");
    const auto expected = MdnExpectation::read((*awaited)->expectation);
    if (!expected) return refuse(request, agreement, door, log, expected.error());
    if (expected->request == MdnRequest::None)
        return unexpected("a receipt came for message " + about + ", which asked for none");

    const auto delivery = judge_mdn(request.headers, request.body, *expected, agreement);
    if (!delivery && !is_verdict(delivery.error()))
        return refuse(request, agreement, door, log, delivery.error());
    const Status done =
        delivery
            ? door.inbox->settle(**awaited, *delivery)
            : door.inbox->contest(**awaited, delivery.error(), request.header_block + request.body);
    if (!done) return unavailable(door, done.error(), log);
    log.info("as2 receipt taken",
             {{"about", about},
              {"verdict", delivery ? delivery->disposition : std::string(delivery.error().code())},
              {"settled_before", (*awaited)->settled.empty() ? "no" : "yes"}});
    return {};
}

}  // namespace sallyport::transports
