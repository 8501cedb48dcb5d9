// SPDX-License-Identifier: Apache-2.0
// Inside the store only: the one thread that writes. Units that wait together share one commit, so that many callers pay
// for one fsync; each runs in a savepoint of its own, so that one that fails is undone alone.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/store/pending_objects.h"
#include "gateway/store/sql.h"
#include "gateway/store/store.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sallyport::store {

class GroupWriter {
public:
    using Unit = std::function<Status(Transaction&)>;

    GroupWriter(std::unique_ptr<Connection> connection, unsigned largest_group, const Clock& clock);
    // Finishes what was submitted.
    ~GroupWriter();
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;
    GroupWriter(GroupWriter&&) = delete;
    GroupWriter& operator=(GroupWriter&&) = delete;

    Status submit(Unit unit);
    // Objects::keep(), and what waits for the next group.
    Status keep(std::string address, Bytes octets);
    const PendingObjects& kept() const { return m_objects; }
    Status health() const;
    StoreCounters counters() const;

private:
    struct Waiting {
        Unit unit;
        std::promise<Status> done;
        Status verdict;
    };

    void work();
    std::optional<std::vector<Waiting>> next_group();  // absent: stopped and drained
    void write_group(std::vector<Waiting>& group);
    Status write(std::vector<Waiting>& group);
    Status run_units(std::vector<Waiting>& group);
    Status run_unit(Unit& unit);
    Status commit();
    void answer(std::vector<Waiting>& group, const Status& commit);

    std::unique_ptr<Connection> m_connection;
    const unsigned m_largest_group;
    const Clock& m_clock;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Waiting> m_queue;
    bool m_stopping = false;
    bool m_many_objects = false;  // they are written without waiting for a unit
    PendingObjects m_objects;

    std::optional<Error> m_failed;  // the writer thread's: set once a commit's fate is unknown
    Guarded<std::optional<Error>> m_trouble;  // of the last group, for health()
    std::atomic<std::uint64_t> m_units{0};
    std::atomic<std::uint64_t> m_refused{0};
    std::atomic<std::uint64_t> m_commits{0};
    std::atomic<std::uint64_t> m_waiting{0};
    std::atomic<std::uint64_t> m_commit_micros{0};
    std::thread m_thread;  // last: it uses everything above
};

}  // namespace sallyport::store
