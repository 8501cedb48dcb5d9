// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/metrics.h"

#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

TEST(Metrics, WritesCountersAndGaugesInTheTextFormat) {
    Metrics metrics;
    metrics.count("sallyport_documents_total", {{"set", "850"}, {"result", "posted"}});
    metrics.count("sallyport_documents_total", {{"set", "850"}, {"result", "posted"}}, 2);
    metrics.set("sallyport_queue_depth", {}, 7);
    EXPECT_EQ(metrics.text(),
              "# TYPE sallyport_documents_total counter\n"
              "sallyport_documents_total{set=\"850\",result=\"posted\"} 3\n"
              "# TYPE sallyport_queue_depth gauge\n"
              "sallyport_queue_depth 7\n");
}

TEST(Metrics, EscapesWhatCouldForgeALine) {
    Metrics metrics;
    metrics.count("sallyport_refusals_total", {{"code", "a\"} 1\nfake 2\\"}});
    EXPECT_EQ(metrics.text(),
              "# TYPE sallyport_refusals_total counter\n"
              "sallyport_refusals_total{code=\"a\\\"} 1\\nfake 2\\\\\"} 1\n");
}

}  // namespace
}  // namespace sallyport::flow
