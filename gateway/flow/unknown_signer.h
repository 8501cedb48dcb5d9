// SPDX-License-Identifier: Apache-2.0
// Inside flow: messages whose signer's certificate nobody has accepted yet.
#pragma once

#include "gateway/flow/intake.h"
#include "gateway/flow/journal.h"
#include "gateway/store/store.h"
#include "transports/intake.h"

namespace sallyport::flow {

// `message` is the refused message with its receipt and its raw octets in the archive. Held, with a document that waits for a
// person and the certificate noted, in one unit; false when it is to be refused for good: the certificate was rejected or
// withdrawn, the same message is held already, or its octets are not whole.
Result<bool> hold_unknown_signer(const DurableIntake::Parts& parts,
                                 store::Message message,
                                 const transports::Refusal& refusal);

// Part of a unit: a message that waits for a person, with its document and its entry in the audit; `detail` is what that says
// beside code and Message-ID.
Status store_held_message(store::Transaction& transaction,
                          Journal& journal,
                          const store::Message& message,
                          store::Document document,
                          store::AuditDetail detail);

// Part of a unit: a held message goes through the transport once more. trust.cpp.
Status add_judgement(store::Transaction& transaction, const store::Message& message);

}  // namespace sallyport::flow
