// SPDX-License-Identifier: Apache-2.0
// Inside flow: what unwrap does with a certificate exchange, by its kind.
#pragma once

#include "gateway/flow/cem.h"
#include "transports/as2_cem.h"

namespace sallyport::flow {

Commit take_cem_request(const Tools& tools,
                        const store::Message& message,
                        const config::Partner& partner,
                        const CemRequest& request,
                        const std::vector<transports::CemAttachment>& attachments);
Commit take_cem_response(const Tools& tools,
                         const store::Message& message,
                         const CemResponse& response);

// Parts of a unit: a row that a person must look at; a row of what came before and was answered then.
Status store_cem_held(store::Transaction& transaction,
                      Journal& journal,
                      store::Document document,
                      const Error& why);
Status store_cem_repeat(store::Transaction& transaction,
                        Journal& journal,
                        store::Document document,
                        const std::string& first);

}  // namespace sallyport::flow
