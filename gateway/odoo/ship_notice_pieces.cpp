// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/ship_notice_pieces.h"

#include "gateway/odoo/values.h"

#include <utility>

namespace sallyport::odoo {

namespace {

void collect_items(const Json& holder,
                   const std::string& order,
                   const std::string& sscc,
                   std::vector<Piece>& pieces);

void collect_package(const Json& package,
                     const std::string& order,
                     const std::string& outer,
                     std::vector<Piece>& pieces) {
    std::string sscc = text_of(package, "sscc");
    if (sscc.empty()) sscc = outer;
    collect_items(package, order, sscc, pieces);
    for (const Json& inner : package.value("packages", Json::array()))
        collect_package(inner, order, sscc, pieces);
}

void collect_items(const Json& holder,
                   const std::string& order,
                   const std::string& sscc,
                   std::vector<Piece>& pieces) {
    for (const Json& item : holder.value("items", Json::array())) {
        const std::string own = text_of(item, "order_number");
        const Json packages = item.value("packages", Json::array());
        Json rest = item;
        rest.erase("packages");
        if (packages.empty()) {
            pieces.push_back({.order = own.empty() ? order : own, .item_line = rest, .sscc = sscc});
            continue;
        }
        // Packages below their article (standard carton): each holds its part of it.
        for (const Json& package : packages) {
            Json part = rest;
            if (package.contains("quantity")) part["quantity"] = package["quantity"];
            if (package.contains("unit")) part["unit"] = package["unit"];
            pieces.push_back({.order = own.empty() ? order : own,
                              .item_line = std::move(part),
                              .sscc = text_of(package, "sscc")});
        }
    }
}

}  // namespace

std::vector<Piece> pieces_of(const Json& content) {
    const Json shipment = content.value("shipment", Json::object());
    const std::string whole = text_of(shipment, "order_number");
    std::vector<Piece> pieces;
    collect_items(shipment, whole, {}, pieces);
    for (const Json& package : shipment.value("packages", Json::array()))
        collect_package(package, whole, {}, pieces);
    for (const Json& order : shipment.value("orders", Json::array())) {
        const std::string number = text_of(order, "order_number");
        collect_items(order, number, {}, pieces);
        for (const Json& package : order.value("packages", Json::array()))
            collect_package(package, number, {}, pieces);
    }
    return pieces;
}

}  // namespace sallyport::odoo
