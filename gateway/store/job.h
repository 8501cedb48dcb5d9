// SPDX-License-Identifier: Apache-2.0
// Jobs: one row per step of the road. A worker claims a job under a lease, works outside any transaction, and marks it
// done in the transaction that stores what the step produced. A crashed worker's lease runs out and the job comes back.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::store {

enum class JobState : std::uint8_t {
    Ready,   // may run at run_at
    Leased,  // a worker has it until lease_until
    Done,
    Parked,     // waits for a person; still blocks younger jobs of its order key
    Discarded,  // a person gave it up
};

// Order: among the unfinished (ready, leased, parked) jobs of one non-empty order_key only the first by (rank, id) may
// run. Keys run in parallel. A job with an empty key waits for nobody.
struct NewJob {
    std::string kind{};       // the step: "unwrap", "map", "post", …
    std::string document{};   // may be empty
    std::string message{};    // may be empty
    std::string order_key{};  // partner + purchase order
    std::int64_t rank =
        0;  // 0: its own id. Steps of one document copy Job::rank of the step before, so that a younger
            // document never gets between them
    std::optional<Instant> run_at{};  // absent: at once
};

struct Job {
    std::int64_t id = 0;  // ascending in the order of creation
    std::string kind{};
    std::string document{};
    std::string message{};
    std::string order_key{};
    std::int64_t rank = 0;
    JobState state = JobState::Ready;
    unsigned attempts = 0;  // how often it was claimed, this time included
    // Since it was made or a person last released it: how often it was claimed, and when for the first time. What gives up
    // after a while counts from there, for until then the job could not run.
    unsigned tries = 0;
    std::optional<Instant> first_try{};
    Instant run_at{};
    std::string lease_owner{};
    std::optional<Instant> lease_until{};
    std::uint64_t epoch =
        0;  // the fence: counts claims; done, retry, park and extend must name the claim they belong to
    std::string code{};  // of the last failure
    std::string reason{};
    Instant created{};
    Instant updated{};
};

struct ClaimRequest {
    std::string worker{};  // for people
    unsigned limit = 1;    // 1 to 1000
    std::chrono::seconds lease{120};
    std::vector<std::string> kinds{};  // empty: all
    std::vector<std::string>
        skip_key_prefixes;  // order keys that begin so are left alone (a paused partner)
};

struct JobFilter {
    std::optional<JobState> state{};
    std::string kind{};
    std::string document{};
    std::string message{};
    std::string order_key{};
    unsigned limit = 100;  // 1 to 10000, oldest first
};

// One try of one job, with what went wrong.
struct Attempt {
    std::int64_t job = 0;
    std::string kind{};
    std::string document{};
    std::string message{};
    unsigned number = 0;  // from 1
    Instant started{};
    Instant ended{};
    bool ok = false;
    std::string code{};                 // Error code; empty when ok
    std::string text{};                 // Error::text()
    std::string blame{};                // to_string(Blame); empty when ok
    std::optional<Instant> next_run{};  // when it is tried again; absent: done or parked
};

struct JobCount {
    std::string kind{};
    JobState state = JobState::Ready;
    std::int64_t count = 0;
    Instant oldest{};  // creation of the oldest of them
};

// Lanes (order keys) at whose head a parked job stands: nothing of them moves until a person acts.
struct StoppedLane {
    Job job{};                 // the parked one
    std::int64_t waiting = 0;  // unfinished jobs behind it
};

std::string_view to_string(JobState state);

}  // namespace sallyport::store
