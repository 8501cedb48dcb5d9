// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/stock.h"

#include "gateway/base/guarded.h"
#include "gateway/odoo/values.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace sallyport::odoo {
namespace {

using Steady = std::chrono::steady_clock::time_point;

struct Kept {
    bool known = false;  // false: Odoo sells no one product under this reference
    Decimal available;
    std::string unit;
    Instant as_of{};
    Steady at{};
};

struct Product {
    std::string code;
    std::string unit;
};

Json all_of(std::initializer_list<Json> leaves) {
    Json domain = Json::array();
    for (const Json& one : leaves)
        domain.push_back(one);
    return domain;
}

Json leaf_of(const char* field, const char* op, Json value) {
    return Json::array({field, op, std::move(value)});
}

Error senseless(const std::string& what) {
    return Error("odoo.stock.reply", Blame::Network, "Odoo's answer about stock " + what);
}

// The one product of each reference; two of one reference are as bad as none.
std::map<std::int64_t, Product> distinct(const Json& records) {
    std::map<std::string, unsigned> times;
    for (const Json& one : records)
        ++times[text_of(one, "default_code")];
    std::map<std::int64_t, Product> found;
    for (const Json& one : records) {
        const std::string code = text_of(one, "default_code");
        if (const auto id = id_in(one, "id"); id && times[code] == 1)
            found[*id] = {.code = code, .unit = name_in(one, "uom_id")};
    }
    return found;
}

Result<Decimal> available_of(const Json& row) {
    auto there = decimal_of(row.value("quantity", Json()));
    if (!there) return senseless("has no quantity");
    auto reserved = decimal_of(row.value("reserved_quantity", Json()));
    if (!reserved) return senseless("has no reserved quantity");
    return there->minus(*reserved);
}

}  // namespace

Fence stock_fence() {
    return Fence({{"product.product", "search_read", {"default_code", "sale_ok", "uom_id"}},
                  {"stock.quant",
                   "read_group",
                   {"product_id",
                    "location_id.usage",
                    "location_id.warehouse_id.code",
                    "owner_id",
                    "quantity:sum",
                    "reserved_quantity:sum"}}});
}

class Stock::Impl {
public:
    Impl(Client& client, OrdersOptions items, StockOptions options, const Clock& clock)
        : m_client(client),
          m_options(std::move(options)),
          m_clock(clock),
          m_items(std::make_shared<const OrdersOptions>(std::move(items))) {}

    void use(OrdersOptions items) {
        m_items.with(
            [&](auto& kept) { kept = std::make_shared<const OrdersOptions>(std::move(items)); });
    }

    Result<flow::StockAnswer> stock(const std::string& partner,
                                    const std::vector<std::string>& skus) {
        std::map<std::string, std::string> ours;  // by what was asked for
        for (const std::string& sku : skus)
            if (auto code = reference_of(partner, sku)) ours[sku] = *std::move(code);
        std::set<std::string> codes;
        for (const auto& [sku, code] : ours)
            codes.insert(code);
        flow::StockAnswer answer;
        answer.as_of = m_clock.now();
        if (Status told = refresh(codes); !told) {
            if (!all_good(codes)) return std::move(told).error();
            answer.stale = true;
        }
        fill(answer, skus, ours);
        return answer;
    }

private:
    std::optional<std::string> reference_of(const std::string& partner,
                                            const std::string& sku) const {
        const auto items = m_items.with([](const auto& kept) { return kept; });
        const auto agreement = items->agreements.find(partner);
        if (agreement == items->agreements.end()) return std::nullopt;
        for (const CrossReference* table : {&agreement->second.items, &items->items})
            if (const auto found = table->find(sku); found != table->end()) return found->second;
        return std::nullopt;
    }

    bool fresh(const Kept& one) const { return m_clock.steady_now() - one.at < m_options.fresh; }

    std::vector<std::string> old_ones(const std::set<std::string>& codes) {
        return m_kept.with([&](const auto& kept) {
            std::vector<std::string> old;
            for (const std::string& code : codes)
                if (const auto at = kept.find(code); at == kept.end() || !fresh(at->second))
                    old.push_back(code);
            return old;
        });
    }

    bool all_good(const std::set<std::string>& codes) {
        return m_kept.with([&](const auto& kept) {
            return std::all_of(codes.begin(), codes.end(), [&](const std::string& code) {
                const auto at = kept.find(code);
                return at != kept.end() && m_clock.steady_now() - at->second.at < m_options.good;
            });
        });
    }

    // Asks for what is old, unless somebody else did while this one waited.
    Status refresh(const std::set<std::string>& codes) {
        if (old_ones(codes).empty()) return {};
        const std::lock_guard one_at_a_time(m_asking);
        const std::vector<std::string> old = old_ones(codes);
        if (old.empty()) return {};
        if (m_options.gate)
            if (Status open = m_options.gate(); !open) return open;
        const Instant as_of = m_clock.now();
        auto told = ask(old, as_of);
        if (!told) return std::move(told).error();
        m_kept.with([&](auto& kept) {
            for (auto& [code, one] : *told)
                kept[code] = std::move(one);
            while (kept.size() > m_options.kept)
                kept.erase(
                    std::min_element(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
                        return a.second.at < b.second.at;
                    }));
        });
        return {};
    }

    Result<std::map<std::string, Kept>> ask(const std::vector<std::string>& codes, Instant as_of) {
        auto records = m_client.call({.model = "product.product",
                                      .method = "search_read",
                                      .ids = {},
                                      .arguments = {{"domain",
                                                     all_of({leaf_of("default_code", "in", codes),
                                                             leaf_of("sale_ok", "=", true)})},
                                                    {"fields", {"default_code", "uom_id"}}}});
        if (!records) return std::move(records).error();
        if (!records->is_array()) return senseless("names no products");
        std::map<std::string, Kept> told;
        for (const std::string& code : codes)
            told[code] = {.as_of = as_of, .at = m_clock.steady_now()};
        const auto products = distinct(*records);
        for (const auto& [id, product] : products) {
            told[product.code].known = true;
            told[product.code].unit = product.unit;
        }
        if (Status read = quantities(products, told); !read) return std::move(read).error();
        return told;
    }

    Status quantities(const std::map<std::int64_t, Product>& products,
                      std::map<std::string, Kept>& told) {
        if (products.empty()) return {};
        std::vector<std::int64_t> ids;
        for (const auto& [id, product] : products)
            ids.push_back(id);
        // Goods of others that lie with us (owner_id) are not ours to promise.
        Json domain = all_of({leaf_of("product_id", "in", ids),
                              leaf_of("location_id.usage", "=", "internal"),
                              leaf_of("owner_id", "=", false)});
        if (!m_options.warehouse.empty())
            domain.push_back(leaf_of("location_id.warehouse_id.code", "=", m_options.warehouse));
        auto groups =
            m_client.call({.model = "stock.quant",
                           .method = "read_group",
                           .ids = {},
                           .arguments = {{"domain", std::move(domain)},
                                         {"fields", {"quantity:sum", "reserved_quantity:sum"}},
                                         {"groupby", {"product_id"}},
                                         {"lazy", false}}});
        if (!groups) return std::move(groups).error();
        if (!groups->is_array()) return senseless("has no quantities");
        for (const Json& row : *groups) {
            const auto product = products.find(id_in(row, "product_id").value_or(0));
            if (product == products.end()) return senseless("is about another product");
            auto available = available_of(row);
            if (!available) return std::move(available).error();
            if (!available->is_negative())
                told[product->second.code].available = available->trimmed();
        }
        return {};
    }

    void fill(flow::StockAnswer& answer,
              const std::vector<std::string>& skus,
              const std::map<std::string, std::string>& ours) {
        m_kept.with([&](const auto& kept) {
            for (const std::string& sku : skus) {
                const auto code = ours.find(sku);
                const auto at = code == ours.end() ? kept.end() : kept.find(code->second);
                if (at == kept.end() || !at->second.known) {
                    answer.unknown.push_back(sku);
                    continue;
                }
                answer.as_of = std::min(answer.as_of, at->second.as_of);
                answer.levels.push_back({.sku = sku,
                                         .available = at->second.available.to_string(),
                                         .unit = at->second.unit});
            }
        });
    }

    Client& m_client;
    const StockOptions m_options;
    const Clock& m_clock;
    Guarded<std::shared_ptr<const OrdersOptions>> m_items;
    std::mutex m_asking;
    Guarded<std::map<std::string, Kept>> m_kept;  // by our reference
};

Stock::Stock(Client& client, OrdersOptions items, StockOptions options, const Clock& clock)
    : m_impl(std::make_unique<Impl>(client, std::move(items), std::move(options), clock)) {}
Stock::~Stock() = default;

Result<flow::StockAnswer> Stock::stock(const std::string& partner,
                                       const std::vector<std::string>& skus) {
    return m_impl->stock(partner, skus);
}

void Stock::use(OrdersOptions items) {
    m_impl->use(std::move(items));
}

}  // namespace sallyport::odoo
