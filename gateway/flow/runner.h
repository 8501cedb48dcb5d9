// SPDX-License-Identifier: Apache-2.0
// One claimed job to its outcome: the step, and the unit that stores what it produced or why it failed.
// Private to gateway/flow.
#pragma once

#include "gateway/flow/retry.h"
#include "gateway/flow/steps.h"

#include <string>
#include <vector>

namespace sallyport::flow {

// The kinds of all steps but Post.
std::vector<std::string> kinds_but_post();

// Thread-safe.
class Runner {
public:
    Runner(RetryPolicy policy, const Tools& tools) : m_policy(policy), m_tools(tools) {}

    // An error means that the outcome itself could not be stored: the lease will run out and the job come back.
    Status run(const store::Job& job) const;
    // Post jobs of different lanes, made together; each has an outcome and a unit of its own.
    void run_posts(const std::vector<store::Job>& jobs) const;

private:
    struct Begun {
        Instant started;
        std::uint64_t generation;  // of the agreements
    };
    Status conclude(const store::Job& job,
                    const Begun& begun,
                    const Result<Commit>& produced) const;
    Status succeed(const store::Job& job, Instant started, const Commit& commit) const;
    Status fail(const store::Job& job, const Begun& begun, const Error& error) const;

    RetryPolicy m_policy;
    const Tools& m_tools;
};

}  // namespace sallyport::flow
