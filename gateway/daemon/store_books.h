// SPDX-License-Identifier: Apache-2.0
// The durable memory of the Odoo flows and their door for documents that go out, over store and flow. Of orders that came in
// it knows nothing.
#pragma once

#include "gateway/flow/outbound.h"
#include "gateway/flow/steps.h"
#include "gateway/odoo/books.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sallyport::daemon {

// What the flows of Odoo remember, by name; empty: nothing. Errors are the store's.
Result<std::string> recall_for_odoo(store::Store& store, const std::string& name);
Status remember_for_odoo(store::Store& store, const std::string& name, const std::string& value);

class StoreMemory : public odoo::Books {
public:
    // Both outlive it.
    StoreMemory(const flow::Tools& tools, flow::Outbound& outbound)
        : m_tools(tools), m_outbound(outbound) {}

    Result<std::optional<odoo::KnownOrder>> order_behind(std::int64_t sale_order) override;
    bool wanted(const std::string& partner, const std::string& kind) override;
    Result<std::string> recall(const std::string& name) override;
    Status remember(const std::string& name, const std::string& value) override;
    Result<std::int64_t> next_number(const std::string& series, std::int64_t last) override;
    Status submit(const odoo::OutgoingDocument& document) override;

protected:
    const flow::Tools& tools() const { return m_tools; }

private:
    const flow::Tools& m_tools;
    flow::Outbound& m_outbound;
};

}  // namespace sallyport::daemon
