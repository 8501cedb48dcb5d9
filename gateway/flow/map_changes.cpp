// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/map_changes.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "gateway/flow/decisions.h"
#include "mappings/table_edit.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sallyport::flow {
namespace {

using mapping::KeptRow;
using nlohmann::ordered_json;

const std::string Scope = "map";
// More documents than this wait for one row only where somebody has not looked for days; the rest goes on at the next look.
constexpr unsigned AtOnce = 10'000;

// What is remembered of a map.
struct State {
    std::string digest;
    std::string version;
    std::vector<KeptRow> rows;
};

ordered_json row_json(const KeptRow& row) {
    return {row.table, row.file, row.code, row.word, row.only, row.author, row.date};
}

ordered_json state_json(const State& state) {
    ordered_json rows = ordered_json::array();
    for (const KeptRow& row : state.rows)
        rows.push_back(row_json(row));
    return {{"digest", state.digest}, {"version", state.version}, {"rows", std::move(rows)}};
}

// What cannot be read is nothing remembered: then everything is said again, which is safe.
State state_of(const std::string& text) {
    State out;
    const auto json = ordered_json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("rows") || !json["rows"].is_array()) return out;
    out.digest = json.value("digest", "");
    out.version = json.value("version", "");
    for (const ordered_json& one : json["rows"]) {
        if (!one.is_array() || one.size() != 7) continue;
        const auto cell = [&](std::size_t at) {
            return one[at].is_string() ? one[at].get<std::string>() : std::string();
        };
        out.rows.push_back({cell(0), cell(1), cell(2), cell(3), cell(4), cell(5), cell(6)});
    }
    return out;
}

State state_now(const mapping::CompiledMap& map) {
    std::string all;
    for (const mapping::SourceFile& file : map.sources().files)
        all += file.name + "\n" + std::to_string(file.text.size()) + "\n" + file.text;
    return {sha256_hex(all), map.info().version, mapping::kept_rows(map)};
}

struct Seen {
    std::string partner;
    State state;
};

// Every map in force, once for each partner, by "PARTNER/FILE".
std::map<std::string, Seen> maps_in_force(const Agreements& agreements) {
    std::map<std::string, Seen> out;
    const auto see = [&](const std::string& partner, const mapping::CompiledMap& map) {
        const std::string name = partner + "/" + map.info().files.front();
        if (!out.contains(name)) out.emplace(name, Seen{partner, state_now(map)});
    };
    for (const std::string& partner : agreements.names()) {
        const auto agreement = agreements.by_name(partner);
        if (!agreement) continue;
        for (const InboundDocument& document : agreement->inbound)
            see(partner, *document.map);
        for (const OutboundDocument& document : agreement->outbound)
            see(partner, *document.map);
    }
    return out;
}

store::AuditEvent row_event(const char* event,
                            const std::string& actor,
                            const std::string& subject,
                            const KeptRow& row) {
    store::AuditEvent out{.actor = actor,
                          .event = event,
                          .subject = subject,
                          .detail = {{"table", row.table},
                                     {"code", row.code},
                                     {"word", row.word},
                                     {"file", row.file},
                                     {"author", row.author},
                                     {"date", row.date}}};
    if (!row.only.empty()) out.detail["only"] = row.only;
    return out;
}

// Those of `a` that are not in `b`.
std::vector<KeptRow> without(const std::vector<KeptRow>& a, const std::vector<KeptRow>& b) {
    std::vector<KeptRow> out;
    for (const KeptRow& row : a)
        if (std::find(b.begin(), b.end(), row) == b.end()) out.push_back(row);
    return out;
}

class Look {
public:
    Look(store::Transaction& transaction, Journal& journal, std::string actor)
        : m_transaction(transaction), m_journal(journal), m_actor(std::move(actor)) {}

    Status compare(const std::string& name, const Seen& seen) {
        auto kept = m_transaction.bookmark(Scope, name);
        if (!kept) return std::move(kept).error();
        const State before = *kept ? state_of((*kept)->value) : State{};
        if (before.digest == seen.state.digest) return {};
        ++taken.maps;
        m_changed.insert(seen.partner);
        store::AuditEvent event{
            .actor = m_actor,
            .event = "map.taken",
            .subject = name,
            .detail = {{"digest", seen.state.digest}, {"version", seen.state.version}}};
        if (!before.digest.empty()) event.detail["before"] = before.digest;
        if (Status done = m_journal.record(m_transaction, std::move(event)); !done) return done;
        for (const KeptRow& row : without(before.rows, seen.state.rows))
            if (Status done = say("map.row.removed", name, row); !done) return done;
        for (const KeptRow& row : without(seen.state.rows, before.rows))
            if (Status done = say("map.row.added", name, row); !done) return done;
        return m_transaction.set_bookmark(Scope, name, state_json(seen.state).dump());
    }

    Status release_waiting() {
        if (m_changed.empty()) return {};
        auto jobs = m_transaction.jobs(
            {.state = store::JobState::Parked, .kind = std::string(step::Map), .limit = AtOnce});
        if (!jobs) return std::move(jobs).error();
        for (const store::Job& job : *jobs) {
            if (job.code != "flow.map.held") continue;
            auto document = m_transaction.document(job.document);
            if (!document) return std::move(document).error();
            if (!*document || !m_changed.contains((*document)->partner)) continue;
            if (Status done = release_in(m_transaction,
                                         m_journal,
                                         job.document,
                                         {.actor = m_actor,
                                          .event = "document.released",
                                          .detail = {{"because", "map.taken"}}});
                !done)
                return done;
            taken.released.push_back(job.document);
        }
        return {};
    }

    MapsTaken taken;

private:
    Status say(const char* event, const std::string& name, const KeptRow& row) {
        ++taken.rows;
        return m_journal.record(m_transaction, row_event(event, m_actor, name, row));
    }

    store::Transaction& m_transaction;
    Journal& m_journal;
    std::string m_actor;
    std::set<std::string> m_changed;  // partners with another map than before
};

}  // namespace

Result<MapsTaken> take_maps(const Tools& tools, const std::string& actor) {
    const std::map<std::string, Seen> maps = maps_in_force(tools.agreements);
    Journal journal;
    CRASH_POINT("maps.taken.before");
    auto taken = store::submit<MapsTaken>(
        tools.store, [&](store::Transaction& transaction) -> Result<MapsTaken> {
            Look look(transaction, journal, actor);
            for (const auto& [name, seen] : maps)
                if (Status done = look.compare(name, seen); !done) return std::move(done).error();
            if (Status done = look.release_waiting(); !done) return std::move(done).error();
            return std::move(look.taken);
        });
    if (!taken) return taken;
    CRASH_POINT("maps.taken.after");
    journal.publish(tools.log, tools.metrics);
    return taken;
}

}  // namespace sallyport::flow
