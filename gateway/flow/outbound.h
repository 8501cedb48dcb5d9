// SPDX-License-Identifier: Apache-2.0
// What goes out: a canonical document becomes an interchange at the partner, exactly once.
//
//   submit -> write (map, validate) -> envelope (control numbers) -> freeze (octets, transport) -> send -> 997/CONTRL
//
// submit() is the only door. Once it returned a document id, the document is durable and the pipeline brings it to the
// partner by itself, whatever is killed in between; every later fault (no map agreed, a table row missing, a value the
// partner's guide forbids) parks that document with its explanation for a person, who mends the cause and releases it
// (`sallyport doc release`). The caller need not and must not submit it again for that.
//
// Control numbers are taken in the unit that stores the interchange they belong to, after the document was found valid:
// the numbers of one stream (sender, receiver, ISA/GS/UNB/UNG, test or production) have no gaps and no duplicates. An
// interchange that a person discards after it was numbered keeps its number; it is the only gap there can be, and `doc show`
// says so.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/flow/steps.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sallyport::flow {

struct Submission {
    // Unique for ever, chosen by the caller, 1 to 512 octets: the same key is the same document. Derived from what it is
    // about and its revision, never from time or chance: "odoo/sale.order/42/rev3", "api/erp-token/<Idempotency-Key>".
    std::string source_key{};
    std::string partner{};  // the agreement's name
    std::string kind{};     // canonical document: "OrderResponse", "ShipNotice", "Invoice", "Order"
    // Canonical JSON (mappings/canonical/<kind>.schema.json): decimals and dates are strings. Not owned, read at once.
    const nlohmann::ordered_json* canonical = nullptr;
    // The purchase order number, ours or theirs: what `sallyport thread` looks for. Documents of one partner and one
    // number leave in the order they were submitted. Empty: no order, no thread.
    std::string business_number{};
    std::string
        own_number{};  // the document's own number where it differs: invoice, shipment; may be empty
    std::string origin{};  // who submits, for the audit: "odoo", "api:erp"; not empty
    // Only where the agreement sends this kind in several ways: which set ("855", "ORDRSP"). Empty: the only one.
    std::string set{};
};

struct Submitted {
    std::string document{};  // the gateway's document id
    bool existed = false;    // the key was known: nothing was stored, `document` is the first one's
};

// Where an outbound document stands, for callers that write it back to their record.
struct OutboundState {
    store::Document document{};  // content, delivery, acknowledgement axes, next move
    std::optional<store::Document>
        envelope{};  // its interchange, once numbered: control numbers, message
};

// Thread-safe.
class Outbound {
public:
    virtual ~Outbound() = default;

    // Blocks until the document is on disk (one commit). May be repeated after any failure or restart. Errors:
    //   flow.submit.key, flow.submit.kind, flow.submit.canonical (Bug: of the caller; an API answers 422)
    //   flow.agreement.unknown (Operator: no partner file of that name)
    //   flow.submit.conflict (BackOffice: the key was used with other content; its remedy names the first document. A
    //   changed record needs a new revision in its key)
    //   those of the store and the archive (Network: try again)
    virtual Result<Submitted> submit(const Submission& submission) = 0;

    // By source key: absent when it was never submitted. Errors of the store.
    virtual Result<std::optional<OutboundState>> find(const std::string& source_key) = 0;
};

// The same door for steps that submit as part of their own unit: what is left to do in it. Errors as of submit().
Result<Commit> prepare_submission(const Tools& tools, const Submission& submission);

// The one implementation; `tools` outlives it. `submitted` is called after each new document (Pipeline::wake).
std::unique_ptr<Outbound> make_outbound(const Tools& tools, std::function<void()> submitted);

}  // namespace sallyport::flow
