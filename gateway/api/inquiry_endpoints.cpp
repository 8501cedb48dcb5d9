// SPDX-License-Identifier: Apache-2.0
// Questions: how far an order is, which the store knows, and what is in stock, where the back office answers.
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

HttpResponse show_stock(const PartnerApiParts& parts, const Call& call) {
    const auto skus = words(call.parameter("sku"));
    if (skus.empty() || skus.size() > 100)
        return failed(call,
                      Error("https.parameter", Blame::Partner, "sku names none, or more than 100")
                          .remedy("separate up to 100 with commas"));
    auto answer = parts.stock->stock(call.caller.partner(), skus);
    if (!answer) return failed(call, answer.error());
    if (answer->levels.empty()) return nothing_there(call);
    ordered_json levels = ordered_json::array();
    for (const flow::StockLevel& level : answer->levels)
        levels.push_back(
            {{"sku", level.sku}, {"available", level.available}, {"unit", level.unit}});
    HttpResponse response = https::json_answer(200,
                                               {{"items", levels},
                                                {"unknown", answer->unknown},
                                                {"as_of", iso8601(answer->as_of)},
                                                {"stale", answer->stale}});
    const auto age =
        std::chrono::duration_cast<std::chrono::seconds>(parts.clock.now() - answer->as_of);
    response.headers.emplace_back("Age", std::to_string(std::max<std::int64_t>(0, age.count())));
    return response;
}

ordered_json line_json(const flow::LineProgress& line) {
    ordered_json out{{"no", line.no}, {"unit", line.unit}, {"ordered", line.ordered}};
    if (!line.confirmed.empty()) out["confirmed"] = line.confirmed;
    out["shipped"] = line.shipped;
    out["invoiced"] = line.invoiced;
    return out;
}

HttpResponse show_progress(const PartnerApiParts& parts, const Call& call) {
    const std::string& number = call.parameter("purchase_order");
    auto answer = flow::order_progress(parts.store, parts.archive, call.caller.partner(), number);
    if (!answer) return failed(call, answer.error());
    if (!*answer) return nothing_there(call);
    const flow::OrderProgress& progress = **answer;
    ordered_json lines = ordered_json::array();
    for (const flow::LineProgress& line : progress.lines)
        lines.push_back(line_json(line));
    return https::json_answer(200,
                              {{"purchase_order", number},
                               {"our_order", progress.order},
                               {"state", progress.state},
                               {"shipped", progress.shipped},
                               {"invoiced", progress.invoiced},
                               {"lines", lines},
                               {"as_of", iso8601(progress.as_of)}});
}

}  // namespace

void add_inquiry_endpoints(const PartnerApiParts& parts, https::Api& api) {
    Endpoint progress = reading("/v1/orders/{purchase_order}/progress",
                                "getOrderProgress",
                                https::scope::OrdersRead,
                                "How far a purchase order of yours is");
    progress.help =
        "state is received, held (our people look at it), rejected, accepted, then what our last "
        "answer says: confirmed, changed or cancelled. shipped and invoiced are none, part or full "
        "of what was confirmed.";
    progress.parameters = {order_parameter()};
    progress.answers = {{.status = 200, .help = "how far it is", .schema = "OrderProgress"}};
    progress.run = [parts](const Call& call) { return show_progress(parts, call); };
    api.endpoints.push_back(std::move(progress));

    if (parts.stock == nullptr) return;
    Endpoint stock = reading("/v1/stock", "getStock", https::scope::StockRead, "What is available");
    stock.help =
        "Of the item numbers agreed with you. The answer may come from memory: as_of and Age say "
        "how old it is, stale that we could not ask anew. Numbers that are not yours stand in "
        "unknown; when none is yours, that is a 404.";
    stock.parameters = {{.name = "sku",
                         .in = "query",
                         .schema = R"({"type":"string","minLength":1,"maxLength":4000})",
                         .help = "your item numbers, up to 100, separated by commas",
                         .required = true,
                         .example = "A-100,A-200"}};
    stock.answers = {{.status = 200, .help = "stock, with its time", .schema = "Stock"},
                     {.status = 404,
                      .help = "none of these numbers is agreed with you",
                      .schema = "Problem",
                      .content_type = "application/problem+json"}};
    stock.run = [parts](const Call& call) { return show_stock(parts, call); };
    api.endpoints.push_back(std::move(stock));
}

}  // namespace sallyport::api
