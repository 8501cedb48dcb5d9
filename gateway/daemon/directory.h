// SPDX-License-Identifier: Apache-2.0
// The AS2 directory that a reload can swap under running connections: each of them keeps the agreement it started with.
#pragma once

#include "gateway/base/guarded.h"
#include "transports/as2_agreement.h"

#include <memory>
#include <string_view>
#include <utility>

namespace sallyport::daemon {

// Thread-safe.
class SwapDirectory final : public transports::As2Directory {
public:
    explicit SwapDirectory(std::shared_ptr<const transports::As2Directory> first)
        : m_current(std::move(first)) {}

    void swap(std::shared_ptr<const transports::As2Directory> next) {
        m_current.with([&](auto& current) { current = std::move(next); });
    }
    std::shared_ptr<const transports::As2Agreement> by_ids(std::string_view partner_id,
                                                           std::string_view our_id) const override {
        return current()->by_ids(partner_id, our_id);
    }
    std::shared_ptr<const transports::As2Agreement> by_name(std::string_view name) const override {
        return current()->by_name(name);
    }

private:
    std::shared_ptr<const transports::As2Directory> current() const {
        return m_current.with([](const auto& directory) { return directory; });
    }
    Guarded<std::shared_ptr<const transports::As2Directory>> m_current;
};

}  // namespace sallyport::daemon
