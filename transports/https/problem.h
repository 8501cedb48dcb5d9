// SPDX-License-Identifier: Apache-2.0
// Answers in JSON, and problem documents (RFC 9457) with the code of the error, the remedy and the trace id.
#pragma once

#include "gateway/base/error.h"
#include "transports/http_server.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sallyport::https {

// The status that goes with an error's code, and with its blame where the code says nothing: never a 5xx for what the
// partner has done.
int status_of(const Error& error);

// {"type": "urn:sallyport:problem:CODE", "title", "status", "detail", "code", "remedy", "trace_id"}
transports::HttpResponse problem(int status, const Error& error, const std::string& trace);

transports::HttpResponse json_answer(int status, const nlohmann::ordered_json& body);

}  // namespace sallyport::https
