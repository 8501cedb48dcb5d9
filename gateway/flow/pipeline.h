// SPDX-License-Identifier: Apache-2.0
// Runs the durable jobs: a dispatcher claims, workers run one step each, every outcome is one unit of the store. Whatever
// kills the process, the rows say where to go on.
#pragma once

#include "gateway/flow/retry.h"
#include "gateway/flow/steps.h"
#include "gateway/store/store.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace sallyport::flow {

struct PipelineOptions {
    unsigned workers = 4;
    unsigned post_batch =
        50;  // documents that reach the back office in one step at most; 1 to 1000
    std::chrono::seconds lease{120};  // renewed at a third of its time while a step runs
    RetryPolicy retry;
    std::string worker =
        "gateway";  // lease owner; its leases of an earlier run are given back at start
    std::chrono::seconds sweep{30};  // how often late expectations and stopped lanes are looked for
    std::chrono::hours remind{1};    // how often a lane that stays stopped is said again
};

class Pipeline {
public:
    // `tools` and what it refers to outlive the pipeline.
    Pipeline(PipelineOptions options, const Tools& tools);
    ~Pipeline();  // stops
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;
    Pipeline(Pipeline&&) = delete;
    Pipeline& operator=(Pipeline&&) = delete;

    // Gives back the leases of an earlier run and starts the threads. Errors: of the store.
    Status start();
    // No new claims; steps in progress finish. Idempotent.
    void stop();
    // Something may have become ready. Thread-safe, cheap.
    void wake();
    bool running() const;

    // For commands and tests, instead of start(): runs what is ready now, on the calling thread, until nothing is.
    // The number of steps run. Must not be mixed with start().
    Result<std::size_t> run_until_idle();
    // Expectations past their time turn overdue and go to a person. How many turned.
    Result<std::size_t> sweep_overdue();
    // Lanes that a parked job stops: an error line when one is new, and again every `remind`; the gauges
    // sallyport_lanes_stopped, sallyport_lanes_waiting and sallyport_lanes_stopped_seconds. How many there are.
    Result<std::size_t> sweep_lanes();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::flow
