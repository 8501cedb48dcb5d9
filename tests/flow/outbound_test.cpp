// SPDX-License-Identifier: Apache-2.0
// The door for what goes out, on a real store and the shipped 855 map.
#include "gateway/flow/outbound.h"

#include "outbound_world.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/decisions.h"
#include "parsers/guide.h"
#include "parsers/x12.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::flow {
namespace {

using testing::answer_to_order;
using testing::deaf;
using testing::seller;
using testing::sent_octets;
using testing::Shop;
using testing::submission_of;
using testing::use_seller;

TEST(Outbound, BecomesOneInterchangeAtThePartner) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    const auto canonical = answer_to_order("PO-1");
    const auto submitted = shop.outbound->submit(submission_of("odoo/1/rev1", canonical));
    ASSERT_TRUE(submitted) << submitted.error().text();
    EXPECT_FALSE(submitted->existed);
    shop.world.run();

    const auto document = shop.document(submitted->document);
    EXPECT_EQ(document.status.content, store::ContentStatus::Valid) << document.next.reason;
    EXPECT_EQ(document.status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_EQ(document.status.acknowledgement, store::AckStatus::Expected);
    EXPECT_EQ(document.next.actor, store::Actor::Partner);
    EXPECT_EQ(document.set, "855");
    EXPECT_EQ(document.business_number, "PO-1");
    EXPECT_EQ(document.interchange_control, "1");
    EXPECT_EQ(document.group_control, "1");
    EXPECT_EQ(document.transaction_control, "0001");
    ASSERT_EQ(shop.world.sender.sent().size(), 1U);
    const std::string wire = sent_octets(shop.world);
    EXPECT_NE(wire.find("ISA*00*          *00*          *ZZ*SALLYPORT      *ZZ*ACMERETAIL     *"),
              std::string::npos)
        << wire;
    EXPECT_NE(wire.find("*000000001*0*P*>~GS*PR*SALLYPORT*ACMERETAIL*"), std::string::npos) << wire;
    EXPECT_NE(wire.find("BAK*00*AC*PO-1*"), std::string::npos) << wire;
    EXPECT_EQ(shop.octets(document.payload_ref), wire) << "alone in it: the same octets";
}

TEST(Outbound, TheSameKeyIsTheSameDocument) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    const auto canonical = answer_to_order("PO-1");
    const auto first = shop.outbound->submit(submission_of("odoo/1/rev1", canonical));
    ASSERT_TRUE(first);
    shop.world.run();
    const auto second = shop.outbound->submit(submission_of("odoo/1/rev1", canonical));
    ASSERT_TRUE(second) << second.error().text();
    EXPECT_TRUE(second->existed);
    EXPECT_EQ(second->document, first->document);
    shop.world.run();
    EXPECT_EQ(shop.world.sender.sent().size(), 1U);

    const auto found = shop.outbound->find("odoo/1/rev1");
    ASSERT_TRUE(found);
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->document.id, first->document);
    ASSERT_TRUE((*found)->envelope);
    EXPECT_EQ((*found)->envelope->interchange_control, "1");
    const auto never = shop.outbound->find("odoo/1/rev2");
    ASSERT_TRUE(never);
    EXPECT_FALSE(*never);
}

TEST(Outbound, TheOrderOfMembersIsNoOtherContent) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    const auto canonical = answer_to_order("PO-1");
    nlohmann::ordered_json turned;
    for (auto at = canonical.end(); at != canonical.begin();) {
        --at;
        turned[at.key()] = at.value();
    }
    ASSERT_TRUE(shop.outbound->submit(submission_of("odoo/1/rev1", canonical)));
    const auto again = shop.outbound->submit(submission_of("odoo/1/rev1", turned));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_TRUE(again->existed);
}

TEST(Outbound, AKeyWithOtherContentIsRefusedAndNamesTheFirst) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    const auto first = shop.outbound->submit(submission_of("odoo/1/rev1", answer_to_order("PO-1")));
    ASSERT_TRUE(first);
    auto changed = answer_to_order("PO-1");
    changed["status"] = "rejected";
    const auto second = shop.outbound->submit(submission_of("odoo/1/rev1", changed));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), "flow.submit.conflict");
    EXPECT_NE(second.error().text().find(first->document), std::string::npos);
}

TEST(Outbound, AnUnknownPartnerIsRefusedBeforeAnythingIsStored) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    const auto canonical = answer_to_order("PO-1");
    auto submission = submission_of("odoo/1/rev1", canonical);
    submission.partner = "acmee";
    const auto answer = shop.outbound->submit(submission);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), "flow.agreement.unknown");
    EXPECT_TRUE(shop.world.documents().empty());
}

TEST(Outbound, NumbersFollowEachOtherAndTestHasItsOwn) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    for (int number = 1; number <= 3; ++number)
        (void)shop.send("PO-" + std::to_string(number));
    auto partner = seller();
    partner.x12.test = true;
    use_seller(shop.world, partner);
    const auto test = shop.document(shop.send("PO-4"));
    EXPECT_EQ(test.interchange_control, "1");
    EXPECT_TRUE(test.test);
    std::set<std::string> numbers;
    for (const auto& one : shop.world.documents({.level = store::DocumentLevel::Interchange}))
        if (!one.test) numbers.insert(one.interchange_control);
    EXPECT_EQ(numbers, (std::set<std::string>{"1", "2", "3"}));
}

TEST(Outbound, WhatNobodyAgreedWaitsAndGoesWhenItIsAgreed) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    auto without = seller();
    without.documents.pop_back();
    shop.world.use(without);
    const std::string id = shop.send("PO-1");
    auto document = shop.document(id);
    EXPECT_EQ(document.next.code, "flow.outbound.none");
    EXPECT_EQ(document.next.actor, store::Actor::Administrator);
    EXPECT_EQ(document.status.delivery, store::DeliveryStatus::Failed);
    EXPECT_TRUE(shop.world.sender.sent().empty());

    use_seller(shop.world, seller());
    ASSERT_TRUE(release_document(*shop.world.tools, id, "anna"));
    shop.world.run();
    document = shop.document(id);
    EXPECT_EQ(document.status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_EQ(document.interchange_control, "1") << "nothing was numbered before";
}

TEST(Outbound, WhatThePartnerForbidsWaitsWithItsFaultsAndTakesNoNumber) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    auto strict = std::make_shared<Agreement>(*shop.world.agreements.by_name("acme"));
    auto guide = edi::Guide::parse(
        "in x12 004010 855\n  forbid PO1/ACK\n", "acme.guide", testing::schemas());
    ASSERT_TRUE(guide) << guide.error().text();
    strict->guide = std::make_shared<const edi::Guide>(*std::move(guide));
    shop.world.agreements.swap({strict});
    const auto document = shop.document(shop.send("PO-1"));
    EXPECT_EQ(document.next.code, "flow.outbound.invalid") << document.next.reason;
    EXPECT_NE(document.next.reason.find("ACK"), std::string::npos) << document.next.reason;
    EXPECT_EQ(document.status.content, store::ContentStatus::Invalid);
    EXPECT_EQ(document.status.delivery, store::DeliveryStatus::Failed);
    EXPECT_FALSE(document.faults_ref.empty());
    EXPECT_TRUE(document.interchange_control.empty());

    use_seller(shop.world, seller());
    ASSERT_TRUE(release_document(*shop.world.tools, document.id, "anna"));
    shop.world.run();
    const auto sent = shop.document(document.id);
    EXPECT_EQ(sent.status.content, store::ContentStatus::Valid);
    EXPECT_TRUE(sent.faults_ref.empty()) << "those of the first try are gone";
    EXPECT_EQ(sent.interchange_control, "1");
}

TEST(Outbound, WhatTheMapRefusesWaitsAndCanBeGivenUp) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    auto canonical = answer_to_order("PO-1");
    canonical["order"]["number"] = std::string(40, '9');  // BAK03 takes 22
    const auto submitted = shop.outbound->submit(submission_of("odoo/1/rev1", canonical));
    ASSERT_TRUE(submitted);
    shop.world.run();
    const auto document = shop.document(submitted->document);
    EXPECT_EQ(document.next.code, "flow.outbound.rejected") << document.next.reason;
    EXPECT_NE(document.next.reason.find("BAK.03"), std::string::npos) << document.next.reason;
    ASSERT_TRUE(discard_document(*shop.world.tools, document.id, "anna", "rev2 replaces it"));
    EXPECT_EQ(shop.document(document.id).status.delivery, store::DeliveryStatus::NotNeeded);
    EXPECT_EQ(shop.document(shop.send("PO-2")).interchange_control, "1");
}

TEST(Outbound, DocumentsOfOneOrderLeaveInTheirSequence) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    auto bad = answer_to_order("PO-1");
    bad["order"]["number"] = std::string(40, '9');
    const auto first = shop.outbound->submit(submission_of("a", bad));
    const auto good = answer_to_order("PO-1");
    const auto second = shop.outbound->submit(submission_of("b", good));
    const auto other = answer_to_order("PO-2");
    auto elsewhere = submission_of("c", other);
    elsewhere.business_number = "PO-2";
    const auto third = shop.outbound->submit(elsewhere);
    ASSERT_TRUE(first && second && third);
    shop.world.run();
    EXPECT_EQ(shop.document(second->document).status.delivery, store::DeliveryStatus::Pending)
        << "waits behind the first answer to the same order";
    EXPECT_EQ(shop.document(third->document).status.delivery, store::DeliveryStatus::Delivered);
    ASSERT_TRUE(discard_document(*shop.world.tools, first->document, "anna", "wrong"));
    shop.world.run();
    EXPECT_EQ(shop.document(second->document).status.delivery, store::DeliveryStatus::Delivered);
}

TEST(Outbound, ABatchIsOneInterchangeWithAGroupOfAll) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    auto partner = seller();
    partner.documents.back().batch = std::chrono::minutes(15);
    use_seller(shop.world, partner);
    std::vector<std::string> ids;
    for (int number = 1; number <= 3; ++number)
        ids.push_back(shop.send("PO-" + std::to_string(number)));
    EXPECT_TRUE(shop.world.sender.sent().empty()) << "its time has not come";
    shop.world.clock.advance(std::chrono::minutes(15));
    shop.world.run();
    ASSERT_EQ(shop.world.sender.sent().size(), 1U);
    std::set<std::string> parents, controls;
    for (const std::string& id : ids) {
        const auto document = shop.document(id);
        EXPECT_EQ(document.status.delivery, store::DeliveryStatus::Delivered);
        parents.insert(document.parent);
        controls.insert(document.transaction_control);
        EXPECT_NE(shop.octets(document.payload_ref).find(document.business_number),
                  std::string::npos);
    }
    EXPECT_EQ(parents.size(), 1U);
    EXPECT_EQ(controls, (std::set<std::string>{"0001", "0002", "0003"}));
    const auto read = edi::read_x12(sent_octets(shop.world));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->interchanges.at(0).groups.at(0).transactions.size(), 3U);
}

TEST(Outbound, TheDeadlineOfTheAcknowledgementCountsFromTheDelivery) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    shop.world.sender.failures.push_back(Error("net", Blame::Network, "no route"));
    const std::string id = shop.send("PO-1");
    shop.world.clock.advance(std::chrono::hours(1));
    shop.world.run();
    const auto document = shop.document(id);
    ASSERT_TRUE(document.next.due);
    EXPECT_EQ(*document.next.due, shop.world.clock.now() + std::chrono::hours(24));
    shop.world.clock.advance(std::chrono::hours(24) + std::chrono::seconds(1));
    const auto overdue = shop.world.pipeline->sweep_overdue();
    ASSERT_TRUE(overdue);
    EXPECT_EQ(*overdue, 1U);
    EXPECT_EQ(shop.document(id).status.acknowledgement, store::AckStatus::Overdue);
}

TEST(Outbound, APartnerThatNeverAcknowledgesIsNotWaitedFor) {
    const testing_support::TempDir directory;
    Shop shop(directory.path());
    use_seller(shop.world, deaf());
    const auto document = shop.document(shop.send("PO-1"));
    EXPECT_EQ(document.status.acknowledgement, store::AckStatus::NotNeeded);
    EXPECT_EQ(document.next.actor, store::Actor::Nobody);
}

}  // namespace
}  // namespace sallyport::flow
