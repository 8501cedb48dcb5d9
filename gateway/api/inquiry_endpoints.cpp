// SPDX-License-Identifier: Apache-2.0
// Questions only the back office can answer: stock, and how far an order is. In the table only when somebody answers them.
#include "gateway/api/answers.h"
#include "gateway/api/partner_api.h"
#include "transports/https/problem.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace sallyport::api {
namespace {

using https::Call;
using https::Endpoint;
using nlohmann::ordered_json;
using transports::HttpResponse;

std::vector<std::string> words(const std::string& list) {
    std::vector<std::string> found;
    std::size_t start = 0;
    while (start <= list.size()) {
        const std::size_t end = std::min(list.find(',', start), list.size());
        if (end > start) found.push_back(list.substr(start, end - start));
        start = end + 1;
    }
    return found;
}

HttpResponse show_stock(flow::Inquiries& inquiries, const Call& call) {
    const auto skus = words(call.parameter("sku"));
    if (skus.empty() || skus.size() > 100)
        return failed(call,
                      Error("https.parameter", Blame::Partner, "sku names none, or more than 100")
                          .remedy("separate up to 100 with commas"));
    auto answer = inquiries.stock(call.caller.partner(), skus);
    if (!answer) return failed(call, answer.error());
    ordered_json levels = ordered_json::array();
    for (const flow::StockLevel& level : answer->levels)
        levels.push_back(
            {{"sku", level.sku}, {"available", level.available}, {"unit", level.unit}});
    return https::json_answer(200,
                              {{"items", levels},
                               {"unknown", answer->unknown},
                               {"as_of", iso8601(answer->as_of)},
                               {"stale", answer->stale}});
}

HttpResponse show_progress(flow::Inquiries& inquiries, const Call& call) {
    const std::string& number = call.parameter("purchase_order");
    auto answer = inquiries.order(call.caller.partner(), number);
    if (!answer) return failed(call, answer.error());
    if (!*answer) return nothing_there(call);
    return https::json_answer(200,
                              {{"purchase_order", number},
                               {"our_order", (*answer)->order},
                               {"state", (*answer)->state},
                               {"shipped", (*answer)->shipped},
                               {"invoiced", (*answer)->invoiced},
                               {"as_of", iso8601((*answer)->as_of)}});
}

}  // namespace

void add_inquiry_endpoints(const PartnerApiParts& parts, https::Api& api) {
    if (parts.inquiries == nullptr) return;
    flow::Inquiries& inquiries = *parts.inquiries;
    Endpoint stock{.method = "GET",
                   .path = "/v1/stock",
                   .id = "getStock",
                   .scope = std::string(https::scope::StockRead),
                   .summary = "What is available"};
    stock.parameters = {{.name = "sku",
                         .in = "query",
                         .schema = R"({"type":"string","minLength":1,"maxLength":4000})",
                         .help = "item numbers, up to 100, separated by commas",
                         .required = true,
                         .example = "A-100,A-200"}};
    stock.answers = {{.status = 200, .help = "stock, with its time", .schema = "Stock"}};
    stock.run = [&inquiries](const Call& call) { return show_stock(inquiries, call); };
    api.endpoints.push_back(std::move(stock));

    Endpoint progress{.method = "GET",
                      .path = "/v1/orders/{purchase_order}/progress",
                      .id = "getOrderProgress",
                      .scope = std::string(https::scope::OrdersRead),
                      .summary = "How far we are with a purchase order of yours"};
    progress.parameters = {{.name = "purchase_order",
                            .in = "path",
                            .schema = R"({"type":"string","minLength":1,"maxLength":100})",
                            .help = "your purchase order number",
                            .required = true,
                            .example = "4500012345"}};
    progress.answers = {{.status = 200, .help = "state", .schema = "OrderProgress"}};
    progress.run = [&inquiries](const Call& call) { return show_progress(inquiries, call); };
    api.endpoints.push_back(std::move(progress));
}

}  // namespace sallyport::api
