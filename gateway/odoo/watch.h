// SPDX-License-Identifier: Apache-2.0
// Watching Odoo without an add-on: which records changed since the last look, none missed, whatever the clocks do.
//
// write_date is the start of the transaction that wrote the record, shown in whole seconds. So a record may appear late
// with a date older than what was seen before (late commit), be written twice in the second shown (no change of date), or
// carry a date of a clock that was set since (steps). The watch therefore reads, page by page in the order of ids, all that
// is dated no earlier than anything Odoo's clock showed (the Date header of its replies) while a transaction that is still
// under way can have begun: `overlap` of our own time, however Odoo's clock was set meanwhile. It compares date and look of
// each record with what it remembers; examines what is new, what was still warm, and each record once more when no
// transaction of its time can be under way. And everything is swept through, without regard to dates, at the start and
// from time to time: that also finds what was dated by a clock that went wrong and came right between two looks.
//
// A record may be examined more often than it changed; never is a change left out. What is done with a change must
// therefore be repeatable: see outgoing.h.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/values.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::odoo {

struct WatchedRow {
    std::int64_t id = 0;
    Instant written{};   // whole seconds
    std::string look{};  // the watched fields as one text
    Json fields{};       // the same as Odoo gave them
};

struct WatchPage {
    std::vector<WatchedRow> rows{};
    Instant server_now{};  // Odoo's clock when it answered, to the second
};

class WatchSource {
public:
    virtual ~WatchSource() = default;
    // What was written at or after `since` (everything the watch is about when absent), ids above `after`, ascending, at
    // most `limit`. Errors are the client's.
    virtual Result<WatchPage> page(std::optional<Instant> since,
                                   std::int64_t after,
                                   unsigned limit) = 0;
};

struct WatchedModel {
    std::string model{};
    Json domain = Json::array();
    std::vector<std::string> look{};        // fields whose change matters
    std::chrono::days horizon{60};          // a sweep goes back to records created then
    std::map<std::string, Json> context{};  // of the calls
};
// `client` and `clock` outlive it. The client's fence must let it read id, write_date, create_date and the fields of look.
std::unique_ptr<WatchSource> watch_model(Client& client, WatchedModel model, const Clock& clock);

struct WatchOptions {
    std::chrono::seconds overlap{
        900};  // longer than any transaction lives: twice Odoo's limit_time_real, 15 min at least
    std::chrono::seconds warm{2};       // a record written so recently is looked at again
    std::chrono::seconds later{30};     // until a record that is not ready is examined again
    std::chrono::seconds refused{300};  // until one that could not be examined is
    std::chrono::seconds sweep_every{21'600};
    unsigned page = 500;
};

enum class Examined : std::uint8_t {
    Done,
    Later  // something is still to come: ask again
};

struct WatchReport {
    unsigned rows = 0;
    unsigned examined = 0;
    bool swept = false;
    std::vector<Error> failures{};  // of single records; they are tried again
};

// Used by one thread.
class Watcher {
public:
    using Examine = std::function<Result<Examined>(const WatchedRow&)>;

    // `cursor` is what cursor() said before the restart, or empty. `source` and `clock` outlive it.
    Watcher(WatchSource& source,
            WatchOptions options,
            const Clock& clock,
            const std::string& cursor);

    // One look. Fails as a whole when Odoo cannot be asked (Blame::Network, and credentials or rights of the watcher);
    // nothing is forgotten then.
    Result<WatchReport> poll(const Examine& examine);

    // What could not be examined is due at the next poll: something it may have waited for is there now.
    void ask_again();

    // To be kept durably after each poll; an old one costs work, never a change.
    std::string cursor() const;

private:
    struct Known {
        WatchedRow row{};
        std::chrono::steady_clock::time_point seen{};
        std::optional<std::chrono::steady_clock::time_point> again{};  // Later, or it failed
        bool warm = false;
        bool settled = false;
        std::uint64_t poll = 0;
    };
    Result<std::optional<Instant>> read_window(WatchReport& report, std::vector<WatchedRow>& rows);
    void notice(WatchedRow row, Instant server_now, bool swept);
    bool due(const Known& known, bool fresh) const;
    Status examine_one(Known& known, const Examine& examine, WatchReport& report);
    void forget();

    WatchSource& m_source;
    WatchOptions m_options;
    const Clock& m_clock;
    // What Odoo's clock showed at least between a poll and the one before it.
    struct Floor {
        std::chrono::steady_clock::time_point polled{};
        Instant least{};
    };
    std::optional<Instant> window() const;
    void keep_floor(Instant server_now, std::chrono::steady_clock::time_point polled);
    Instant floor_of(Instant server_now, std::chrono::steady_clock::time_point polled) const;

    std::optional<Instant> m_high{};  // the greatest write_date seen, never beyond Odoo's clock
    std::vector<Floor> m_floors{};    // of the last `overlap`, oldest first
    std::optional<std::chrono::steady_clock::time_point> m_swept{};
    std::map<std::int64_t, Known> m_known{};
    std::vector<std::int64_t> m_fresh{};
    std::uint64_t m_poll = 0;
};

// "2026-11-23 02:49:45"; error code odoo.date.
Result<Instant> odoo_instant(std::string_view text);
std::string odoo_text(Instant instant);

}  // namespace sallyport::odoo
