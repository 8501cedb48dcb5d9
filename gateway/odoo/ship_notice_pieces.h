// SPDX-License-Identifier: Apache-2.0
// A ship notice's content, however deep its packages lie in each other. Internal to gateway/odoo.
#pragma once

#include "gateway/odoo/values.h"

#include <string>
#include <vector>

namespace sallyport::odoo {

// Some quantity of one line in one package.
struct Piece {
    std::string order{};
    Json item_line{};
    std::string sscc{};  // of the innermost package that has one; not checked
};

// `content`: a canonical ShipNotice.
std::vector<Piece> pieces_of(const Json& content);

}  // namespace sallyport::odoo
