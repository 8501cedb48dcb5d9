// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/buy_watch.h"

#include "gateway/daemon/look_times.h"
#include "gateway/daemon/odoo_setup.h"
#include "gateway/daemon/store_books.h"
#include "gateway/odoo/purchasing.h"
#include "gateway/odoo/scoped.h"
#include "gateway/odoo/watch.h"

#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace sallyport::daemon {
namespace {

using odoo::Examined;
using odoo::Flow;

struct Watched {
    std::string name{};
    Flow flow = Flow::PurchaseOut;
    odoo::WatchedModel (*model)() = nullptr;
    Result<Examined> (odoo::Purchasing::*examine)(std::int64_t) = nullptr;
    odoo::Fence (*fence)(const odoo::OrdersOptions&) = nullptr;
};

const std::vector<Watched>& all_watched() {
    static const std::vector<Watched> All{{"purchases",
                                           Flow::PurchaseOut,
                                           odoo::watched_purchases,
                                           &odoo::Purchasing::order,
                                           odoo::purchase_out_fence},
                                          {"receipts",
                                           Flow::ReceiptsOut,
                                           odoo::watched_receipts,
                                           &odoo::Purchasing::receipt,
                                           odoo::receipts_out_fence},
                                          {"payments",
                                           Flow::PaymentsOut,
                                           odoo::watched_payments,
                                           &odoo::Purchasing::payment,
                                           odoo::payments_out_fence}};
    return All;
}

struct Watch {
    Watched what{};
    std::unique_ptr<odoo::Client> client{};
    std::unique_ptr<odoo::ScopeCheck> check{};
    std::unique_ptr<odoo::WatchSource> source{};
    std::unique_ptr<odoo::Watcher> watcher{};  // null until its cursor was read
    std::string kept{};
};

}  // namespace

class BuyWatch::Impl {
public:
    Impl(const config::Settings& settings,
         odoo::OrdersOptions orders,
         const flow::Tools& tools,
         flow::Outbound& outbound)
        : m_settings(settings),
          m_tools(tools),
          m_books(tools, outbound),
          m_orders(std::move(orders)) {}
    ~Impl() { stop(); }

    Status open() {
        for (const ServiceAccount& account : service_accounts(m_settings))
            for (const Watched& what : all_watched())
                if (account.flow == what.flow)
                    if (Status opened = open(account, what); !opened) return opened;
        return {};
    }

    bool any() const { return !m_watches.empty(); }

    void start() {
        m_purchasing = std::make_unique<odoo::Purchasing>(
            m_books,
            odoo::PurchasingClients{.orders = client(Flow::PurchaseOut),
                                    .receipts = client(Flow::ReceiptsOut),
                                    .payments = client(Flow::PaymentsOut)},
            options());
        m_thread = std::thread([this] { run(); });
    }

    void stop() {
        m_times.stop();
        if (m_thread.joinable()) m_thread.join();
    }

    void wake() { m_times.wake(); }

    void use(odoo::OrdersOptions orders) {
        const std::lock_guard lock(m_mutex);
        m_orders = std::move(orders);
        m_renewed = true;
    }

private:
    Status open(const ServiceAccount& account, const Watched& what) {
        auto client =
            make_odoo_client(m_settings.odoo, account, what.fence(m_orders), m_tools.clock);
        if (!client) return std::move(client).error();
        auto prober =
            make_odoo_client(m_settings.odoo, account, odoo::rights_fence(), m_tools.clock);
        if (!prober) return std::move(prober).error();
        Watch watch{.what = what, .client = *std::move(client)};
        watch.check = std::make_unique<odoo::ScopeCheck>(
            *std::move(prober),
            odoo::ScopedOptions{.flow = account.flow,
                                .login = account.login,
                                .enforced = m_settings.environment == "production"},
            m_tools.clock);
        watch.source = odoo::watch_model(*watch.client, what.model(), m_tools.clock);
        m_watches.push_back(std::move(watch));
        return {};
    }

    odoo::Client* client(Flow flow) const {
        for (const Watch& watch : m_watches)
            if (watch.what.flow == flow) return watch.client.get();
        return nullptr;
    }

    odoo::PurchasingOptions options() const {
        return {.database = m_settings.odoo.database, .orders = m_orders};
    }

    void complain(const std::string& watch, const Error& error) const {
        m_tools.log.error("odoo could not be watched",
                          {{"watch", watch},
                           {"code", error.code()},
                           {"reason", error.text()},
                           {"remedy", error.remedy()}});
    }

    Status look(Watch& watch) {
        if (!watch.watcher) {
            auto cursor = m_books.recall("watch/" + watch.what.name);
            if (!cursor) return std::move(cursor).error();
            watch.watcher = std::make_unique<odoo::Watcher>(
                *watch.source, odoo::WatchOptions{}, m_tools.clock, *cursor);
        }
        if (Status fit = watch.check->scoped(); !fit) return fit;
        auto report = watch.watcher->poll([&](const odoo::WatchedRow& row) {
            return (m_purchasing.get()->*watch.what.examine)(row.id);
        });
        if (!report) return std::move(report).error();
        for (const Error& failure : report->failures)
            m_tools.log.error("a record of odoo cannot go out",
                              {{"watch", watch.what.name},
                               {"code", failure.code()},
                               {"reason", failure.text()},
                               {"remedy", failure.remedy()}});
        const std::string cursor = watch.watcher->cursor();
        if (cursor.empty() || cursor == watch.kept) return {};
        if (Status kept = m_books.remember("watch/" + watch.what.name, cursor); !kept) return kept;
        watch.kept = cursor;
        return {};
    }

    bool renewed() {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_renewed, false);
    }

    void run() {
        do {
            if (renewed()) {
                const std::lock_guard lock(m_mutex);
                m_purchasing->use(options());
            }
            for (Watch& watch : m_watches)
                if (Status done = look(watch); !done) complain(watch.what.name, done.error());
        } while (m_times.wait(m_settings.odoo.poll_interval));
    }

    const config::Settings m_settings;
    const flow::Tools& m_tools;
    StoreMemory m_books;
    odoo::OrdersOptions m_orders;  // under m_mutex once started
    std::vector<Watch> m_watches;
    std::unique_ptr<odoo::Purchasing> m_purchasing;
    LookTimes m_times;
    std::mutex m_mutex;
    bool m_renewed = false;
    std::thread m_thread;
};

Result<std::unique_ptr<BuyWatch>> BuyWatch::open(const config::Settings& settings,
                                                 odoo::OrdersOptions orders,
                                                 const flow::Tools& tools,
                                                 flow::Outbound& outbound) {
    auto impl = std::make_unique<Impl>(settings, std::move(orders), tools, outbound);
    if (Status opened = impl->open(); !opened) return std::move(opened).error();
    if (!impl->any()) return std::unique_ptr<BuyWatch>();
    return std::unique_ptr<BuyWatch>(new BuyWatch(std::move(impl)));
}

BuyWatch::BuyWatch(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
BuyWatch::~BuyWatch() = default;

void BuyWatch::start() {
    m_impl->start();
}
void BuyWatch::stop() {
    m_impl->stop();
}
void BuyWatch::use(odoo::OrdersOptions orders) {
    m_impl->use(std::move(orders));
}
void BuyWatch::wake() {
    m_impl->wake();
}

}  // namespace sallyport::daemon
