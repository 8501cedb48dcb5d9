// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/journal.h"

#include <utility>

namespace sallyport::flow {
namespace {

void write_line(const Log& log, Level level, std::string_view sentence) {
    switch (level) {
        case Level::Debug:
            return log.debug(sentence);
        case Level::Info:
            return log.info(sentence);
        case Level::Warn:
            return log.warn(sentence);
        case Level::Error:
            return log.error(sentence);
    }
}

}  // namespace

Status Journal::record(store::Transaction& transaction, store::AuditEvent event, Level level) {
    if (event.actor.empty()) event.actor = "gateway";
    Status done = transaction.audit(event);
    if (done) m_entries.push_back({std::move(event), level});
    return done;
}

void Journal::publish(const Log& log, Metrics& metrics) const {
    for (const Entry& entry : m_entries) {
        Log line = log.with({{"subject", entry.event.subject}});
        for (const auto& [key, value] : entry.event.detail)
            line = line.with({{key, value}});
        write_line(line, entry.level, entry.event.event);
        metrics.count("sallyport_events_total", {{"event", entry.event.event}});
    }
}

}  // namespace sallyport::flow
