// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/odoo_watch.h"

#include "gateway/daemon/look_times.h"
#include "gateway/daemon/odoo_setup.h"
#include "gateway/daemon/store_books.h"
#include "gateway/flow/in_force.h"
#include "gateway/flow/records.h"
#include "gateway/odoo/outgoing.h"
#include "gateway/odoo/watch.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace sallyport::daemon {
namespace {

using odoo::Examined;
using odoo::Flow;

constexpr std::chrono::hours ScopedFor{1};  // a verdict about an account's rights is good

class StoreBooks final : public StoreMemory {
public:
    StoreBooks(const flow::Tools& tools, flow::Outbound& outbound) : StoreMemory(tools, outbound) {}

    Result<std::optional<odoo::KnownOrder>> order_behind(std::int64_t sale_order) override {
        auto results = results_for(sale_order);
        if (!results) return std::move(results).error();
        auto document = order_among(*results);
        if (!document) return std::move(document).error();
        if (document->id.empty()) return std::optional<odoo::KnownOrder>();
        m_subject = {.partner = document->partner, .business_number = document->business_number};
        auto force = flow::order_in_force_of(tools(), sale_order, *document);
        if (!force) return std::move(force).error();
        auto canonical = tools().archive.get(force->address);
        if (!canonical) return std::move(canonical).error();
        odoo::KnownOrder known;
        known.document = document->id;
        known.partner = document->partner;
        known.number = document->business_number;
        known.changes = force->changes;
        known.order = nlohmann::ordered_json::parse(*canonical, nullptr, false);
        if (!known.order.is_object())
            return Error("flow.canonical.damaged",
                         Blame::Bug,
                         "the stored canonical document of " + document->id + " is no JSON");
        return std::optional<odoo::KnownOrder>(std::move(known));
    }

    Result<bool> changing(std::int64_t sale_order) override {
        auto results = results_for(sale_order);
        if (!results) return std::move(results).error();
        auto order = order_among(*results);
        if (!order) return std::move(order).error();
        if (order->id.empty()) return false;
        auto pending =
            store::read<std::vector<store::Document>>(tools().store, [&](store::Reader& reader) {
                return reader.documents({.direction = store::Direction::Inbound,
                                         .back_office = store::BackOfficeStatus::Pending,
                                         .partner = order->partner,
                                         .business_number = order->business_number});
            });
        if (!pending) return std::move(pending).error();
        return std::any_of(pending->begin(), pending->end(), [&](const store::Document& one) {
            return one.id != order->id && !one.kind.empty();
        });
    }

    // Whose order was asked for since this was called last: what a record that cannot go out is about.
    flow::OutgoingRecord take_subject() { return std::exchange(m_subject, {}); }

private:
    Result<std::vector<store::BackOfficeResult>> results_for(std::int64_t sale_order) {
        return store::read<std::vector<store::BackOfficeResult>>(
            tools().store, [&](store::Reader& reader) {
                return reader.back_office_results_for("odoo", sale_order);
            });
    }

    // The one that made the record; the others changed it. An empty row: nobody's order.
    Result<store::Document> order_among(const std::vector<store::BackOfficeResult>& results) {
        store::Document order;
        for (const store::BackOfficeResult& result : results) {
            if (result.document.empty()) continue;
            auto document = flow::load_document(tools().store, result.document);
            if (!document) return document;
            if (document->kind == "Order" && document->purpose != "cancellation")
                order = *std::move(document);
        }
        return order;
    }

    flow::OutgoingRecord m_subject{};  // under the lock of the examination
};

// One account with the client of its flow and the one that probes its rights.
struct Account {
    ServiceAccount account;
    std::unique_ptr<odoo::Client> client{};
    std::unique_ptr<odoo::Client> prober{};
    Status scoped{};
    std::optional<std::chrono::steady_clock::time_point> probed{};
};

struct Watch {
    std::string name;
    Flow flow;
    std::unique_ptr<odoo::WatchSource> source{};
    std::unique_ptr<odoo::Watcher> watcher{};
    odoo::Watcher::Examine examine{};
};

}  // namespace

class OdooWatch::Impl {
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

    Status open(const ServiceAccount& account) {
        auto client =
            make_odoo_client(m_settings.odoo, account, fence_of(account.flow), m_tools.clock);
        if (!client) return std::move(client).error();
        auto prober =
            make_odoo_client(m_settings.odoo, account, odoo::rights_fence(), m_tools.clock);
        if (!prober) return std::move(prober).error();
        m_accounts.emplace(
            account.flow,
            Account{
                .account = account, .client = *std::move(client), .prober = *std::move(prober)});
        return {};
    }

    void start() {
        auto outgoing = std::make_unique<odoo::Outgoing>(
            m_books,
            odoo::OutgoingClients{.responses = client(Flow::ResponsesOut),
                                  .shipments = client(Flow::ShipmentsOut),
                                  .invoices = client(Flow::InvoicesOut)},
            options(),
            m_tools.clock);
        {
            const std::lock_guard lock(m_examining);
            m_outgoing = std::move(outgoing);
        }
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
        m_times.wake();
    }

    // Only while started. The record's own watch is not told: it examines again what it saw fail, and finds it done.
    Status look_again(const std::string& record) {
        const auto slash = record.find('/');
        std::int64_t id = 0;
        const char* end = record.data() + record.size();
        if (slash == std::string::npos ||
            std::from_chars(record.data() + slash + 1, end, id).ptr != end)
            return Error("flow.record.name", Blame::Bug, "'" + record + "' is no record");
        const std::lock_guard one_at_a_time(m_examining);
        if (!m_outgoing)
            return Error("odoo.watch.starting", Blame::Network, "the watch of Odoo is not started");
        const std::string model = record.substr(0, slash);
        Result<Examined> verdict = Examined::Done;
        if (model == "sale.order") verdict = m_outgoing->order(id);
        if (model == "stock.picking") verdict = m_outgoing->picking(id);
        if (model == "account.move") verdict = m_outgoing->invoice(id);
        return verdict ? Status() : Status(std::move(verdict).error());
    }

private:
    // What it is about stands in the books as soon as the order behind it was asked for.
    Result<Examined> examine(const std::string& model,
                             std::int64_t id,
                             Result<Examined> (odoo::Outgoing::*method)(std::int64_t)) {
        const std::string record = model + "/" + std::to_string(id);
        const std::lock_guard one_at_a_time(m_examining);
        (void)m_books.take_subject();
        auto verdict = (m_outgoing.get()->*method)(id);
        flow::OutgoingRecord subject = m_books.take_subject();
        if (verdict) {
            if (Status settled = flow::settle_record(m_tools, record); !settled)
                return std::move(settled).error();
            return verdict;
        }
        if (verdict.error().blame() == Blame::Network) return verdict;  // Odoo is away: no fault
        subject.name = record;
        subject.kind = model == "sale.order"      ? "OrderResponse"
                       : model == "stock.picking" ? "ShipNotice"
                                                  : "Invoice";
        if (Status held = flow::hold_record(m_tools, subject, verdict.error()); !held)
            complain(record, held.error());
        return verdict;
    }

    odoo::Fence fence_of(Flow flow) const {
        if (flow == Flow::ResponsesOut) return odoo::responses_out_fence(m_orders);
        if (flow == Flow::ShipmentsOut)
            return odoo::shipments_out_fence(m_orders, odoo::OutgoingOptions{}.package_field);
        if (flow == Flow::InvoicesOut) return odoo::invoices_out_fence(m_orders);
        return odoo::watcher_fence();
    }

    odoo::Client* client(Flow flow) const {
        const auto found = m_accounts.find(flow);
        return found == m_accounts.end() ? nullptr : found->second.client.get();
    }

    odoo::OutgoingOptions options() const {
        odoo::OutgoingOptions options;
        options.database = m_settings.odoo.database;
        options.orders = m_orders;
        options.tracking_wait =
            std::chrono::duration_cast<std::chrono::seconds>(m_settings.odoo.tracking_wait);
        options.sscc_prefix = m_settings.odoo.sscc_prefix;
        options.carriers = m_settings.odoo.carriers;
        return options;
    }

    Status add(const std::string& name,
               Flow flow,
               odoo::WatchedModel model,
               std::function<Result<Examined>(const odoo::WatchedRow&)> examine) {
        if (client(flow) == nullptr) return {};
        auto cursor = m_books.recall("watch/" + name);
        if (!cursor) return std::move(cursor).error();
        Watch watch{.name = name, .flow = flow};
        watch.source = odoo::watch_model(*client(Flow::Watcher), std::move(model), m_tools.clock);
        watch.watcher = std::make_unique<odoo::Watcher>(
            *watch.source, odoo::WatchOptions{}, m_tools.clock, *cursor);
        watch.examine = std::move(examine);
        m_watches.push_back(std::move(watch));
        return {};
    }

    Status add_watches() {
        m_watches.clear();
        const auto of_record = [this](const char* model, auto method) {
            return [this, model, method](const odoo::WatchedRow& row) {
                return examine(model, row.id, method);
            };
        };
        if (Status done = add("orders",
                              Flow::ResponsesOut,
                              odoo::watched_orders(),
                              of_record("sale.order", &odoo::Outgoing::order));
            !done)
            return done;
        if (Status done = add("pickings",
                              Flow::ShipmentsOut,
                              odoo::watched_pickings(),
                              of_record("stock.picking", &odoo::Outgoing::picking));
            !done)
            return done;
        if (Status done = add(
                "move lines",
                Flow::ShipmentsOut,
                odoo::watched_move_lines(),
                [this](const odoo::WatchedRow& row) -> Result<Examined> {
                    const auto picking = odoo::id_in(row.fields, "picking_id");
                    return picking ? examine("stock.picking", *picking, &odoo::Outgoing::picking)
                                   : Result<Examined>(Examined::Done);
                });
            !done)
            return done;
        return add("invoices",
                   Flow::InvoicesOut,
                   odoo::watched_invoices(),
                   of_record("account.move", &odoo::Outgoing::invoice));
    }

    // In production nothing is read with an account that could do more than its flow.
    Status scoped(Account& account) {
        if (m_settings.environment != "production") return {};
        const auto now = m_tools.clock.steady_now();
        if (account.probed && now - *account.probed < ScopedFor) return account.scoped;
        auto report = odoo::probe_rights(
            *account.prober, account.account.flow, account.account.login, m_tools.clock.now());
        if (!report) return std::move(report).error();
        account.scoped = odoo::refuse_excess(*report);
        if (account.scoped) account.probed = now;
        return account.scoped;
    }

    void complain(const std::string& watch, const Error& error) const {
        m_tools.log.error("odoo could not be watched",
                          {{"watch", watch},
                           {"code", error.code()},
                           {"reason", error.text()},
                           {"remedy", error.remedy()}});
    }

    void look(Watch& watch) {
        for (const Flow flow : {Flow::Watcher, watch.flow})
            if (Status fit = scoped(m_accounts.at(flow)); !fit)
                return complain(watch.name, fit.error());
        auto report = watch.watcher->poll(watch.examine);
        if (!report) return complain(watch.name, report.error());
        for (const Error& failure : report->failures)
            m_tools.log.error("a record of odoo cannot go out",
                              {{"watch", watch.name},
                               {"code", failure.code()},
                               {"reason", failure.text()},
                               {"remedy", failure.remedy()}});
        const std::string cursor = watch.watcher->cursor();
        if (cursor.empty() || cursor == m_kept[watch.name]) return;
        if (Status kept = m_books.remember("watch/" + watch.name, cursor); !kept)
            return complain(watch.name, kept.error());
        m_kept[watch.name] = cursor;
    }

    bool renewed() {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_renewed, false);
    }

    void run() {
        Status ready = add_watches();
        do {
            if (!ready) ready = add_watches();
            if (!ready) {
                complain("all", ready.error());
                continue;
            }
            if (renewed()) {
                m_outgoing->use(options());
                for (Watch& watch : m_watches)
                    watch.watcher->ask_again();
            }
            for (Watch& watch : m_watches)
                look(watch);
        } while (m_times.wait(m_settings.odoo.poll_interval));
    }

    const config::Settings m_settings;
    const flow::Tools& m_tools;
    StoreBooks m_books;
    odoo::OrdersOptions m_orders;
    std::map<Flow, Account> m_accounts;
    std::unique_ptr<odoo::Outgoing> m_outgoing;
    std::vector<Watch> m_watches;
    std::map<std::string, std::string> m_kept;
    LookTimes m_times;
    std::mutex m_mutex;
    std::mutex m_examining;  // one record at a time
    bool m_renewed = false;
    std::thread m_thread;
};

Result<std::unique_ptr<OdooWatch>> OdooWatch::open(const config::Settings& settings,
                                                   odoo::OrdersOptions orders,
                                                   const flow::Tools& tools,
                                                   flow::Outbound& outbound) {
    auto impl = std::make_unique<Impl>(settings, std::move(orders), tools, outbound);
    bool any = false;
    for (const ServiceAccount& account : service_accounts(settings)) {
        // The others are the buy side's (buy_watch.h, vendor_desk.h) and the postings'.
        if (account.flow != Flow::Watcher && account.flow != Flow::ResponsesOut &&
            account.flow != Flow::ShipmentsOut && account.flow != Flow::InvoicesOut)
            continue;
        if (Status opened = impl->open(account); !opened) return std::move(opened).error();
        any = true;
    }
    if (!any) return std::unique_ptr<OdooWatch>();
    return std::unique_ptr<OdooWatch>(new OdooWatch(std::move(impl)));
}

OdooWatch::OdooWatch(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
OdooWatch::~OdooWatch() = default;

void OdooWatch::start() {
    m_impl->start();
}
void OdooWatch::stop() {
    m_impl->stop();
}
void OdooWatch::wake() {
    m_impl->wake();
}
Status OdooWatch::look_again(const std::string& record) {
    return m_impl->look_again(record);
}
void OdooWatch::use(odoo::OrdersOptions orders) {
    m_impl->use(std::move(orders));
}

void let_look_again(flow::Tools& tools, OdooWatch* watch) {
    if (watch == nullptr) return;
    tools.look_again = [watch](const std::string& record) { return watch->look_again(record); };
}

}  // namespace sallyport::daemon
