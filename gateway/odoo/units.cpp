// SPDX-License-Identifier: Apache-2.0
// Units of measure: canonical words and UN/ECE Recommendation 20 codes to the external ids Odoo ships. External ids, for
// the names are translated and edited.
#include "gateway/odoo/echo.h"
#include "gateway/odoo/orders.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sallyport::odoo {

namespace {

using Row = std::pair<std::string_view, std::string_view>;

constexpr std::array Units{
    Row{"unit", "uom.product_uom_unit"},
    Row{"each", "uom.product_uom_unit"},
    Row{"piece", "uom.product_uom_unit"},
    Row{"C62", "uom.product_uom_unit"},
    Row{"H87", "uom.product_uom_unit"},
    Row{"EA", "uom.product_uom_unit"},
    Row{"dozen", "uom.product_uom_dozen"},
    Row{"DZN", "uom.product_uom_dozen"},
    Row{"kilogram", "uom.product_uom_kgm"},
    Row{"KGM", "uom.product_uom_kgm"},
    Row{"gram", "uom.product_uom_gram"},
    Row{"GRM", "uom.product_uom_gram"},
    Row{"tonne", "uom.product_uom_ton"},
    Row{"TNE", "uom.product_uom_ton"},
    Row{"pound", "uom.product_uom_lb"},
    Row{"LBR", "uom.product_uom_lb"},
    Row{"ounce", "uom.product_uom_oz"},
    Row{"ONZ", "uom.product_uom_oz"},
    Row{"litre", "uom.product_uom_litre"},
    Row{"LTR", "uom.product_uom_litre"},
    Row{"cubic_metre", "uom.product_uom_cubic_meter"},
    Row{"MTQ", "uom.product_uom_cubic_meter"},
    Row{"cubic_inch", "uom.product_uom_cubic_inch"},
    Row{"INQ", "uom.product_uom_cubic_inch"},
    Row{"cubic_foot", "uom.product_uom_cubic_foot"},
    Row{"FTQ", "uom.product_uom_cubic_foot"},
    Row{"gallon", "uom.product_uom_gal"},
    Row{"GLL", "uom.product_uom_gal"},
    Row{"quart", "uom.product_uom_qt"},
    Row{"QT", "uom.product_uom_qt"},
    Row{"fluid_ounce", "uom.product_uom_floz"},
    Row{"OZA", "uom.product_uom_floz"},
    Row{"metre", "uom.product_uom_meter"},
    Row{"meter", "uom.product_uom_meter"},
    Row{"MTR", "uom.product_uom_meter"},
    Row{"centimetre", "uom.product_uom_cm"},
    Row{"CMT", "uom.product_uom_cm"},
    Row{"millimetre", "uom.product_uom_millimeter"},
    Row{"MMT", "uom.product_uom_millimeter"},
    Row{"kilometre", "uom.product_uom_km"},
    Row{"KMT", "uom.product_uom_km"},
    Row{"inch", "uom.product_uom_inch"},
    Row{"INH", "uom.product_uom_inch"},
    Row{"foot", "uom.product_uom_foot"},
    Row{"FOT", "uom.product_uom_foot"},
    Row{"yard", "uom.product_uom_yard"},
    Row{"YRD", "uom.product_uom_yard"},
    Row{"mile", "uom.product_uom_mile"},
    Row{"SMI", "uom.product_uom_mile"},
    Row{"square_metre", "uom.uom_square_meter"},
    Row{"MTK", "uom.uom_square_meter"},
    Row{"square_foot", "uom.uom_square_foot"},
    Row{"FTK", "uom.uom_square_foot"},
    Row{"hour", "uom.product_uom_hour"},
    Row{"HUR", "uom.product_uom_hour"},
    Row{"day", "uom.product_uom_day"},
    Row{"DAY", "uom.product_uom_day"},
};

}  // namespace

std::string_view unit_external_id(std::string_view unit) {
    const auto* found =
        std::find_if(Units.begin(), Units.end(), [&](const Row& row) { return row.first == unit; });
    return found == Units.end() ? std::string_view{} : found->second;
}

std::string unit_word(const std::string& external_id, const OrdersOptions& options) {
    for (const auto& [unit, id] : options.units)
        if (id == external_id) return unit;
    const auto* found = std::find_if(
        Units.begin(), Units.end(), [&](const Row& row) { return row.second == external_id; });
    return found == Units.end() ? std::string() : std::string(found->first);
}

}  // namespace sallyport::odoo
