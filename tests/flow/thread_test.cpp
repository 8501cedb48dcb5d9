// SPDX-License-Identifier: Apache-2.0
// One purchase order from both sides: what happened, and what is due.
#include "gateway/flow/thread.h"

#include "outbound_world.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

using testing::Shop;
using testing::write_850;

OrderThread thread_of(Shop& shop, const std::string& number) {
    auto thread = store::read<OrderThread>(*shop.world.store, [&](store::Reader& reader) {
        return order_thread(reader, number, shop.world.clock.now());
    });
    EXPECT_TRUE(thread) << thread.error().text();
    return thread ? *thread : OrderThread{};
}

std::string texts(const OrderThread& thread) {
    std::string all;
    for (const ThreadEntry& entry : thread.entries)
        all += entry.text + "\n";
    return all;
}

TEST(Thread, ShowsTheOrderItsAnswerTheirReceiptsTheRecordAndWhatIsDue) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    shop.world.receive(write_850({}), "a");
    const std::string id = shop.send("PO-1");
    OrderThread thread = thread_of(shop, "PO-1");
    const std::string told = texts(thread);
    EXPECT_LT(told.find("850 from acme"), told.find("855 to acme")) << told;
    EXPECT_NE(told.find("997 to acme"), std::string::npos) << told;
    EXPECT_NE(told.find("odoo: S00042 (draft), id 42"), std::string::npos) << told;
    EXPECT_NE(told.find("receipt for 855 to acme: processed"), std::string::npos) << told;
    ASSERT_EQ(thread.waits.size(), 1U);
    EXPECT_EQ(thread.waits[0].actor, store::Actor::Partner);
    EXPECT_EQ(thread.waits[0].document, id);
    EXPECT_FALSE(thread.waits[0].late);
    ASSERT_TRUE(thread.waits[0].due);

    shop.world.clock.advance(std::chrono::hours(30));
    EXPECT_TRUE(thread_of(shop, "PO-1").waits.at(0).late);

    shop.world.receive(
        "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      "
        "*261123*0600*U*00401*000000009*0*P*>~GS*FA*ACMERETAIL*SALLYPORT*20261123*0600*9*X*004010~"
        "ST*997*0001~AK1*PR*1~AK9*A*1*1*1~SE*4*0001~GE*1*9~IEA*1*000000009~",
        "b");
    // The 997 for their order took group 1 of the same series before: our answer is in group 2.
    thread = thread_of(shop, "PO-1");
    EXPECT_EQ(shop.document(id).group_control, "2");
    shop.world.receive(
        "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      "
        "*261123*0600*U*00401*000000010*0*P*>~GS*FA*ACMERETAIL*SALLYPORT*20261123*0600*10*X*004010~"
        "ST*997*0001~AK1*PR*2~AK9*A*1*1*1~SE*4*0001~GE*1*10~IEA*1*000000010~",
        "c");
    thread = thread_of(shop, "PO-1");
    EXPECT_TRUE(thread.waits.empty()) << thread.waits.at(0).text;
    EXPECT_NE(texts(thread).find("997 from acme"), std::string::npos) << texts(thread);
}

TEST(Thread, OfANumberNobodyKnowsIsEmpty) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    const OrderThread thread = thread_of(shop, "PO-404");
    EXPECT_TRUE(thread.documents.empty());
    EXPECT_TRUE(thread.entries.empty());
}

}  // namespace
}  // namespace sallyport::flow
