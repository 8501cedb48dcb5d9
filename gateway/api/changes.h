// SPDX-License-Identifier: Apache-2.0
// The change feed: what happened to a partner's messages and documents, out of the audit chain, in its order. A cursor says
// how far a caller has read; it is sealed, so that it tells nothing of how much others do.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/store/store.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::api {

struct Change {
    std::int64_t seq = 0;
    std::string event{};  // "document.posted"
    Instant time{};
    std::optional<store::Message> message{};  // one of the two: as it stands now
    std::optional<store::Document> document{};
};

struct ChangePage {
    std::vector<Change> changes{};
    std::int64_t next = 0;  // read on behind this
};

// Thread-safe. References outlive it.
class Changes {
public:
    Changes(store::Store& store, const Clock& clock) : m_store(store), m_clock(clock) {}

    // Before the first caller: the key that seals cursors, made once and kept in the store.
    Status prepare(Random& random);

    // Those behind `after`, at most `limit`; waits until there is one, at most `wait`.
    Result<ChangePage> read(const std::string& partner,
                            std::int64_t after,
                            unsigned limit,
                            std::chrono::milliseconds wait);
    Result<std::int64_t> head() const;
    // Nobody waits any longer.
    void stop();

    std::string seal(const std::string& partner, std::int64_t seq) const;
    // Absent when we did not make it, or for another partner.
    std::optional<std::int64_t> open(const std::string& partner, const std::string& cursor) const;

private:
    Result<ChangePage> look(const std::string& partner, std::int64_t after, unsigned limit) const;
    Bytes stream(std::string_view tag) const;

    store::Store& m_store;
    const Clock& m_clock;
    Secret m_key;
    std::mutex m_mutex;
    std::condition_variable m_stopping;
    bool m_stopped = false;
};

}  // namespace sallyport::api
