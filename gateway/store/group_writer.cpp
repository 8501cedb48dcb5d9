// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/group_writer.h"

#include "gateway/base/crash_point.h"
#include "gateway/store/sqlite_session.h"

#include <chrono>
#include <exception>

namespace sallyport::store {

namespace {

Status guarded_call(GroupWriter::Unit& unit, Transaction& transaction) {
    // A closure that throws is a bug in its caller; it must not take the other callers' work with it.
    try {
        return unit(transaction);
    } catch (const std::exception& thrown) {
        return Error("store.unit.threw",
                     Blame::Bug,
                     std::string("a unit of work threw an exception: ") + thrown.what());
    }
}

Error group_lost(const Error& cause) {
    return Error("store.unavailable",
                 Blame::Network,
                 "the database gave up the transaction: " + cause.text())
        .remedy("it is tried again; if it lasts, check disk space under the state directory");
}

}  // namespace

GroupWriter::GroupWriter(std::unique_ptr<Connection> connection,
                         unsigned largest_group,
                         const Clock& clock)
    : m_connection(std::move(connection)),
      m_largest_group(largest_group == 0 ? 1 : largest_group),
      m_clock(clock),
      m_thread([this] { work(); }) {}

GroupWriter::~GroupWriter() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

Status GroupWriter::submit(Unit unit) {
    if (std::this_thread::get_id() == m_thread.get_id())
        return Error("store.nested",
                     Blame::Bug,
                     "a unit of work submitted another one and would wait for itself");
    std::future<Status> done;
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping) return Error("store.stopped", Blame::Network, "the store is shutting down");
        m_queue.push_back({std::move(unit), {}, {}});
        done = m_queue.back().done.get_future();
        ++m_waiting;
    }
    m_wake.notify_one();
    return done.get();
}

Status GroupWriter::keep(std::string address, Bytes octets) {
    auto many = m_objects.add(std::move(address), std::move(octets));
    if (!many) return std::move(many).error();
    if (!*many) return {};
    {
        const std::lock_guard lock(m_mutex);
        m_many_objects = true;
    }
    m_wake.notify_one();
    return {};
}

Status GroupWriter::health() const {
    return m_trouble.with(
        [](const auto& trouble) { return trouble ? Status(*trouble) : Status(); });
}

StoreCounters GroupWriter::counters() const {
    return {m_units, m_refused, m_commits, m_waiting, m_commit_micros};
}

void GroupWriter::work() {
    while (auto group = next_group())
        write_group(*group);
    // Nobody waits for objects without a unit; that they are written on the way out is thrift, not a promise.
    std::vector<Waiting> none;
    if (!m_objects.waiting().empty()) write_group(none);
}

std::optional<std::vector<GroupWriter::Waiting>> GroupWriter::next_group() {
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] { return m_stopping || m_many_objects || !m_queue.empty(); });
    m_many_objects = false;
    if (m_stopping && m_queue.empty()) return std::nullopt;
    std::vector<Waiting> group;
    while (!m_queue.empty() && group.size() < m_largest_group) {
        group.push_back(std::move(m_queue.front()));
        m_queue.pop_front();
    }
    m_waiting -= group.size();
    return group;
}

void GroupWriter::write_group(std::vector<Waiting>& group) {
    const Status written = write(group);
    m_trouble.with(
        [&](auto& trouble) { trouble = written ? std::nullopt : std::optional(written.error()); });
    answer(group, written);
}

Status GroupWriter::write(std::vector<Waiting>& group) {
    if (m_failed) return *m_failed;
    if (auto begun = m_connection->run("BEGIN IMMEDIATE"); !begun) return begun;
    // After the group was taken: what its units name was kept before they were submitted, so it is here or committed.
    const auto objects = m_objects.waiting();
    Status ran = write_objects(*m_connection, objects);
    if (ran) {
        CRASH_POINT("store.objects.after");
        ran = run_units(group);
    } else {
        ran = group_lost(ran.error());
    }
    if (!ran) {
        if (m_connection->in_transaction()) (void)m_connection->run("ROLLBACK");
        return ran;
    }
    Status committed = commit();
    if (committed) m_objects.settled(objects);
    return committed;
}

// An error here means that the whole group is undone.
Status GroupWriter::run_units(std::vector<Waiting>& group) {
    for (Waiting& waiting : group) {
        if (auto set = m_connection->run("SAVEPOINT unit"); !set) return group_lost(set.error());
        waiting.verdict = run_unit(waiting.unit);
        CRASH_POINT("store.unit.after");
        // Disk full and read errors make SQLite end the transaction by itself, the neighbours' work included.
        if (!m_connection->in_transaction())
            return group_lost(waiting.verdict ? Error("store.sql", Blame::Bug, "it is gone")
                                              : waiting.verdict.error());
        if (!waiting.verdict)
            if (auto undone = m_connection->run("ROLLBACK TO unit"); !undone)
                return group_lost(undone.error());
        if (auto freed = m_connection->run("RELEASE unit"); !freed)
            return group_lost(freed.error());
    }
    return {};
}

Status GroupWriter::run_unit(Unit& unit) {
    SqliteSession session(*m_connection, m_clock.now());
    auto verdict = guarded_call(unit, session);
    if (verdict && session.doomed()) return *session.doomed();
    return verdict;
}

Status GroupWriter::commit() {
    CRASH_POINT("store.commit.before");
    const auto begun = m_clock.steady_now();
    auto done = m_connection->run("COMMIT");
    const auto took = m_clock.steady_now() - begun;
    m_commit_micros += static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    if (done) {
        ++m_commits;
        CRASH_POINT("store.commit.after");
        return {};
    }
    // After a failed fsync nobody knows what is on disk, and a second fsync may claim success for lost pages. Only reading
    // the file afresh tells; so no more work until the program starts again.
    if (m_connection->in_transaction()) (void)m_connection->run("ROLLBACK");
    m_failed = Error("store.failed",
                     Blame::Operator,
                     "a commit could not be made durable: " + done.error().text())
                   .remedy("check the disk under the state directory, then restart the gateway");
    return *m_failed;
}

void GroupWriter::answer(std::vector<Waiting>& group, const Status& commit) {
    for (Waiting& waiting : group) {
        const bool stored = commit && waiting.verdict;
        ++(stored ? m_units : m_refused);
        // A unit's own error is its caller's answer even when the group failed afterwards: it was not stored either way.
        waiting.done.set_value(waiting.verdict ? commit : waiting.verdict);
    }
}

}  // namespace sallyport::store
