// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/lanes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

struct Standing {
    std::int64_t lanes = 0;
    std::int64_t waiting = 0;
    std::int64_t seconds = 0;  // of the longest
};

std::string partner_of(const store::Job& job) {
    return job.order_key.substr(0, job.order_key.find('/'));
}

void measure(const Tools& tools, const std::vector<store::StoppedLane>& lanes) {
    std::map<std::pair<std::string, std::string>, Standing> table;
    const Instant now = tools.clock.now();
    for (const store::StoppedLane& lane : lanes) {
        Standing& row = table[{partner_of(lane.job), lane.job.kind}];
        ++row.lanes;
        row.waiting += lane.waiting;
        const auto since =
            std::chrono::duration_cast<std::chrono::seconds>(now - lane.job.updated).count();
        row.seconds = std::max<std::int64_t>(row.seconds, since);
    }
    for (const char* name :
         {"sallyport_lanes_stopped", "sallyport_lanes_waiting", "sallyport_lanes_stopped_seconds"})
        tools.metrics.clear(name);
    for (const auto& [key, row] : table) {
        const Labels labels{{"partner", key.first}, {"step", key.second}};
        tools.metrics.set("sallyport_lanes_stopped", labels, row.lanes);
        tools.metrics.set("sallyport_lanes_waiting", labels, row.waiting);
        tools.metrics.set("sallyport_lanes_stopped_seconds", labels, row.seconds);
    }
}

void tell(const Tools& tools, const store::StoppedLane& lane) {
    // An arrival lane carries everything of its partner, so it is said even before something waits in it.
    const bool whole = lane.job.order_key == arrival_lane(partner_of(lane.job));
    tools.log.error(
        whole ? "everything from this partner waits behind a parked step"
              : "an order waits behind a parked step",
        {{"partner", partner_of(lane.job)},
         {"lane", lane.job.order_key},
         {"step", lane.job.kind},
         {"document", lane.job.document},
         {"message", lane.job.message},
         {"waiting", lane.waiting},
         {"code", lane.job.code},
         {"reason", lane.job.reason},
         {"remedy", "sallyport doc list --needs-action, then doc release or doc discard"}});
}

}  // namespace

Result<std::size_t> LaneWatch::sweep(const Tools& tools) {
    auto lanes = store::read<std::vector<store::StoppedLane>>(
        tools.store, [](store::Reader& reader) { return reader.stopped_lanes(); });
    if (!lanes) return std::move(lanes).error();
    measure(tools, *lanes);
    const auto now = tools.clock.steady_now();
    std::map<std::int64_t, std::chrono::steady_clock::time_point> said;
    for (const store::StoppedLane& lane : *lanes) {
        const bool whole = lane.job.order_key == arrival_lane(partner_of(lane.job));
        if (!whole && lane.waiting == 0) continue;  // one document waits: doc list shows it
        const auto before = m_said.find(lane.job.id);
        const bool due = before == m_said.end() || now - before->second >= m_remind;
        if (due) tell(tools, lane);
        said[lane.job.id] = due ? now : before->second;
    }
    m_said = std::move(said);
    return lanes->size();
}

}  // namespace sallyport::flow
