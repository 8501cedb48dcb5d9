// SPDX-License-Identifier: Apache-2.0
// What people decide about documents that wait for them. Each decision is one unit with its audit entry; the pipeline
// does the rest.
#pragma once

#include "gateway/flow/steps.h"

#include <string>

namespace sallyport::flow {

// Goes on where the document stopped: the parked step runs again; what was held by a replay guard or by its envelope
// goes past that guard; what a mapping rejected is mapped again. `actor` is who decides: "operator:anna".
// Error codes: flow.document.missing (Operator), flow.decision.nothing (Operator: it does not wait for a person).
Status release_document(const Tools& tools, const std::string& document, const std::string& actor);

// The same as part of a unit; `event` says who and why, its subject is set here.
Status release_in(store::Transaction& transaction,
                  Journal& journal,
                  const std::string& document,
                  store::AuditEvent event);

// Gives it up for good, with a reason that stays: nothing of it is posted or sent any more. Same error codes.
Status discard_document(const Tools& tools,
                        const std::string& document,
                        const std::string& actor,
                        const std::string& reason);

}  // namespace sallyport::flow
