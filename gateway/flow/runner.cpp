// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/runner.h"

#include "gateway/base/crash_point.h"
#include "gateway/flow/cem.h"
#include "gateway/flow/files.h"

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::flow {
namespace {

using StepFunction = Result<Commit> (*)(const Tools&, const store::Job&);
struct NamedStep {
    std::string_view name;
    StepFunction run;
};
constexpr std::array<NamedStep, 16> Steps{{{step::Unwrap, unwrap},
                                           {step::Validate, validate_interchange},
                                           {step::Acknowledge, acknowledge},
                                           {step::Write, write_document},
                                           {step::Envelope, envelope_document},
                                           {step::Freeze, freeze},
                                           {step::Send, send},
                                           {step::Match, match_acknowledgement},
                                           {step::Map, map_document},
                                           {step::Post, post_document},
                                           {step::Receipt, send_receipt},
                                           {step::Look, look_again},
                                           {step::Stage, stage_file},
                                           {step::Deliver, deliver_file},
                                           {step::Judge, judge_held},
                                           {step::Cem, answer_cem}}};

// Dies before or after a step's unit: the boundaries that the crash harness cuts at. The names are literals for grep.
void pass_before(std::string_view step) {
    if (step == step::Unwrap) CRASH_POINT("unwrap.commit.before");
    if (step == step::Validate) CRASH_POINT("validate.commit.before");
    if (step == step::Acknowledge) CRASH_POINT("acknowledge.commit.before");
    if (step == step::Write) CRASH_POINT("write.commit.before");
    if (step == step::Envelope) CRASH_POINT("envelope.commit.before");
    if (step == step::Freeze) CRASH_POINT("freeze.commit.before");
    if (step == step::Send) CRASH_POINT("send.commit.before");
    if (step == step::Match) CRASH_POINT("match.commit.before");
    if (step == step::Map) CRASH_POINT("map.commit.before");
    if (step == step::Post) CRASH_POINT("post.commit.before");
    if (step == step::Receipt) CRASH_POINT("receipt.commit.before");
    if (step == step::Look) CRASH_POINT("look.commit.before");
    if (step == step::Stage) CRASH_POINT("stage.commit.before");
    if (step == step::Deliver) CRASH_POINT("deliver.commit.before");
    if (step == step::Judge) CRASH_POINT("judge.commit.before");
    if (step == step::Cem) CRASH_POINT("cem.commit.before");
}
void pass_after(std::string_view step) {
    if (step == step::Unwrap) CRASH_POINT("unwrap.commit.after");
    if (step == step::Validate) CRASH_POINT("validate.commit.after");
    if (step == step::Acknowledge) CRASH_POINT("acknowledge.commit.after");
    if (step == step::Write) CRASH_POINT("write.commit.after");
    if (step == step::Envelope) CRASH_POINT("envelope.commit.after");
    if (step == step::Freeze) CRASH_POINT("freeze.commit.after");
    if (step == step::Send) CRASH_POINT("send.commit.after");
    if (step == step::Match) CRASH_POINT("match.commit.after");
    if (step == step::Map) CRASH_POINT("map.commit.after");
    if (step == step::Post) CRASH_POINT("post.commit.after");
    if (step == step::Receipt) CRASH_POINT("receipt.commit.after");
    if (step == step::Look) CRASH_POINT("look.commit.after");
    if (step == step::Stage) CRASH_POINT("stage.commit.after");
    if (step == step::Deliver) CRASH_POINT("deliver.commit.after");
    if (step == step::Judge) CRASH_POINT("judge.commit.after");
    if (step == step::Cem) CRASH_POINT("cem.commit.after");
}

Result<Commit> perform(const Tools& tools, const store::Job& job) {
    for (const NamedStep& step : Steps) {
        if (step.name != job.kind) continue;
        // The worker loop is the one place that catches: a step that throws must not take the others with it.
        try {
            return step.run(tools, job);
        } catch (const std::exception& thrown) {
            return Error("flow.step.threw",
                         Blame::Bug,
                         "the step ended unexpectedly: " + std::string(thrown.what()));
        }
    }
    return Error("flow.step.unknown", Blame::Bug, "there is no step named \"" + job.kind + "\"")
        .remedy("finish or discard this job with the release that made it");
}

std::vector<Result<Commit>> perform_posts(const Tools& tools, const std::vector<store::Job>& jobs) {
    std::string thrown;
    try {
        return post_documents(tools, jobs);
    } catch (const std::exception& exception) {
        thrown = exception.what();
    }
    std::vector<Result<Commit>> failed;
    for (std::size_t at = 0; at < jobs.size(); ++at)
        failed.emplace_back(
            Error("flow.step.threw", Blame::Bug, "the step ended unexpectedly: " + thrown));
    return failed;
}

store::Attempt attempt_of(const store::Job& job, Instant started, Instant ended) {
    store::Attempt attempt;
    attempt.job = job.id;
    attempt.kind = job.kind;
    attempt.document = job.document;
    attempt.message = job.message;
    attempt.number = job.attempts;
    attempt.started = started;
    attempt.ended = ended;
    return attempt;
}

// A document that waits for a person shows it on the axis the step works for.
void mark_parked(store::DocumentUpdate& update, std::string_view step) {
    if (step == step::Unwrap || step == step::Map || step == step::Post || step == step::Validate ||
        step == step::Stage || step == step::Deliver)
        update.back_office = store::BackOfficeStatus::Held;
    if (step == step::Write || step == step::Envelope || step == step::Freeze ||
        step == step::Send || step == step::Look)
        update.delivery = store::DeliveryStatus::Failed;
}

// A message that waits before anything in it was read has no document yet: it gets one, or nobody would see it wait.
Status show_waiting_message(store::Transaction& transaction,
                            const store::Job& job,
                            const store::NextMove& next,
                            const std::string& id) {
    auto members = transaction.documents({.message = job.message, .limit = 1});
    if (!members) return std::move(members).error();
    if (!members->empty()) return {};
    auto message = transaction.message(job.message);
    if (!message) return std::move(message).error();
    if (!*message) return {};
    store::Document document = held_interchange(**message, id);
    document.next = next;
    return transaction.add_document(document);
}

// The documents a job speaks for: its own, or for a message without one, those that travel in it.
Status update_subjects(store::Transaction& transaction,
                       const store::Job& job,
                       const store::DocumentUpdate& update) {
    if (!job.document.empty()) return transaction.update_document(job.document, update);
    auto members = transaction.documents({.message = job.message, .limit = 10'000});
    if (!members) return std::move(members).error();
    for (const store::Document& member : *members)
        if (Status done = transaction.update_document(member.id, update); !done) return done;
    return {};
}

struct Failed {
    const store::Job& job;
    const Error& error;
    const Decision& decision;
    std::string document_id;  // for a document that has to be made
};

Status store_failure(store::Transaction& transaction, Journal& journal, const Failed& failed) {
    const store::Job& job = failed.job;
    const Error& error = failed.error;
    const Decision& decision = failed.decision;
    store::DocumentUpdate update;
    store::AuditEvent event{.actor = {},
                            .event = {},
                            .subject = job.document.empty() ? job.message : job.document,
                            .detail = {{"step", job.kind},
                                       {"code", std::string(error.code())},
                                       {"attempt", std::to_string(job.attempts)}}};
    if (decision.next == Next::Retry) {
        const Instant run_at = transaction.now() + decision.delay;
        if (Status done = transaction.retry_job(job, run_at, error); !done) return done;
        update.next = store::NextMove{.actor = store::Actor::Gateway,
                                      .due = run_at,
                                      .code = std::string(error.code()),
                                      .reason = error.text()};
        event.event = "step.retried";
        event.detail["next"] = iso8601(run_at);
    } else {
        if (Status done = transaction.park_job(job, error); !done) return done;
        update.next = person_acts(error, transaction.now());
        mark_parked(update, job.kind);
        event.event = "step.parked";
        if (job.kind == step::Send || job.kind == step::Receipt)
            if (Status done =
                    transaction.fail_message(job.message, store::MessageState::Failed, error);
                !done)
                return done;
        if (job.kind == step::Unwrap) {
            if (Status done =
                    transaction.fail_message(job.message, store::MessageState::Held, error);
                !done)
                return done;
            if (Status done =
                    show_waiting_message(transaction, job, *update.next, failed.document_id);
                !done)
                return done;
        }
    }
    if (Status done = update_subjects(transaction, job, update); !done) return done;
    return journal.record(transaction, std::move(event), Level::Warn);
}

}  // namespace

std::vector<std::string> kinds_but_post() {
    std::vector<std::string> kinds;
    for (const NamedStep& one : Steps)
        if (one.name != step::Post) kinds.emplace_back(one.name);
    return kinds;
}

Status Runner::run(const store::Job& job) const {
    const Begun begun{m_tools.clock.now(), m_tools.agreements.generation()};
    return conclude(job, begun, perform(m_tools, job));
}

void Runner::run_posts(const std::vector<store::Job>& jobs) const {
    const Begun begun{m_tools.clock.now(), m_tools.agreements.generation()};
    const auto outcomes = perform_posts(m_tools, jobs);
    for (std::size_t at = 0; at < jobs.size(); ++at)
        if (Status stored = conclude(jobs[at], begun, outcomes[at]); !stored)
            m_tools.log.error(
                "the outcome of a step could not be stored",
                {{"job", jobs[at].id}, {"step", jobs[at].kind}, {"error", stored.error().text()}});
}

Status Runner::conclude(const store::Job& job,
                        const Begun& begun,
                        const Result<Commit>& produced) const {
    Status stored;
    if (produced) {
        pass_before(job.kind);
        stored = succeed(job, begun.started, *produced);
        // What the step wanted to write is itself at fault: that is an outcome as well.
        if (!stored && stored.error().blame() == Blame::Bug &&
            stored.error().code() != "store.job.fenced")
            return fail(job, begun, stored.error());
    } else {
        stored = fail(job, begun, produced.error());
    }
    if (stored) pass_after(job.kind);
    return stored;
}

Status Runner::succeed(const store::Job& job, Instant started, const Commit& commit) const {
    Journal journal;
    Status done = m_tools.store.submit([&](store::Transaction& transaction) -> Status {
        if (Status finished = transaction.finish_job(job); !finished) return finished;
        if (Status produced = commit(transaction, journal); !produced) return produced;
        store::Attempt attempt = attempt_of(job, started, transaction.now());
        attempt.ok = true;
        return transaction.add_attempt(attempt);
    });
    if (!done) return done;
    journal.publish(m_tools.log, m_tools.metrics);
    m_tools.metrics.count("sallyport_steps_total", {{"step", job.kind}, {"result", "done"}});
    return {};
}

Status Runner::fail(const store::Job& job, const Begun& begun, const Error& error) const {
    const Instant now = m_tools.clock.now();
    const AttemptHistory history{.attempts = job.tries,
                                 .since_first = now - job.first_try.value_or(now)};
    Decision decision = decide(m_policy, error.blame(), history, m_tools.random.unit());
    Journal journal;
    Status done = m_tools.store.submit([&](store::Transaction& transaction) -> Status {
        // What a reload lets go on, it looks for in a unit after the swap: a step that parks later, on what was agreed
        // before, would be missed.
        if (decision.next == Next::Park && begun.generation != m_tools.agreements.generation())
            decision = {Next::Retry, std::chrono::milliseconds{0}};
        if (Status stored =
                store_failure(transaction, journal, {job, error, decision, m_tools.make_id()});
            !stored)
            return stored;
        store::Attempt attempt = attempt_of(job, begun.started, transaction.now());
        attempt.code = std::string(error.code());
        attempt.text = error.text();
        attempt.blame = std::string(to_string(error.blame()));
        if (decision.next == Next::Retry) attempt.next_run = transaction.now() + decision.delay;
        return transaction.add_attempt(attempt);
    });
    if (!done) return done;
    journal.publish(m_tools.log, m_tools.metrics);
    m_tools.log.warn("step failed",
                     {{"step", job.kind},
                      {"document", job.document},
                      {"message", job.message},
                      {"attempt", job.attempts},
                      {"error", error.text()}});
    m_tools.metrics.count(
        "sallyport_steps_total",
        {{"step", job.kind}, {"result", decision.next == Next::Retry ? "retried" : "parked"}});
    return {};
}

}  // namespace sallyport::flow
