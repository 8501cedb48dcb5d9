// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/orders.h"

#include "gateway/base/digest.h"
#include "gateway/base/guarded.h"
#include "gateway/odoo/classify.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/master_data.h"
#include "gateway/odoo/order_batch.h"
#include "gateway/odoo/order_changes.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace sallyport::odoo {

namespace {

using flow::Missing;
using flow::OrderPosting;
using flow::Posted;

}  // namespace

std::string order_key(std::string_view business_key) {
    return "o_" + sha256_hex(business_key).substr(0, 32);
}

class Orders::Impl {
public:
    Impl(Client& client,
         OrdersOptions options,
         const Clock& clock,
         Random& random,
         std::function<void(std::chrono::milliseconds)> pause)
        : m_client(client),
          m_options(std::make_shared<const OrdersOptions>(std::move(options))),
          m_data(client,
                 this->options()->gln_fields,
                 this->options()->line_field,
                 this->options()->cache_age,
                 clock),
          m_random(random),
          m_pause(std::move(pause)) {}

    std::vector<flow::OrderOutcome> post(std::span<const OrderPosting> postings) {
        const auto current = options();
        return post_batch({.client = m_client,
                           .data = m_data,
                           .options = *current,
                           .patiently = [this](const Call& call) { return patiently(call); },
                           .confirm_lane = m_confirm_lane,
                           .caution = m_caution},
                          postings);
    }

    Result<std::variant<flow::Changed, Missing>> change(const flow::ChangePosting& posting) {
        const auto current = options();
        return odoo::change_order(
            {.client = m_client,
             .data = m_data,
             .options = *current,
             .patiently = [this](const Call& call) { return patiently(call); },
             .again = [this](unsigned attempt) { return again(attempt); }},
            posting);
    }

    Status ping() {
        auto user = m_client.authenticate();
        if (!user) return std::move(user).error();
        auto model = m_data.model();
        return model ? Status() : Status(std::move(model).error());
    }

    void use(OrdersOptions next) {
        const auto before = options();
        next.gln_fields = before->gln_fields;
        next.line_field = before->line_field;
        next.cache_age = before->cache_age;
        m_options.with([&](auto& current) {
            current = std::make_shared<const OrdersOptions>(std::move(next));
        });
    }

private:
    std::shared_ptr<const OrdersOptions> options() const {
        return m_options.with([](const auto& current) { return current; });
    }

    double chance() {
        const std::lock_guard lock(m_random_lock);
        return m_random.unit();
    }

    // A call Odoo rolled back for another transaction's sake may simply be made again.
    Result<Json> patiently(const Call& call) {
        for (unsigned attempt = 0;; ++attempt) {
            auto result = m_client.call(call);
            if (result && call.method == "load") {
                auto ids = loaded_ids(call.model, *result);
                if (!ids) result = std::move(ids).error();
            }
            if (result || result.error().code() != "odoo.busy" || !again(attempt)) return result;
        }
    }

    bool again(unsigned attempt) {
        if (attempt >= options()->busy_retries) return false;
        m_pause(std::chrono::milliseconds(50 + static_cast<int>(450 * chance())));
        return true;
    }

    Client& m_client;
    Guarded<std::shared_ptr<const OrdersOptions>> m_options;
    MasterData m_data;
    Random& m_random;
    std::mutex m_random_lock;
    std::function<void(std::chrono::milliseconds)> m_pause;
    std::mutex m_confirm_lane;
    Caution m_caution;
};

Orders::Orders(Client& client,
               OrdersOptions options,
               const Clock& clock,
               Random& random,
               std::function<void(std::chrono::milliseconds)> pause)
    : m_impl(std::make_unique<Impl>(client, std::move(options), clock, random, std::move(pause))) {}
Orders::~Orders() = default;

flow::OrderOutcome Orders::post_order(const OrderPosting& posting) {
    return std::move(post_orders({&posting, 1}).front());
}

std::vector<flow::OrderOutcome> Orders::post_orders(std::span<const OrderPosting> postings) {
    auto outcomes = m_impl->post(postings);
    for (std::size_t at = 0; at < outcomes.size(); ++at)
        if (!outcomes[at])
            outcomes[at] =
                std::move(outcomes[at])
                    .error()
                    .during("posting order " + one_line(text_of(postings[at].order, "number")));
    return outcomes;
}

Result<std::variant<flow::Changed, Missing>> Orders::change_order(
    const flow::ChangePosting& posting) {
    auto outcome = m_impl->change(posting);
    if (!outcome)
        return std::move(outcome).error().during("changing order " +
                                                 one_line(text_of(posting.change, "number")));
    return outcome;
}

Status Orders::ping() {
    return m_impl->ping();
}

void Orders::use(OrdersOptions options) {
    m_impl->use(std::move(options));
}

}  // namespace sallyport::odoo
