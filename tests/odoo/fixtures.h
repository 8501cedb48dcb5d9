// SPDX-License-Identifier: Apache-2.0
// What the tests of gateway/odoo share: an order, a clock that stands, a pause that does not wait.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"

#include <atomic>
#include <chrono>
#include <string>
#include <utility>

namespace sallyport::odoo::fixture {

class SteadyRandom final : public Random {
public:
    std::uint64_t next() override { return m_next += 0x9e3779b97f4a7c15ULL; }

private:
    std::atomic<std::uint64_t> m_next{1};
};

inline nlohmann::ordered_json order(const std::string& number) {
    return nlohmann::ordered_json::parse(R"({
      "purpose": "original", "type": "standalone", "date": "2026-11-20", "currency": "USD",
      "dates": [{"kind": "deliver", "at": "2026-12-10"}],
      "ship_to": {"name": "ACME DC 42", "gln": "4012345000016"},
      "bill_to": {"name": "ACME Accounts Payable", "buyer_code": "AP-0001"},
      "notes": [{"kind": "general", "text": "Deliver at dock <7> & ring"}],
      "lines": [
        {"no": "1", "quantity": "24", "unit": "unit", "price": "10.95", "item": {"ean": "4006381333931"}},
        {"no": "2", "quantity": "2", "unit": "dozen", "price": "120", "item": {"seller_code": "EDI-1001"}},
        {"no": "7", "quantity": "3", "unit": "case", "price": "131.40", "item": {"gtin": "14006381333938"}},
        {"no": "8", "quantity": "150", "unit": "unit", "price": "333.00", "price_per": "hundred",
         "item": {"buyer_code": "B-1002"}}
      ]})")
        .patch(nlohmann::ordered_json::parse(R"([{"op":"add","path":"/number","value":")" + number +
                                             "\"}]"));
}

inline flow::OrderPosting posting(const std::string& number) {
    return {.document = "01JDOC" + number,
            .partner = "acme",
            .business_key = "acme|order|" + number + "|original",
            .customer = "CUST-4711",
            .order = order(number),
            .original = {.file_name = "850-" + number + ".edi",
                         .content_type = "application/EDI-X12",
                         .octets = "ISA*00*~ST*850*0001~BEG*00*SA*" + number + "~"},
            .confirm = false};
}

inline OrdersOptions options() {
    OrdersOptions options;
    options.agreements["acme"].items = {{"B-1002", "EDI-1002"}};
    return options;
}

inline Fence fence() {
    const OrdersOptions defaults;
    return orders_in_fence(defaults.gln_fields, defaults.line_field);
}

inline void no_pause(std::chrono::milliseconds) {}

}  // namespace sallyport::odoo::fixture
