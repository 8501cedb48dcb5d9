// SPDX-License-Identifier: Apache-2.0
// State changes of one unit of work: written to the audit chain inside the unit, and to the log and the counters once the
// unit is durable. What was rolled back is never logged as if it had happened.
#pragma once

#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "gateway/flow/metrics.h"
#include "gateway/store/store.h"

#include <string>
#include <vector>

namespace sallyport::flow {

// Used by one thread at a time.
class Journal {
public:
    // `event.event` is a dotted past participle: "document.posted". An empty actor is the gateway itself.
    Status record(store::Transaction& transaction,
                  store::AuditEvent event,
                  Level level = Level::Info);
    // After the commit: one log line and one count of sallyport_events_total per change.
    void publish(const Log& log, Metrics& metrics) const;

private:
    struct Entry {
        store::AuditEvent event;
        Level level;
    };
    std::vector<Entry> m_entries;
};

}  // namespace sallyport::flow
