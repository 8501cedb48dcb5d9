// SPDX-License-Identifier: Apache-2.0
// The steps of the road, each a function of its job: it works outside any transaction and returns what to write. The
// pipeline writes that, the job's done mark and the attempt in one unit, so that a crash before it repeats the step and
// a crash after it never does.
//
//   unwrap (message) -> validate (interchange) -> acknowledge -> freeze -> send        (to the partner)
//                                              \-> map (transaction) -> post           (to the back office)
//                                              \-> match (a 997 that came; never acknowledged)
//   write (canonical document of ours) -> envelope -> freeze -> send                    (outbound.h)
//   receipt (an MDN that the partner wants at a URL, after the 2xx)
//   judge (a held message whose signer's certificate has been accepted) -> unwrap of what was admitted
//   unwrap -> deliver (a document nobody here reads, into a folder: files.h)
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "gateway/flow/agreements.h"
#include "gateway/flow/back_office.h"
#include "gateway/flow/journal.h"
#include "gateway/flow/metrics.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "parsers/schema.h"
#include "transports/as2_async.h"
#include "transports/sender.h"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

namespace step {
inline constexpr std::string_view Unwrap = "unwrap";
inline constexpr std::string_view Validate = "validate";
inline constexpr std::string_view Acknowledge = "acknowledge";
inline constexpr std::string_view Write = "write";
inline constexpr std::string_view Envelope = "envelope";
inline constexpr std::string_view Freeze = "freeze";
inline constexpr std::string_view Send = "send";
inline constexpr std::string_view Match = "match";
inline constexpr std::string_view Map = "map";
inline constexpr std::string_view Post = "post";
inline constexpr std::string_view Receipt = "receipt";
inline constexpr std::string_view Judge = "judge";
inline constexpr std::string_view Deliver = "deliver";
inline constexpr std::string_view Look = "look";
}  // namespace step

// What reading a held message again came to.
struct JudgedAgain {
    std::string message{};      // the one that was admitted
    std::string disposition{};  // what is answered from now on when the partner asks again
    bool repeated = false;      // it had arrived meanwhile, or an earlier try was cut off after it
};

// Everything a step may use. All of it outlives the pipeline and is thread-safe.
struct Tools {
    store::Store& store;
    const store::Archive& archive;
    const Agreements& agreements;
    const edi::SchemaSet& schemas;
    transports::Sender& sender;
    BackOffice& back_office;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    Log log;
    // One attempt to bring an asynchronous receipt to its URL; empty: there are none.
    std::function<Status(const transports::AsyncReceipt&)> send_receipt{};
    // A held message through the transport's whole judgement once more, as if it came now; empty: there is none. The error
    // of a message that fails again is the one it was refused with.
    std::function<Result<JudgedAgain>(const store::Message&)> judge_again{};

    // What two people decided on certificates counts in the transports once this has returned; empty: there are none.
    std::function<Status()> trust_changed{};

    // Brings a record of the back office ("stock.picking/42") out now; its error is why it cannot go. Empty: nothing goes
    // out. Called by one worker at a time per record.
    std::function<Status(const std::string&)> look_again{};

    std::string make_id() const { return new_id(clock.now(), random); }
};

// Runs inside the unit that marks the job done: no I/O, no locks.
using Commit = std::function<Status(store::Transaction&, Journal&)>;

Result<Commit> unwrap(const Tools& tools, const store::Job& job);
Result<Commit> validate_interchange(const Tools& tools, const store::Job& job);
Result<Commit> acknowledge(const Tools& tools, const store::Job& job);
Result<Commit> write_document(const Tools& tools, const store::Job& job);
Result<Commit> envelope_document(const Tools& tools, const store::Job& job);
Result<Commit> freeze(const Tools& tools, const store::Job& job);
Result<Commit> send(const Tools& tools, const store::Job& job);
Result<Commit> match_acknowledgement(const Tools& tools, const store::Job& job);
Result<Commit> map_document(const Tools& tools, const store::Job& job);
Result<Commit> post_document(const Tools& tools, const store::Job& job);
// Several at once, of different lanes: orders among them reach the back office together. An outcome for each job.
std::vector<Result<Commit>> post_documents(const Tools& tools, std::span<const store::Job> jobs);
Result<Commit> send_receipt(const Tools& tools, const store::Job& job);
Result<Commit> look_again(const Tools& tools, const store::Job& job);  // records.h
Result<Commit> judge_held(const Tools& tools, const store::Job& job);
Result<Commit> deliver_file(const Tools& tools, const store::Job& job);

// --- shared by the steps ----------------------------------------------------------------------------------------------

// How long a person has before a document they must act on counts as late.
inline constexpr std::chrono::hours PersonActsWithin{4};

// Order keys. One partner's arrivals are unwrapped and validated in the order they came; from then on the documents of
// one purchase order keep their order, and everything else runs in parallel.
std::string arrival_lane(std::string_view partner);
std::string order_lane(std::string_view partner, std::string_view number);
// What goes out has a lane per document: nobody waits for anybody, but a paused partner's lanes all begin with its name.
std::string outbound_lane(std::string_view partner, std::string_view document);
// But documents of one purchase order leave in the order they were submitted.
std::string outbound_order_lane(std::string_view partner, std::string_view number);

// Errors: flow.document.missing, flow.message.missing (Bug); flow.agreement.unknown (Operator).
Result<store::Document> load_document(store::Store& store, const std::string& id);
Result<store::Message> load_message(store::Store& store, const std::string& id);
Result<std::shared_ptr<const Agreement>> agreement_of(const Tools& tools,
                                                      const std::string& partner);

// Part of a unit: a verified receipt for a message of ours. Message, expectation and documents are settled; a second
// receipt changes nothing.
Status store_delivery(store::Transaction& transaction,
                      Journal& journal,
                      const store::Message& message,
                      const store::StoredReceipt& receipt);

// A document row for a message that a person must look at before anything in it is read.
store::Document held_interchange(const store::Message& message, std::string id);

store::NextMove nobody();
store::NextMove gateway_acts();
// The person whose move it is after a failure with this blame, until now + PersonActsWithin.
store::NextMove person_acts(Blame blame, Instant now, std::string_view code, std::string reason);
store::NextMove person_acts(const Error& error, Instant now);

}  // namespace sallyport::flow
