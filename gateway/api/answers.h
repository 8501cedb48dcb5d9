// SPDX-License-Identifier: Apache-2.0
// Inside api only: what endpoints share. Rows of the store as a partner may see them, pages, and refusals.
#pragma once

#include "gateway/base/error.h"
#include "gateway/store/store.h"
#include "transports/http_server.h"
#include "transports/https/route.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace sallyport::api {

// What is not the caller's does not exist.
transports::HttpResponse nothing_there(const https::Call& call);
transports::HttpResponse failed(const https::Call& call, const Error& error);

nlohmann::ordered_json document_json(const store::Document& document);
nlohmann::ordered_json message_json(const store::Message& message);

// A whole number that the table has checked; `otherwise` when absent.
unsigned number_of(const https::Call& call, const std::string& name, unsigned otherwise);
// For a query: everything but letters, digits and -._~ with percent signs.
std::string encoded(std::string_view text);

// A GET, to be filled in.
https::Endpoint reading(std::string path,
                        std::string id,
                        std::string_view scope,
                        std::string summary);

// Parameters many endpoints have.
https::Parameter order_parameter();
https::Parameter id_parameter(std::string help);
https::Parameter limit_parameter();
https::Parameter before_parameter();

}  // namespace sallyport::api
