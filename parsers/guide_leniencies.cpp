// SPDX-License-Identifier: Apache-2.0
// The names of the leniencies, as guides and command lines write them.
#include "parsers/guide.h"

#include <array>

namespace sallyport::edi {
namespace {

struct Leniency {
    std::string_view name;
    bool Leniencies::*flag;
};
constexpr std::array<Leniency, 8> NamedLeniencies = {
    {{"byte-order-mark", &Leniencies::byte_order_mark},
     {"junk", &Leniencies::junk_before_header},
     {"unpadded-header", &Leniencies::unpadded_header},
     {"missing-final-terminator", &Leniencies::missing_final_terminator},
     {"other-encoding", &Leniencies::other_encoding},
     {"wrapped-lines", &Leniencies::wrapped_lines},
     {"unannounced-separators", &Leniencies::unannounced_separators},
     {"lower-case-tags", &Leniencies::lower_case_tags}}};

}  // namespace

std::vector<std::string_view> leniency_names() {
    std::vector<std::string_view> names;
    for (const Leniency& one : NamedLeniencies)
        names.push_back(one.name);
    return names;
}

bool set_leniency(Leniencies& leniencies, std::string_view name, bool accept) {
    for (const Leniency& one : NamedLeniencies) {
        if (one.name != name) continue;
        leniencies.*one.flag = accept;
        return true;
    }
    return false;
}

}  // namespace sallyport::edi
