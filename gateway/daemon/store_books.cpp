// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/store_books.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::daemon {
namespace {

constexpr const char* Scope = "odoo";

}  // namespace

Result<std::string> recall_for_odoo(store::Store& store, const std::string& name) {
    auto found = store::read<std::optional<store::Bookmark>>(
        store, [&](store::Reader& reader) { return reader.bookmark(Scope, name); });
    if (!found) return std::move(found).error();
    return *found ? (*found)->value : std::string();
}

Status remember_for_odoo(store::Store& store, const std::string& name, const std::string& value) {
    return store.submit(
        [&](store::Transaction& unit) { return unit.set_bookmark(Scope, name, value); });
}

Result<std::optional<odoo::KnownOrder>> StoreMemory::order_behind(std::int64_t /*sale_order*/) {
    return std::optional<odoo::KnownOrder>();
}

Result<std::string> StoreMemory::recall(const std::string& name) {
    return recall_for_odoo(m_tools.store, name);
}

Status StoreMemory::remember(const std::string& name, const std::string& value) {
    return remember_for_odoo(m_tools.store, name, value);
}

bool StoreMemory::wanted(const std::string& partner, const std::string& kind) {
    auto agreement = flow::agreement_of(m_tools, partner);
    if (!agreement) return false;
    auto way = (*agreement)->outbound_for(kind, "");
    return way || way.error().code() != "flow.outbound.none";
}

Result<std::int64_t> StoreMemory::next_number(const std::string& series, std::int64_t last) {
    return store::submit<std::int64_t>(m_tools.store, [&](store::Transaction& unit) {
        return unit.next_control_number(
            {.sender = "odoo", .receiver = "", .kind = series, .last = last});
    });
}

Status StoreMemory::submit(const odoo::OutgoingDocument& document) {
    flow::Submission submission;
    submission.source_key = document.source_key;
    submission.partner = document.partner;
    submission.kind = document.kind;
    submission.canonical = &document.canonical;
    submission.business_number = document.business_number;
    submission.own_number = document.own_number;
    submission.origin = "odoo";
    auto taken = m_outbound.submit(submission);
    if (!taken) return std::move(taken).error();
    m_tools.log.info("document from odoo taken",
                     {{"document", taken->document},
                      {"key", document.source_key},
                      {"existed", taken->existed ? "yes" : "no"}});
    return {};
}

}  // namespace sallyport::daemon
