// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/batch_items.h"

#include <algorithm>
#include <array>

namespace sallyport::odoo {

namespace {

// Whether another call with fewer records could end otherwise. Not when Odoo is away or the account is refused as such;
// not without an answer either, for the wait may have been two minutes (Caution).
bool worth_dividing(const Error& error) {
    constexpr std::array<std::string_view, 10> Whole{"odoo.connect",
                                                     "odoo.unavailable",
                                                     "odoo.busy",
                                                     "odoo.credentials",
                                                     "odoo.circuit",
                                                     "odoo.tls",
                                                     "odoo.url",
                                                     "odoo.http",
                                                     "odoo.fence",
                                                     "odoo.reply.lost"};
    return std::find(Whole.begin(), Whole.end(), error.code()) == Whole.end();
}

}  // namespace

BatchItems those(const BatchItems& items, const std::function<bool(const BatchItem&)>& wish) {
    BatchItems chosen;
    for (BatchItem* item : items)
        if (!item->outcome && wish(*item)) chosen.push_back(item);
    return chosen;
}

void fail_all(std::span<BatchItem* const> items, const Error& error, const char* step) {
    for (BatchItem* item : items)
        item->fail(Error(error).during(step));
}

void divide(std::span<BatchItem* const> items,
            const char* step,
            const std::function<Status(std::span<BatchItem* const>)>& call) {
    if (items.empty()) return;
    Status done = call(items);
    if (done) return;
    if (items.size() == 1 || !worth_dividing(done.error()))
        return fail_all(items, done.error(), step);
    divide(items.first(items.size() / 2), step, call);
    divide(items.subspan(items.size() / 2), step, call);
}

Result<Json> external_ids_of(Client& client,
                             const std::string& model,
                             std::vector<std::int64_t> ids) {
    return client.call({.model = model,
                        .method = "get_external_id",
                        .ids = std::move(ids),
                        .arguments = Json::object(),
                        .context = Json::object()});
}

}  // namespace sallyport::odoo
