// SPDX-License-Identifier: Apache-2.0
// [odoo] of both files: names as Odoo writes them, and the tables of item numbers.
#include "config/checks.h"

#include <algorithm>
#include <system_error>

namespace sallyport::config {

namespace {

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// "module.name", as Odoo writes external ids.
bool is_external_id(std::string_view text) {
    const std::size_t dot = text.find('.');
    return dot != std::string_view::npos && is_word(text.substr(0, dot)) &&
           is_word(text.substr(dot + 1));
}

bool is_time_of_day(std::string_view text) {
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
    const auto two = [&](std::size_t at, int below) {
        const char tens = text[at];
        const char ones = text[at + 1];
        if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return false;
        return (tens - '0') * 10 + (ones - '0') < below;
    };
    return two(0, 24) && two(3, 60) && two(6, 60);
}

void check_units(const std::map<std::string, std::string>& units,
                 const Place& place,
                 Binder& binder) {
    for (const auto& [unit, external_id] : units)
        if (!is_external_id(external_id))
            binder.fault(value_fault(
                "odoo.units: " + toml_text(external_id) + " (for " + toml_text(unit) +
                    ") is no external id",
                place,
                "write module.name as Odoo shows it in developer mode under Metadata, such as "
                "\"uom.product_uom_dozen\""));
}

void check_item_table(const std::filesystem::path& table, const Place& place, Binder& binder) {
    std::error_code ignored;
    if (table.empty() || std::filesystem::is_regular_file(table, ignored)) return;
    binder.fault(Error("config.file.missing",
                       Blame::Operator,
                       "odoo.item_table: there is no file " + table.string())
                     .at(place)
                     .remedy("correct the path, or put a file there whose first line is "
                             "theirs,ours"));
}

// "0", "2.5", at most two places, at most 100.
bool is_percentage(const std::string& text) {
    const auto digits = [](std::string_view part) {
        return !part.empty() && part.size() <= 3 &&
               part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const std::string_view all = text;
    const auto point = all.find('.');
    if (point != std::string_view::npos &&
        (!digits(all.substr(point + 1)) || all.size() - point > 3))
        return false;
    return digits(all.substr(0, point)) && std::stoi(text) <= 100;
}

// What goes out needs a user to read it and one to see that it changed.
void check_outgoing(const OdooSection& odoo, Binder& binder, const Place& file) {
    const auto has_key = [&](const std::string& name, const OdooAccount& account) {
        if (!account.login.empty() && account.key.empty())
            binder.fault(missing_key("odoo." + name + ".key",
                                     "odoo." + name + ".login is given",
                                     binder.place("odoo." + name + ".login", file)));
    };
    const auto complete = [&](const std::string& name, const OdooAccount& account) {
        has_key(name, account);
        if (!account.login.empty() && odoo.watcher.login.empty())
            binder.fault(missing_key("odoo.watcher.login",
                                     "odoo." + name + ".login is given",
                                     binder.place("odoo." + name + ".login", file)));
    };
    complete("watcher", odoo.watcher);
    complete("responses", odoo.responses);
    complete("shipments", odoo.shipments);
    complete("invoices", odoo.invoices);
    // These are asked, nothing has to change first, or see by themselves what changed.
    has_key("stock", odoo.stock);
    has_key("purchases", odoo.purchases);
    has_key("purchase_answers", odoo.purchase_answers);
    has_key("ship_notices", odoo.ship_notices);
    has_key("bills", odoo.bills);
    has_key("receipts", odoo.receipts);
    has_key("payments", odoo.payments);
    has_key("remittances", odoo.remittances);
    const std::string& prefix = odoo.sscc_prefix;
    if (!prefix.empty() && (prefix.size() < 8 || prefix.size() > 11 ||
                            prefix.find_first_not_of("0123456789") != std::string::npos))
        binder.fault(value_fault("odoo.sscc_prefix: " + toml_text(prefix) +
                                     " is no extension digit and GS1 company prefix",
                                 binder.place("odoo.sscc_prefix", file),
                                 "write 8 to 11 digits"));
}

}  // namespace

void check_orders(const OdooSection& odoo,
                  Binder& binder,
                  const Place& file,
                  const LoadOptions& options) {
    check_units(odoo.units, binder.place("odoo.units", file), binder);
    if (!is_time_of_day(odoo.delivery_time_utc))
        binder.fault(value_fault("odoo.delivery_time_utc is no time of day",
                                 binder.place("odoo.delivery_time_utc", file),
                                 "write HH:MM:SS, such as \"12:00:00\""));
    for (const std::string& field : odoo.gln_fields)
        if (!is_word(field))
            binder.fault(
                value_fault("odoo.gln_fields: " + toml_text(field) + " is no name of a field",
                            binder.place("odoo.gln_fields", file),
                            "write the technical name, such as \"x_gln\""));
    if (!odoo.line_field.empty() && !is_word(odoo.line_field))
        binder.fault(
            value_fault("odoo.line_field: " + toml_text(odoo.line_field) + " is no name of a field",
                        binder.place("odoo.line_field", file),
                        "write the technical name, such as \"x_edi_line\""));
    check_outgoing(odoo, binder, file);
    if (options.check_files)
        check_item_table(odoo.item_table, binder.place("odoo.item_table", file), binder);
}

void check_orders(const OdooAgreement& odoo,
                  Binder& binder,
                  const Place& file,
                  const LoadOptions& options) {
    check_units(odoo.units, binder.place("odoo.units", file), binder);
    for (const auto& [key, value] :
         {std::pair{"odoo.price_tolerance", &odoo.price_tolerance},
          std::pair{"odoo.quantity_tolerance", &odoo.quantity_tolerance}})
        if (!is_percentage(*value))
            binder.fault(
                value_fault(std::string(key) + ": " + toml_text(*value) + " is no percentage",
                            binder.place(key, file),
                            "write a number from 0 to 100, such as \"2.5\""));
    if (options.check_files)
        check_item_table(odoo.item_table, binder.place("odoo.item_table", file), binder);
}

}  // namespace sallyport::config
