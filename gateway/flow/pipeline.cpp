// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/pipeline.h"

#include "gateway/base/guarded.h"
#include "gateway/flow/cem.h"
#include "gateway/flow/lanes.h"
#include "gateway/flow/runner.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace sallyport::flow {

namespace {

// How long the dispatcher sleeps at most: a clock that was set back must not stall the queue.
constexpr std::chrono::milliseconds LongestNap{5'000};
constexpr std::chrono::milliseconds NapAfterFailure{1'000};

// The partner said something already, with an 824 or an APERAK, say: that stands, whatever else is late.
bool said_already(const store::Document& document) {
    return document.status.acknowledgement != store::AckStatus::Expected &&
           document.next.code.starts_with("flow.ack.");
}

// An interchange and what is in it: whoever looks at the order sees what is late.
Status update_family(store::Transaction& transaction,
                     const std::string& document,
                     const store::DocumentUpdate& update) {
    auto whole = transaction.document(document);
    if (!whole) return std::move(whole).error();
    auto family = transaction.documents({.parent = document, .limit = 10'000});
    if (!family) return std::move(family).error();
    if (*whole) family->push_back(**whole);
    for (const store::Document& member : *family) {
        if (said_already(member)) continue;
        if (Status set = transaction.update_document(member.id, update); !set) return set;
    }
    return {};
}

}  // namespace

class Pipeline::Impl {
public:
    Impl(PipelineOptions options, const Tools& tools)
        : m_options(std::move(options)),
          m_tools(tools),
          m_runner(m_options.retry, m_tools),
          m_lanes(m_options.remind) {
        m_options.workers = std::max(1U, m_options.workers);
    }
    ~Impl() { stop(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    Impl(Impl&&) = delete;
    Impl& operator=(Impl&&) = delete;

    Status start();
    void stop();
    void wake();
    bool running() const;
    Result<std::size_t> run_until_idle();
    Result<std::size_t> sweep_overdue();
    Result<std::size_t> sweep_lanes() { return m_lanes.sweep(m_tools); }

private:
    void dispatch();
    void work();
    void keep_leases();
    // What one worker does in one go: one job, or the posts of several lanes.
    using Work = std::vector<store::Job>;
    Result<std::vector<Work>> claim(unsigned free, bool posts);
    Result<std::vector<store::Job>> claim_jobs(store::ClaimRequest request);
    void do_work(const Work& work);
    unsigned most_posting() const { return std::max(1U, m_options.workers / 2); }
    std::chrono::milliseconds nap();
    void maybe_sweep();

    PipelineOptions m_options;
    const Tools& m_tools;
    Runner m_runner;
    LaneWatch m_lanes;  // the dispatcher's

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;      // dispatcher: woken, or a worker is free
    std::condition_variable m_work;         // workers: a job is queued
    std::condition_variable m_lease_timer;  // lease keeper: stop
    std::deque<Work> m_queue;
    unsigned m_working = 0;     // pieces of work claimed and not yet finished
    unsigned m_posting = 0;     // of them, posts
    bool m_posts_turn = false;  // dispatcher: with one free worker, posts and the rest take turns
    const std::vector<std::string> m_other_kinds = kinds_but_post();
    std::map<std::int64_t, store::Job> m_busy;  // claimed and not yet finished
    bool m_stopping = false;
    bool m_running = false;
    bool m_woken = false;

    std::chrono::steady_clock::time_point m_last_sweep;
    std::vector<std::thread> m_threads;
};

Status Pipeline::Impl::start() {
    Status given_back = m_tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto leases = transaction.release_leases(m_options.worker);
        if (!leases) return std::move(leases).error();
        return {};
    });
    if (!given_back) return given_back;
    {
        const std::lock_guard lock(m_mutex);
        if (m_running) return {};
        m_running = true;
        m_stopping = false;
        m_woken = true;
    }
    m_last_sweep = m_tools.clock.steady_now();
    m_threads.emplace_back([this] { dispatch(); });
    m_threads.emplace_back([this] { keep_leases(); });
    for (unsigned worker = 0; worker < m_options.workers; ++worker)
        m_threads.emplace_back([this] { work(); });
    return {};
}

void Pipeline::Impl::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
    m_work.notify_all();
    m_lease_timer.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
    m_threads.clear();
    const std::lock_guard lock(m_mutex);
    if (m_running && !m_queue.empty()) {
        // Claimed and not begun: given back at once, so that nothing waits for a lease to run out. Should it fail, that is
        // all that happens.
        m_queue.clear();
        m_busy.clear();
        m_working = m_posting = 0;
        (void)m_tools.store.submit([&](store::Transaction& transaction) -> Status {
            auto leases = transaction.release_leases(m_options.worker);
            if (!leases) return std::move(leases).error();
            return {};
        });
    }
    m_running = false;
}

void Pipeline::Impl::wake() {
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
    }
    m_changed.notify_one();
}

bool Pipeline::Impl::running() const {
    const std::lock_guard lock(m_mutex);
    return m_running && !m_stopping;
}

Result<std::vector<store::Job>> Pipeline::Impl::claim_jobs(store::ClaimRequest request) {
    for (const std::string& partner : m_tools.agreements.paused())
        request.skip_key_prefixes.push_back(arrival_lane(partner));
    request.worker = m_options.worker;
    request.lease = m_options.lease;
    return store::submit<std::vector<store::Job>>(
        m_tools.store,
        [&](store::Transaction& transaction) { return transaction.claim_jobs(request); });
}

// Posts that are ready go together as one piece of work, so that the back office is asked once for all of them; half of
// the workers at most are with it, the rest keeps receiving and acknowledging.
Result<std::vector<Pipeline::Impl::Work>> Pipeline::Impl::claim(unsigned free, bool posts) {
    std::vector<Work> claimed;
    const auto take_posts = [&]() -> Status {
        auto jobs = claim_jobs({.limit = m_options.post_batch, .kinds = {std::string(step::Post)}});
        if (!jobs) return std::move(jobs).error();
        if (!jobs->empty()) claimed.push_back(*std::move(jobs));
        return {};
    };
    m_posts_turn = !m_posts_turn;
    if (posts && (free > 1 || m_posts_turn))
        if (Status taken = take_posts(); !taken) return std::move(taken).error();
    if (claimed.size() < free) {
        auto jobs = claim_jobs(
            {.limit = free - static_cast<unsigned>(claimed.size()), .kinds = m_other_kinds});
        if (!jobs) return std::move(jobs).error();
        for (store::Job& job : *jobs)
            claimed.push_back({std::move(job)});
    }
    if (posts && claimed.empty())
        if (Status taken = take_posts(); !taken) return std::move(taken).error();
    return claimed;
}

// Until the next job or lease is due. Read from the store, because only it knows what was put there meanwhile.
std::chrono::milliseconds Pipeline::Impl::nap() {
    auto due = store::read<std::optional<Instant>>(
        m_tools.store, [](store::Reader& reader) { return reader.next_wakeup(); });
    if (!due) return NapAfterFailure;
    if (!*due) return LongestNap;
    const auto wait =
        std::chrono::duration_cast<std::chrono::milliseconds>(**due - m_tools.clock.now());
    // A due job that could not be claimed waits for an older one of its key: its end wakes us.
    if (wait.count() <= 0) return NapAfterFailure;
    return std::min(wait, LongestNap);
}

void Pipeline::Impl::maybe_sweep() {
    const auto now = m_tools.clock.steady_now();
    if (now - m_last_sweep < m_options.sweep) return;
    m_last_sweep = now;
    auto swept = sweep_overdue();
    if (!swept)
        m_tools.log.error("deadlines could not be checked", {{"error", swept.error().text()}});
    auto watched = sweep_lanes();
    if (!watched)
        m_tools.log.error("stopped lanes could not be looked for",
                          {{"error", watched.error().text()}});
}

void Pipeline::Impl::dispatch() {
    std::unique_lock lock(m_mutex);
    while (!m_stopping) {
        m_woken = false;
        if (m_working >= m_options.workers) {
            m_changed.wait(lock, [&] { return m_stopping || m_working < m_options.workers; });
            continue;
        }
        const unsigned free = m_options.workers - m_working;
        const bool posts = m_posting < most_posting();
        lock.unlock();
        auto jobs = claim(free, posts);
        if (!jobs) m_tools.log.error("no job can be claimed", {{"error", jobs.error().text()}});
        maybe_sweep();
        const auto pause = jobs && jobs->empty() ? nap() : NapAfterFailure;
        lock.lock();
        if (jobs && !jobs->empty()) {
            for (Work& work : *jobs) {
                ++m_working;
                if (work.front().kind == step::Post) ++m_posting;
                for (const store::Job& job : work)
                    m_busy.emplace(job.id, job);
                m_queue.push_back(std::move(work));
            }
            m_work.notify_all();
            continue;
        }
        m_changed.wait_for(lock, pause, [&] { return m_stopping || m_woken; });
    }
    m_work.notify_all();
}

void Pipeline::Impl::work() {
    std::unique_lock lock(m_mutex);
    while (true) {
        m_work.wait(lock, [&] { return m_stopping || !m_queue.empty(); });
        if (m_queue.empty() || m_stopping) return;
        const Work work = std::move(m_queue.front());
        m_queue.pop_front();
        lock.unlock();
        do_work(work);
        lock.lock();
        for (const store::Job& job : work)
            m_busy.erase(job.id);
        --m_working;
        if (work.front().kind == step::Post) --m_posting;
        m_woken = true;
        m_changed.notify_one();
    }
}

void Pipeline::Impl::do_work(const Work& work) {
    if (work.front().kind == step::Post) return m_runner.run_posts(work);
    if (Status stored = m_runner.run(work.front()); !stored)
        m_tools.log.error("the outcome of a step could not be stored",
                          {{"job", work.front().id},
                           {"step", work.front().kind},
                           {"error", stored.error().text()}});
}

void Pipeline::Impl::keep_leases() {
    std::unique_lock lock(m_mutex);
    while (!m_stopping) {
        m_lease_timer.wait_for(
            lock, std::chrono::milliseconds(m_options.lease) / 3, [&] { return m_stopping; });
        std::vector<store::Job> held;
        for (const auto& entry : m_busy)
            held.push_back(entry.second);
        if (m_stopping || held.empty()) continue;
        lock.unlock();
        for (const store::Job& job : held) {
            // Fenced means: finished meanwhile, or lost; the job's own unit finds out.
            (void)m_tools.store.submit([&](store::Transaction& transaction) {
                return transaction.extend_lease(job, m_options.lease);
            });
        }
        lock.lock();
    }
}

Result<std::size_t> Pipeline::Impl::run_until_idle() {
    std::size_t steps = 0;
    while (true) {
        auto jobs = claim_jobs({.limit = 1});
        if (!jobs) return std::move(jobs).error();
        if (jobs->empty()) return steps;
        for (const store::Job& job : *jobs) {
            if (Status stored = m_runner.run(job); !stored) return std::move(stored).error();
            ++steps;
        }
    }
}

Result<std::size_t> Pipeline::Impl::sweep_overdue() {
    Journal journal;
    std::size_t turned = 0;
    Status done = m_tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto overdue = transaction.mark_overdue();
        if (!overdue) return std::move(overdue).error();
        turned = overdue->size();
        for (const store::Expectation& late : *overdue) {
            if (!late.document.empty()) {
                store::DocumentUpdate update;
                if (late.kind != "mdn") update.acknowledgement = store::AckStatus::Overdue;
                update.next =
                    person_acts(late.kind == CemExpectation ? Blame::Operator : Blame::BackOffice,
                                transaction.now(),
                                "flow.answer.overdue",
                                "the partner's " + late.kind + " for " + late.key + " was due " +
                                    iso8601(late.due));
                if (Status set = update_family(transaction, late.document, update); !set)
                    return set;
            }
            Status noted =
                journal.record(transaction,
                               {.actor = {},
                                .event = "ack.overdue",
                                .subject = late.document.empty() ? late.message : late.document,
                                .detail = {{"kind", late.kind}, {"key", late.key}}},
                               Level::Warn);
            if (!noted) return noted;
        }
        return {};
    });
    if (!done) return std::move(done).error();
    journal.publish(m_tools.log, m_tools.metrics);
    return turned;
}

Pipeline::Pipeline(PipelineOptions options, const Tools& tools)
    : m_impl(std::make_unique<Impl>(std::move(options), tools)) {}
Pipeline::~Pipeline() = default;
Status Pipeline::start() {
    return m_impl->start();
}
void Pipeline::stop() {
    m_impl->stop();
}
void Pipeline::wake() {
    m_impl->wake();
}
bool Pipeline::running() const {
    return m_impl->running();
}
Result<std::size_t> Pipeline::run_until_idle() {
    return m_impl->run_until_idle();
}
Result<std::size_t> Pipeline::sweep_overdue() {
    return m_impl->sweep_overdue();
}
Result<std::size_t> Pipeline::sweep_lanes() {
    return m_impl->sweep_lanes();
}

}  // namespace sallyport::flow
