// SPDX-License-Identifier: Apache-2.0
// One order for several stores becomes one order for each: once, whatever is killed when, and whatever comes again.
#include "answers_world.h"
#include "child.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace sallyport::flow::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const std::filesystem::path Shipped =
    std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped";

void write_map(const std::filesystem::path& path, const std::string& header) {
    std::filesystem::create_directories(path.parent_path());
    const Status done = write_file_durably(path,
                                           "map stores-850 version 1\n"
                                           "extends \"x12-850-base.map\"\n" +
                                               header + "\n");
    ASSERT_TRUE(done) << done.error().text();
}

constexpr const char* SplitHeader =
    "x12 004010 850 <-> order split by lines.allocations.buyer_code";

config::Partner chain_of_stores(const std::filesystem::path& map) {
    config::Partner partner = acme();
    partner.documents[0].map = map;
    partner.documents.push_back({.standard = "X12",
                                 .version = "004010",
                                 .set = "860",
                                 .map = shipped_map("x12-860-base.map")});
    return partner;
}

void use_map(World& world, const std::filesystem::path& map) {
    auto load = load_agreements({chain_of_stores(map)}, Shipped, schemas());
    for (const Error& fault : load.faults)
        ADD_FAILURE() << fault.text();
    world.agreements.swap(std::move(load.agreements));
}

// 16 and 6 for store 0417, 8 for 0422; 4 of the second line are for nobody.
std::string write_stores(const std::string& number = "PO-1",
                         const std::string& control = "000000001",
                         const std::string& stores = "0417*16*0422*8") {
    Order850 order{.number = number, .control = control};
    std::string text = write_850(order);
    text.replace(text.find("CTT*1~"),
                 std::string("CTT*1~SE*6*0001~").size(),
                 "SDQ*EA*92*" + stores +
                     "~PO1*2*10*EA*2.50*PE*VN*EDI-1002~SDQ*EA*92*0417*6~CTT*2~SE*9*0001~");
    return text;
}

std::vector<store::Document> parts_of_orders(World& world) {
    auto all = world.documents({.set = "850", .limit = 1000});
    std::erase_if(all, [](const store::Document& one) { return one.own_number.empty(); });
    return all;
}

std::vector<std::string> stores_of(World& world) {
    std::vector<std::string> names;
    for (const store::Document& part : parts_of_orders(world))
        names.push_back(part.own_number);
    return names;
}

store::Document whole_order(World& world) {
    for (store::Document& one : world.documents({.set = "850", .limit = 1000}))
        if (one.own_number.empty()) return std::move(one);
    ADD_FAILURE() << "no order came";
    return {};
}

void play(const std::filesystem::path& directory) {
    World world(directory);
    if (!std::filesystem::exists(directory / "partners/stores.map"))
        write_map(directory / "partners/stores.map", SplitHeader);
    use_map(world, directory / "partners/stores.map");
    take_over(world);
    world.run();
    world.receive(write_stores(), "stores");
}

class SplitOrder : public ::testing::Test {
protected:
    SplitOrder() {
        write_map(m_map, SplitHeader);
        use_map(m_world, m_map);
    }
    std::map<std::string, nlohmann::ordered_json> posted() const {
        std::map<std::string, nlohmann::ordered_json> by_store;
        for (const OrderPosting& call : m_world.back_office.calls)
            by_store[call.business_key.substr(call.business_key.rfind(':') + 1)] = call.order;
        return by_store;
    }

    testing_support::TempDir m_directory;
    std::filesystem::path m_map = m_directory.path() / "partners/stores.map";
    World m_world{m_directory.path()};
};

TEST_F(SplitOrder, BecomesAnOrderForEachStoreUnderTheOneNumber) {
    m_world.receive(write_stores(), "stores");
    EXPECT_EQ(m_world.back_office.orders(), 3U);
    const auto orders = posted();
    ASSERT_EQ(orders.size(), 3U);
    EXPECT_EQ(orders.at("0417")["lines"].size(), 2U);
    EXPECT_EQ(orders.at("0417")["lines"][0]["quantity"], "16");
    EXPECT_EQ(orders.at("0422")["lines"].size(), 1U);
    EXPECT_EQ(orders.at("0422")["lines"][0]["quantity"], "8");
    EXPECT_EQ(orders.at("(rest)")["lines"][0]["quantity"], "4");
    for (const auto& [store, order] : orders)
        EXPECT_EQ(order["number"], "PO-1") << store;
    EXPECT_EQ(orders.at("0417")["mark_for"]["buyer_code"], "0417");

    const store::Document whole = whole_order(m_world);
    EXPECT_EQ(whole.status.back_office, store::BackOfficeStatus::NotNeeded);
    EXPECT_EQ(whole.next.code, "flow.order.split");
    EXPECT_THAT(whole.next.reason, HasSubstr("3 orders, for 0417, 0422, (rest)"));
    for (const store::Document& part : parts_of_orders(m_world)) {
        EXPECT_EQ(part.parent, whole.id);
        EXPECT_EQ(part.business_number, "PO-1");
        EXPECT_EQ(part.payload_ref, whole.payload_ref) << "the original stays what it is of";
        EXPECT_EQ(part.status.back_office, store::BackOfficeStatus::Posted);
        const auto history = audit_of(m_world, part.id);
        ASSERT_EQ(history.size(), 2U);
        EXPECT_EQ(history[0].event, "document.split_off");
        EXPECT_EQ(history[1].event, "document.posted");
    }
    EXPECT_EQ(m_world.newest("997").business_number, "");
    expect_at_rest(m_world);
}

TEST_F(SplitOrder, TellsTheBackOfficeWhichOrdersAreSiblings) {
    m_world.receive(write_stores(), "stores");
    ASSERT_EQ(m_world.back_office.calls.size(), 3U);
    for (const OrderPosting& call : m_world.back_office.calls) {
        std::set<std::string> keys(call.siblings.begin(), call.siblings.end());
        EXPECT_EQ(keys.size(), 2U);
        EXPECT_FALSE(keys.contains(call.business_key));
        EXPECT_THAT(call.siblings, Each(HasSubstr("acme|Order|PO-1|part:")));
    }
}

TEST_F(SplitOrder, GivesNoSecondSetWhenItComesAgain) {
    m_world.receive(write_stores(), "stores");
    m_world.receive(write_stores("PO-1", "000000002"), "again");
    EXPECT_EQ(m_world.back_office.orders(), 3U);
    EXPECT_EQ(parts_of_orders(m_world).size(), 3U);
    EXPECT_EQ(m_world.newest("850").next.code, "flow.duplicate.business");
}

TEST_F(SplitOrder, WithOtherContentIsHeldAndReleasedIsRefusedStoreByStore) {
    m_world.receive(write_stores(), "stores");
    m_world.receive(write_stores("PO-1", "000000002", "0417*15*0501*1"), "other");
    const store::Document held = m_world.newest("850");
    ASSERT_EQ(held.next.code, "flow.business.conflict");
    ASSERT_TRUE(release_document(*m_world.tools, held.id, "operator:anna"));
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 4U) << "store 0501 is new";
    for (const store::Document& part : parts_of_orders(m_world)) {
        if (part.parent != held.id || part.own_number == "0501") continue;
        EXPECT_EQ(part.next.code, "flow.post.exists") << part.own_number;
    }
}

TEST_F(SplitOrder, StopsAtOneUnknownStoreWithoutStoppingTheOthers) {
    m_world.back_office.missing = {
        {.kind = "ship-to address", .value = "0417", .where = "ship_to", .remedy = "add it"}};
    m_world.receive(write_stores(), "stores");
    EXPECT_EQ(m_world.back_office.orders(), 2U);
    const auto parked = m_world.jobs(store::JobState::Parked);
    ASSERT_EQ(parked.size(), 1U);
    m_world.release(parked[0]);
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 3U);
    expect_at_rest(m_world);
}

TEST_F(SplitOrder, AllocatedBeyondWhatIsOrderedIsHeldAndNothingIsPosted) {
    m_world.receive(write_stores("PO-1", "000000001", "0417*16*0422*9"), "stores");
    const store::Document held = m_world.newest("850");
    EXPECT_EQ(held.next.code, "flow.map.held");
    EXPECT_THAT(held.next.reason, HasSubstr("allocated are 25, ordered are 24"));
    EXPECT_EQ(m_world.back_office.orders(), 0U);
}

TEST_F(SplitOrder, WithoutStoresIsOneOrder) {
    m_world.receive(write_850({}), "plain");
    EXPECT_EQ(m_world.back_office.orders(), 1U);
    EXPECT_TRUE(parts_of_orders(m_world).empty());
    EXPECT_EQ(m_world.back_office.calls.at(0).business_key, "acme|Order|PO-1");
}

TEST_F(SplitOrder, ThatWasPostedWholeBeforeTheMapSplitIsNotPostedAgainInParts) {
    write_map(m_map, "");
    use_map(m_world, m_map);
    m_world.receive(write_stores(), "whole");
    ASSERT_EQ(m_world.back_office.orders(), 1U);
    write_map(m_map, SplitHeader);
    use_map(m_world, m_map);
    m_world.receive(write_stores("PO-1", "000000002", "0417*15*0422*8"), "parts");
    ASSERT_TRUE(release_document(*m_world.tools, m_world.newest("850").id, "operator:anna"));
    m_world.run();
    EXPECT_EQ(m_world.newest("850").next.code, "flow.post.exists");
    EXPECT_EQ(m_world.back_office.orders(), 1U);
}

TEST_F(SplitOrder, ThatWasSplitIsNotPostedWholeWhenTheMapNoLongerSplits) {
    m_world.receive(write_stores(), "parts");
    write_map(m_map, "");
    use_map(m_world, m_map);
    m_world.receive(write_stores("PO-1", "000000002", "0417*15*0422*8"), "whole");
    ASSERT_TRUE(release_document(*m_world.tools, m_world.newest("850").id, "operator:anna"));
    m_world.run();
    EXPECT_EQ(m_world.newest("850").next.code, "flow.post.exists");
    EXPECT_THAT(m_world.newest("850").next.reason, HasSubstr("was split by store"));
    EXPECT_EQ(m_world.back_office.orders(), 3U);
}

TEST_F(SplitOrder, LeavesAChangeOfTheWholeToAPerson) {
    const std::string change =
        x12_reply(x12_set("860", "BCH*04*NE*PO-1**1*20261123*****20261124~POC*1*QI*31*6*EA~CTT*1~"),
                  {.control = "701", .functional_id = "PC", .version = "004010"});
    m_world.receive(change, "early");  // before its order
    EXPECT_EQ(m_world.newest("860").next.code, "flow.change.early");
    m_world.receive(write_stores(), "stores");
    EXPECT_EQ(m_world.newest("860").next.code, "flow.change.split");
    EXPECT_THAT(m_world.newest("860").next.reason, HasSubstr("sallyport thread PO-1"));
    EXPECT_TRUE(m_world.back_office.changes().empty());
    EXPECT_EQ(m_world.back_office.orders(), 3U);
}

TEST_F(SplitOrder, IsCancelledStoreByStoreByACancellationThatSplitsLikeIt) {
    m_world.receive(write_stores(), "stores");
    std::string cancellation = write_stores("PO-1", "000000002");
    cancellation.replace(cancellation.find("BEG*00"), 6, "BEG*01");
    m_world.receive(cancellation, "cancel");
    EXPECT_THAT(m_world.back_office.changes(),
                UnorderedElementsAre(EndsWith("|0417"), EndsWith("|0422"), EndsWith("|(rest)")));
    EXPECT_EQ(m_world.back_office.orders(), 3U);
    expect_at_rest(m_world);
}

TEST_F(SplitOrder, OfAnotherKindIsRefusedWhenTheAgreementIsLoaded) {
    const auto map = m_directory.path() / "partners/change.map";
    const Status done = write_file_durably(
        map,
        "map stores-860 version 1\nextends \"x12-860-base.map\"\n"
        "x12 004010 860 <-> order_change split by lines.allocations.buyer_code\n");
    ASSERT_TRUE(done);
    config::Partner partner = chain_of_stores(m_map);
    partner.documents[1].map = map;
    const auto load = load_agreements({partner}, Shipped, schemas());
    ASSERT_EQ(load.faults.size(), 1U);
    EXPECT_EQ(load.faults[0].code(), "map.split");
}

TEST(SplitOrderChild, Plays) {
    if (!played(play)) GTEST_SKIP() << NotByItself;
}

class SplitOrderCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(SplitOrderCrash, GivesOneSetOfOrders) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(
        kill_and_start_again(GetParam(), directory.path(), "SplitOrderChild.Plays"));
    World world(directory.path());
    expect_at_rest(world);
    EXPECT_EQ(world.back_office.orders(), 3U);
    EXPECT_THAT(stores_of(world), UnorderedElementsAre("0417", "0422", "(rest)"));
    EXPECT_EQ(world.documents({.back_office = store::BackOfficeStatus::Posted}).size(), 3U);
    EXPECT_EQ(whole_order(world).next.code, "flow.order.split");
}

// The first post is the order's own: it makes the parts. The three that follow are theirs.
INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         SplitOrderCrash,
                         ::testing::Values("map.commit.before",
                                           "map.commit.after",
                                           "post.commit.before",
                                           "post.commit.after",
                                           "post.before",
                                           "post.after",
                                           "post.commit.before:2",
                                           "post.commit.after:2",
                                           "post.commit.before:4",
                                           "post.commit.after:4"),
                         name_of_point);

}  // namespace
}  // namespace sallyport::flow::testing
