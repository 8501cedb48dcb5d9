// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/watch.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::odoo {

namespace {

using std::chrono::seconds;

int digits(std::string_view text) {
    int value = -1;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    return end.ec == std::errc() && end.ptr == text.data() + text.size() ? value : -1;
}

}  // namespace

Result<Instant> odoo_instant(std::string_view text) {
    const auto bad = [&] {
        return Error("odoo.date",
                     Blame::Bug,
                     "'" + std::string(text.substr(0, 30)) + "' is no date-time as Odoo writes it");
    };
    if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':')
        return bad();
    const std::chrono::year_month_day day{
        std::chrono::year{digits(text.substr(0, 4))},
        std::chrono::month{static_cast<unsigned>(digits(text.substr(5, 2)))},
        std::chrono::day{static_cast<unsigned>(digits(text.substr(8, 2)))}};
    const int hour = digits(text.substr(11, 2));
    const int minute = digits(text.substr(14, 2));
    const int second = digits(text.substr(17, 2));
    if (!day.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60)
        return bad();
    return Instant{std::chrono::sys_days{day} + std::chrono::hours{hour} +
                   std::chrono::minutes{minute} + seconds{second}};
}

std::string odoo_text(Instant instant) {
    std::string text = iso8601(instant);
    text[10] = ' ';
    text.resize(19);
    return text;
}

Watcher::Watcher(WatchSource& source,
                 WatchOptions options,
                 const Clock& clock,
                 const std::string& cursor)
    : m_source(source), m_options(options), m_clock(clock) {
    // It holds as long as what was under way then may still be.
    if (auto least = odoo_instant(cursor)) m_floors.push_back({clock.steady_now(), *least});
}

void Watcher::ask_again() {
    const auto now = m_clock.steady_now();
    for (auto& [id, known] : m_known)
        if (known.again && *known.again > now) known.again = now;
}

std::string Watcher::cursor() const {
    const auto since = window();
    return since ? odoo_text(*since) : std::string();
}

// Absent: all of it.
std::optional<Instant> Watcher::window() const {
    std::optional<Instant> since = m_high;
    for (const Floor& floor : m_floors)
        if (!since || floor.least < *since) since = floor.least;
    return since;
}

// Odoo's clock was set at most once between two polls: before that it showed no less than at the last one, after that no
// less than now without the time that passed.
Instant Watcher::floor_of(Instant server_now, std::chrono::steady_clock::time_point polled) const {
    if (m_poll == 0) return server_now - m_options.overlap;
    return server_now - std::chrono::ceil<seconds>(polled - m_floors.back().polled) - seconds{1};
}

void Watcher::keep_floor(Instant server_now, std::chrono::steady_clock::time_point polled) {
    m_floors.push_back({polled, floor_of(server_now, polled)});
    // The newest of those that are too old still speaks for the time after it.
    while (m_floors.size() > 2 && polled - m_floors[1].polled > m_options.overlap)
        m_floors.erase(m_floors.begin());
}

// Everything that may have changed since the last poll, and Odoo's clock.
Result<std::optional<Instant>> Watcher::read_window(WatchReport& report,
                                                    std::vector<WatchedRow>& rows) {
    const auto steady = m_clock.steady_now();
    report.swept = !m_swept || steady - *m_swept >= m_options.sweep_every;
    std::optional<Instant> since = report.swept ? std::nullopt : window();
    std::optional<Instant> server;
    for (std::int64_t after = 0;;) {
        auto page = m_source.page(since, after, m_options.page);
        if (!page) return std::move(page).error();
        if (!server) {
            server = page->server_now;
            const Instant least = floor_of(*server, steady);
            if (since && least < *since) {  // the clock was set back: once more, from there
                since = least;
                continue;
            }
        }
        const bool last = page->rows.size() < m_options.page;
        if (!page->rows.empty()) after = page->rows.back().id;
        std::move(page->rows.begin(), page->rows.end(), std::back_inserter(rows));
        if (last) break;
    }
    keep_floor(*server, steady);
    return server;
}

void Watcher::notice(WatchedRow row, Instant server_now, bool swept) {
    const auto steady = m_clock.steady_now();
    Known& known = m_known[row.id];
    if (known.poll == 0 || known.row.written != row.written || known.row.look != row.look) {
        const bool old = row.written + m_options.overlap < server_now;
        m_fresh.push_back(row.id);
        known.seen = steady;
        known.again.reset();
        known.warm = row.written + m_options.warm > server_now;
        known.settled = swept && old;
    }
    known.row = std::move(row);
    known.poll = m_poll;
}

bool Watcher::due(const Known& known, bool fresh) const {
    const auto steady = m_clock.steady_now();
    if (fresh) return true;
    if (known.again && steady >= *known.again) return true;
    if (known.warm && steady - known.seen > m_options.warm) return true;
    return !known.settled && steady - known.seen > m_options.overlap;
}

Status Watcher::examine_one(Known& known, const Examine& examine, WatchReport& report) {
    const auto steady = m_clock.steady_now();
    auto verdict = examine(known.row);
    ++report.examined;
    if (!verdict) {
        const bool odoo_away = verdict.error().blame() == Blame::Network;
        // Tried again at the next poll when nobody could be asked, later when a person has to act first.
        known.again = odoo_away ? steady : steady + m_options.refused;
        if (odoo_away) return std::move(verdict).error();
        report.failures.push_back(std::move(verdict).error());
        return {};
    }
    known.again.reset();
    if (*verdict == Examined::Later) known.again = steady + m_options.later;
    if (known.warm && steady - known.seen > m_options.warm) known.warm = false;
    if (steady - known.seen > m_options.overlap) known.settled = true;
    return {};
}

// What left the window and is settled need not be remembered: should it change, it comes back with a new date.
void Watcher::forget() {
    std::erase_if(m_known, [&](const auto& one) {
        const Known& known = one.second;
        return known.settled && !known.again && known.poll != m_poll;
    });
}

Result<WatchReport> Watcher::poll(const Examine& examine) {
    const auto started = m_clock.steady_now();
    WatchReport report;
    std::vector<WatchedRow> rows;
    auto server = read_window(report, rows);
    if (!server) return std::move(server).error();
    ++m_poll;
    report.rows = static_cast<unsigned>(rows.size());
    std::optional<Instant> high = m_high;
    for (WatchedRow& row : rows) {
        if (!high || row.written > *high) high = row.written;
        notice(std::move(row), **server, report.swept);
    }
    // A date ahead of Odoo's clock is from a clock that was set back since: nothing to wait for.
    m_high = high ? std::min(*high, **server) : **server;

    const std::vector<std::int64_t> fresh = std::exchange(m_fresh, {});
    Status asked;
    for (auto& [id, known] : m_known) {
        const bool is_fresh = std::binary_search(fresh.begin(), fresh.end(), id);
        if (!due(known, is_fresh)) continue;
        if (asked) asked = examine_one(known, examine, report);
        // Odoo went away in the midst: the rest is due at the next poll.
        if (!asked && !known.again) known.again = started;
    }
    if (!asked) return std::move(asked).error();
    if (report.swept) m_swept = started;
    forget();
    return report;
}

namespace {

class ModelSource final : public WatchSource {
public:
    ModelSource(Client& client, WatchedModel model, const Clock& clock)
        : m_client(client), m_model(std::move(model)), m_clock(clock) {}

    Result<WatchPage> page(std::optional<Instant> since,
                           std::int64_t after,
                           unsigned limit) override {
        Json domain = m_model.domain;
        domain.push_back(Json::array({"id", ">", after}));
        if (since)
            domain.push_back(Json::array({"write_date", ">=", odoo_text(*since)}));
        else
            domain.push_back(
                Json::array({"create_date", ">=", odoo_text(m_clock.now() - m_model.horizon)}));
        std::vector<std::string> fields{"write_date"};
        fields.insert(fields.end(), m_model.look.begin(), m_model.look.end());
        Json context = Json::object();
        for (const auto& [key, value] : m_model.context)
            context[key] = value;
        auto found = m_client.call({.model = m_model.model,
                                    .method = "search_read",
                                    .ids = {},
                                    .arguments = {{"domain", std::move(domain)},
                                                  {"fields", std::move(fields)},
                                                  {"limit", limit},
                                                  {"order", "id"}},
                                    .context = std::move(context)});
        if (!found) return std::move(found).error().during("watching " + m_model.model);
        WatchPage page;
        page.server_now = m_client.server_time().value_or(m_clock.now());
        for (const Json& record : *found) {
            auto written = odoo_instant(text_of(record, "write_date"));
            if (!written) return std::move(written).error().during("watching " + m_model.model);
            WatchedRow row{.id = id_in(record, "id").value_or(0), .written = *written};
            for (const std::string& field : m_model.look)
                if (record.contains(field)) row.fields[field] = record[field];
            row.look = row.fields.dump(-1, ' ', false, Json::error_handler_t::replace);
            page.rows.push_back(std::move(row));
        }
        return page;
    }

private:
    Client& m_client;
    WatchedModel m_model;
    const Clock& m_clock;
};

}  // namespace

std::unique_ptr<WatchSource> watch_model(Client& client, WatchedModel model, const Clock& clock) {
    return std::make_unique<ModelSource>(client, std::move(model), clock);
}

}  // namespace sallyport::odoo
