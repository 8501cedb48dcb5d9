// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_agreement.h"

#include <utility>

namespace sallyport::transports {
namespace {

class FixedDirectory final : public As2Directory {
public:
    explicit FixedDirectory(std::vector<std::shared_ptr<const As2Agreement>> list)
        : m_list(std::move(list)) {}

    std::shared_ptr<const As2Agreement> by_ids(std::string_view partner_id,
                                               std::string_view our_id) const override {
        for (const auto& agreement : m_list)
            if (agreement->partner_id == partner_id && agreement->our_id == our_id)
                return agreement;
        return nullptr;
    }
    std::shared_ptr<const As2Agreement> by_name(std::string_view name) const override {
        for (const auto& agreement : m_list)
            if (agreement->name == name) return agreement;
        return nullptr;
    }

private:
    std::vector<std::shared_ptr<const As2Agreement>> m_list;
};

}  // namespace

std::shared_ptr<As2Directory> fixed_directory(
    std::vector<std::shared_ptr<const As2Agreement>> list) {
    return std::make_shared<FixedDirectory>(std::move(list));
}

}  // namespace sallyport::transports
