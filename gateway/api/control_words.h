// SPDX-License-Identifier: Apache-2.0
// Inside api only: what the doors for this machine's operators share. They are opened by the token of this run, which the
// gateway writes to a file only it and root may read.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "transports/http_server.h"

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::api {

transports::HttpResponse control_response(int status, const nlohmann::ordered_json& body);
// {"code", "error", "remedy"}
transports::HttpResponse control_refusal(int status, const Error& error);

// 401 without the token of this run, 405 when the method is none of `methods`. Absent: go on.
std::optional<transports::HttpResponse> stopped_at_door(
    const transports::HttpRequest& head,
    const Secret& token,
    std::initializer_list<std::string_view> methods);

// Empty when it is absent or no text, also when `body` is no object.
std::string text_of(const nlohmann::ordered_json& body, const char* name);

}  // namespace sallyport::api
