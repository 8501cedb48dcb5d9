// SPDX-License-Identifier: Apache-2.0
// The table of the partner API's endpoints: the one source of routing, authorisation, checks of parameters and the OpenAPI
// document. What is not in the table does not exist.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "transports/http_server.h"
#include "transports/https/caller.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::https {

// One request that was let in.
struct Call {
    const transports::HttpRequest& request;
    const Caller& caller;
    std::map<std::string, std::string> path{};   // decoded: {"id": "01K…"}
    std::map<std::string, std::string> query{};  // decoded; only what the endpoint declares
    std::string idempotency_key{};               // of a POST
    std::string trace{};

    // Empty when absent.
    const std::string& parameter(const std::string& name) const;
};

struct Parameter {
    std::string name{};
    std::string in{};      // "path", "query", "header"
    std::string schema{};  // JSON Schema, as text
    std::string help{};
    bool required = false;
    std::string example{};
};

struct Answer {
    int status = 200;
    std::string help{};
    std::string schema{};  // name below #/components/schemas; empty: octets or nothing
    std::string content_type = "application/json";
};

enum class Lifecycle : std::uint8_t { Active, Deprecated, Retired };

struct Endpoint {
    std::string method{};  // "GET"
    std::string path{};    // "/v1/documents/{id}"
    std::string id{};      // operationId
    std::string scope{};   // empty: any caller who proved who it is
    bool open = false;     // no credentials needed
    std::string summary{};
    std::string help{};
    std::vector<Parameter> parameters{};
    std::vector<std::string> takes{};  // media types of the body; empty: none is taken
    std::string body_schema{};         // name below #/components/schemas; empty: octets
    std::string body_example{};        // as text
    std::map<std::string, std::string> body_examples{};  // by media type, before body_example
    std::vector<Answer> answers{};        // without the problems every endpoint may give
    std::size_t body_bytes = 64U << 10U;  // the account's limit where `whole_documents`
    bool whole_documents = false;
    bool keeps_own_answer = false;  // its answers to an Idempotency-Key are kept by what it calls
    bool waits = false;             // may hold its connection for a while
    Lifecycle lifecycle = Lifecycle::Active;
    std::optional<Instant> deprecated{};  // since when
    std::optional<Instant> sunset{};      // until when it works
    std::function<transports::HttpResponse(const Call&)> run{};
};

struct Api {
    std::string title{};
    std::string version{};
    std::map<std::string, std::string> schemas{};  // name to JSON Schema text
    std::vector<Endpoint> endpoints{};
};

// Whole characters of UTF-8, none overlong, no surrogates. Pure.
bool is_utf8(std::string_view text);

// "%2F" and "+" undone; absent when malformed, not UTF-8, or holding control characters.
std::optional<std::string> decode_component(std::string_view text, bool query);

struct Match {
    const Endpoint* endpoint = nullptr;  // nullptr: none of that method
    std::map<std::string, std::string> path{};
    std::vector<std::string> methods{};  // what the path knows; empty: there is no such path
};
Match match(const Api& api, std::string_view method, std::string_view path);

// Error code https.parameter (Partner): unknown, twice, missing, or not what its schema says.
Result<std::map<std::string, std::string>> read_query(const Endpoint& endpoint,
                                                      std::string_view query);

// OpenAPI 3.1 (JSON, UTF-8). `server`: "https://edi.example.com:8443", or "/".
std::string openapi(const Api& api, const std::string& server);

}  // namespace sallyport::https
