// SPDX-License-Identifier: Apache-2.0
// Rows of the store as JSON: one shape for the command line, the demonstration and later the REST API. Members are only
// ever added.
#pragma once

#include "gateway/store/document.h"
#include "gateway/store/job.h"
#include "gateway/store/ledger.h"
#include "gateway/store/message.h"
#include "gateway/store/store.h"

#include <nlohmann/json.hpp>

namespace sallyport::daemon {

nlohmann::ordered_json axes_json(const store::FourAxes& status);
nlohmann::ordered_json document_json(const store::Document& document);
nlohmann::ordered_json message_json(const store::Message& message);
nlohmann::ordered_json attempt_json(const store::Attempt& attempt);
nlohmann::ordered_json order_json(const store::BackOfficeResult& result);
nlohmann::ordered_json audit_json(const store::AuditEntry& entry);

}  // namespace sallyport::daemon
