// SPDX-License-Identifier: Apache-2.0
// A Python exception of Odoo, thrown by the double's model code and caught in its dispatcher, as in Odoo itself. Internal.
#pragma once

#include <string>
#include <utility>

namespace sallyport::odoo_double {

struct Raised {
    std::string name;
    std::string message;
};

inline Raised user_error(std::string message) {
    return {"odoo.exceptions.UserError", std::move(message)};
}
inline Raised value_error(std::string message) {
    return {"builtins.ValueError", std::move(message)};
}
inline Raised access_error(std::string message) {
    return {"odoo.exceptions.AccessError", std::move(message)};
}
inline Raised validation_error(std::string message) {
    return {"odoo.exceptions.ValidationError", std::move(message)};
}

}  // namespace sallyport::odoo_double
