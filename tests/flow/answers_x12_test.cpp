// SPDX-License-Identifier: Apache-2.0
// 999s, contradicting answers, answers about part of a group, and 824s that name documents by their own numbers.
#include "answers_world.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

using store::AckStatus;
using testing::answer_to_order;
using ::testing::HasSubstr;
using testing::Shop;
using testing::submit;
using testing::use_compiled;
using testing::x12_reply;
using testing::x12_set;

class Answers999 : public ::testing::Test {
protected:
    Answers999() { agree(testing::later_seller()); }

    void agree(const config::Partner& partner) {
        use_compiled<testing::later_seller>(shop.world, partner);
    }
    std::string send(const std::string& number) {
        return submit(shop, number, answer_to_order(number));
    }
    std::vector<std::string> send_batch_of_three() {
        auto partner = testing::later_seller();
        partner.documents.back().batch = std::chrono::minutes(5);
        agree(partner);
        std::vector<std::string> ids{send("PO-1"), send("PO-2"), send("PO-3")};
        shop.world.clock.advance(std::chrono::minutes(5));
        shop.world.run();
        return ids;
    }
    // A 999 (or `set`) about our group PR 1; `body` goes from the AK1 to the AK9.
    void hear(const std::string& body, const std::string& set = "999") {
        ++m_heard;
        const std::string version = set == "999" ? "005010" : "004010";
        shop.world.receive(
            x12_reply(x12_set(set, body),
                      {.control = std::to_string(500 + m_heard), .version = version}),
            "answer-" + std::to_string(m_heard));
    }
    void hear_824(const std::string& body) {
        ++m_heard;
        shop.world.receive(x12_reply(x12_set("824", "BGN*11*55*20261123~" + body),
                                     {.control = std::to_string(500 + m_heard),
                                      .functional_id = "AG",
                                      .version = "004010"}),
                           "answer-" + std::to_string(m_heard));
    }
    AckStatus status(const std::string& id) { return shop.document(id).status.acknowledgement; }
    std::string reason(const std::string& id) { return shop.document(id).next.reason; }
    std::size_t sweep() {
        shop.world.clock.advance(std::chrono::hours(48));
        const auto overdue = shop.world.pipeline->sweep_overdue();
        EXPECT_TRUE(overdue);
        return overdue ? *overdue : 99;
    }

    testing_support::TempDir directory;
    Shop shop{directory.path()};

private:
    unsigned m_heard = 0;
};

TEST_F(Answers999, AnAcceptingOneSettlesTheDocumentAndItsDeadlineAndIsNotAcknowledged) {
    const std::string id = send("PO-1");
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("*005010~ST*855*"));
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*A~AK9*A*1*1*1~");
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, AckStatus::Accepted)
        << shop.world.newest("999").next.reason;
    EXPECT_EQ(document.next.actor, store::Actor::Nobody);
    EXPECT_EQ(status(document.parent), AckStatus::Accepted);
    EXPECT_EQ(shop.world.newest("999").acknowledges, document.parent);
    EXPECT_EQ(shop.world.sender.sent().size(), 1U) << "no acknowledgement of an acknowledgement";
    EXPECT_EQ(sweep(), 0U);
    const auto audit = testing::audit_of(shop.world, id);
    ASSERT_FALSE(audit.empty());
    EXPECT_EQ(audit.back().event, "ack.received");
    EXPECT_THAT(audit.back().detail, HasSubstr("\"before\":\"expected\""));
    EXPECT_THAT(audit.back().detail, HasSubstr("\"by\":\"999\""));
}

TEST_F(Answers999, ARejectingOneSaysItInWordsItsOwnOnesForGuidesIncluded) {
    const std::string id = send("PO-1");
    hear(
        "AK1*PR*1*005010~AK2*855*0001~IK3*PO1*3**8~IK4*3*355*7*XX~IK4*9*234*I10~IK3*REF*4**I6~"
        "IK5*R*5*I6~AK9*R*1*1*0~");
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, AckStatus::Rejected)
        << shop.world.newest("999").next.reason;
    EXPECT_EQ(document.next.code, "flow.ack.rejected");
    EXPECT_EQ(document.next.actor, store::Actor::Coordinator);
    EXPECT_TRUE(document.next.due);
    EXPECT_THAT(
        document.next.reason,
        HasSubstr("PO1 (segment 3), element 3: the value is not in its code list: XX [ak4.7]"));
    EXPECT_THAT(document.next.reason, HasSubstr("the guide does not use the element [ak4.I10]"));
    EXPECT_THAT(document.next.reason, HasSubstr("the partner's guide is not supported [ak5.I6]"));
    EXPECT_THAT(shop.octets(document.faults_ref), HasSubstr("ak3.I6"));
}

TEST_F(Answers999, OneRejectedOfAGroupLeavesTheOthersAccepted) {
    const auto ids = send_batch_of_three();
    hear(
        "AK1*PR*1*005010~AK2*855*0001~IK5*A~AK2*855*0002~IK3*PO1*3**8~IK4*3*355*7*XX~IK5*R*5~"
        "AK2*855*0003~IK5*E*5~AK9*P*3*3*2~");
    EXPECT_EQ(status(ids[0]), AckStatus::Accepted);
    EXPECT_EQ(status(ids[1]), AckStatus::Rejected);
    EXPECT_EQ(status(ids[2]), AckStatus::AcceptedWithFaults);
    EXPECT_EQ(shop.document(ids[2]).next.code, "flow.ack.faults");
    EXPECT_EQ(status(shop.document(ids[0]).parent), AckStatus::PartlyAccepted);
    EXPECT_EQ(sweep(), 0U);
}

TEST_F(Answers999, OneAboutAGroupWeNeverSentIsSeenAndTheWaitGoesOn) {
    const std::string id = send("PO-1");
    hear("AK1*PR*77*005010~AK9*A*1*1*1~");
    EXPECT_EQ(shop.world.newest("999").next.code, "flow.ack.unmatched");
    EXPECT_THAT(shop.world.newest("999").next.reason, HasSubstr("999 of group PR 77"));
    EXPECT_EQ(status(id), AckStatus::Expected);
    EXPECT_EQ(sweep(), 1U);
    EXPECT_EQ(status(id), AckStatus::Overdue);
    EXPECT_EQ(shop.document(id).next.code, "flow.answer.overdue");
}

TEST_F(Answers999, ASetWeNeverSentInAKnownGroupIsSeenAndTheRestIsSettled) {
    const std::string id = send("PO-1");
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*A~AK2*855*0009~IK5*R*5~AK9*P*2*2*1~");
    EXPECT_EQ(status(id), AckStatus::Accepted);
    const auto heard = shop.world.newest("999");
    EXPECT_EQ(heard.next.code, "flow.ack.unmatched");
    EXPECT_THAT(heard.next.reason, HasSubstr("999 of 855 0009, which is not in interchange 1"));
    EXPECT_EQ(heard.acknowledges, shop.document(id).parent);
}

TEST_F(Answers999, AGroupRejectedAsAWholeTakesItsGoodSetsAlong) {
    const auto ids = send_batch_of_three();
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*A~AK9*R*3*3*0*5~");
    for (const std::string& id : ids) {
        EXPECT_EQ(status(id), AckStatus::Rejected);
        EXPECT_THAT(reason(id), HasSubstr("the number of transactions is wrong [ak9.5]"));
    }
    EXPECT_EQ(status(shop.document(ids[0]).parent), AckStatus::Rejected);
}

TEST_F(Answers999, PartialAcceptanceThatNamesNobodyIsAcceptanceOfNobody) {
    const auto ids = send_batch_of_three();
    hear("AK1*PR*1*005010~AK9*P*3*3*2~");
    for (const std::string& id : ids) {
        EXPECT_EQ(status(id), AckStatus::PartlyAccepted);
        EXPECT_EQ(shop.document(id).next.code, "flow.ack.rejected");
    }
}

TEST_F(Answers999, FewerThanWeSentIsNotCalmlyAccepted) {
    const auto ids = send_batch_of_three();
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*A~AK9*A*1*1*1~");
    EXPECT_EQ(status(ids[0]), AckStatus::Accepted) << "it is named";
    EXPECT_EQ(status(ids[1]), AckStatus::AcceptedWithFaults);
    EXPECT_THAT(reason(ids[1]), HasSubstr("the partner counted 1 of 3 documents"));
    EXPECT_EQ(shop.document(ids[1]).next.actor, store::Actor::Coordinator);
}

TEST_F(Answers999, ASecondOneThatContradictsCountsAndTheFirstStaysInTheAudit) {
    const std::string id = send("PO-1");
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*A~AK9*A*1*1*1~");
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*R*5~AK9*R*1*1*0~");
    EXPECT_EQ(status(id), AckStatus::Rejected);
    EXPECT_EQ(shop.document(id).next.actor, store::Actor::Coordinator);
    auto audit = testing::audit_of(shop.world, id);
    ASSERT_GE(audit.size(), 2U);
    EXPECT_EQ(audit.back().event, "ack.rejected");
    EXPECT_THAT(audit.back().detail, HasSubstr("\"before\":\"accepted\""));
    EXPECT_EQ(audit[audit.size() - 2].event, "ack.received");
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*A~AK9*A*1*1*1~");
    EXPECT_EQ(status(id), AckStatus::Accepted);
    EXPECT_EQ(shop.document(id).next.actor, store::Actor::Nobody);
    EXPECT_EQ(status(shop.document(id).parent), AckStatus::Accepted);
}

TEST_F(Answers999, TwoThatComeTogetherAreTakenInTheOrderTheyCame) {
    const std::string id = send("PO-1");
    for (const char* outcome : {"R*5~AK9*R*1*1*0~", "A~AK9*A*1*1*1~", "R*5~AK9*R*1*1*0~"}) {
        static unsigned number = 600;
        shop.world.clock.advance(std::chrono::milliseconds(10));
        const auto octets =
            x12_reply(x12_set("999", std::string("AK1*PR*1*005010~AK2*855*0001~IK5*") + outcome),
                      {.control = std::to_string(++number)});
        ASSERT_TRUE(shop.world.admit(octets, "together-" + std::to_string(number)));
    }
    shop.world.run();
    EXPECT_EQ(status(id), AckStatus::Rejected) << "the last one";
    const auto audit = testing::audit_of(shop.world, id);
    std::vector<std::string> verdicts;
    for (const auto& entry : audit)
        if (entry.event.starts_with("ack.")) verdicts.push_back(entry.event);
    EXPECT_THAT(verdicts, ::testing::ElementsAre("ack.rejected", "ack.received", "ack.rejected"));
}

TEST_F(Answers999, AFaulty997IsNotTakenAndAPersonLearnsOfIt) {
    const std::string id = send("PO-1");
    std::string body = x12_set("997", "AK1*PR*1~AK2*855*0001~AK5*R*5~AK9*R*1*1*0~");
    body.replace(body.find("SE*6"), 4, "SE*9");
    shop.world.receive(x12_reply(body, {.version = "004010"}), "faulty");
    auto heard = shop.world.newest("997");
    EXPECT_EQ(heard.status.content, store::ContentStatus::Invalid);
    EXPECT_EQ(heard.next.code, "flow.ack.invalid");
    EXPECT_EQ(heard.next.actor, store::Actor::Coordinator);
    EXPECT_EQ(shop.world.sender.sent().size(), 1U) << "nobody tells the partner by wire";
    EXPECT_EQ(status(id), AckStatus::Expected);
    ASSERT_TRUE(release_document(*shop.world.tools, heard.id, "operator:anna"));
    shop.world.run();
    EXPECT_EQ(status(id), AckStatus::Rejected) << "taken as it is, since a person said so";
    heard = shop.document(heard.id);
    EXPECT_EQ(heard.next.actor, store::Actor::Nobody);
    EXPECT_EQ(heard.status.back_office, store::BackOfficeStatus::NotNeeded);
}

TEST_F(Answers999, An824ThatNamesTheDocumentByItsOwnNumberFindsIt) {
    const std::string first = send("PO-1");
    const std::string second = send("PO-2");
    hear_824("OTI*TR*IV*OUR-PO-2~TED*010*TOTAL IS WRONG~");
    EXPECT_EQ(status(first), AckStatus::Expected);
    const auto document = shop.document(second);
    EXPECT_EQ(document.status.acknowledgement, AckStatus::Rejected)
        << shop.world.newest("824").next.reason;
    EXPECT_EQ(document.next.code, "flow.ack.refused");
    EXPECT_THAT(document.next.reason, HasSubstr("TOTAL IS WRONG [824.010]"));
}

TEST_F(Answers999, An824ThatFitsTwoDocumentsIsNotGuessed) {
    const auto canonical = answer_to_order("PO-1");
    const std::string first = submit(shop, "PO-1", canonical);
    auto submission = testing::submission_of("odoo/again", canonical);
    submission.own_number = "OUR-PO-1b";
    const auto again = shop.outbound->submit(submission);
    ASSERT_TRUE(again);
    shop.world.run();
    hear_824("OTI*TR*PO*PO-1~TED*848~");
    EXPECT_EQ(status(first), AckStatus::Expected);
    EXPECT_EQ(status(again->document), AckStatus::Expected);
    const auto heard = shop.world.newest("824");
    EXPECT_EQ(heard.next.code, "flow.ack.unmatched");
    EXPECT_THAT(heard.next.reason, HasSubstr("several of ours are called so"));
}

TEST_F(Answers999, ThatItCouldBeReadDoesNotUndoThatItWasRefused) {
    const std::string id = send("PO-1");
    hear_824("OTI*TR*IV*OUR-PO-1~TED*007~");
    ASSERT_EQ(status(id), AckStatus::Rejected);
    EXPECT_THAT(reason(id), HasSubstr("data are missing [824.007]"));
    hear("AK1*PR*1*005010~AK2*855*0001~IK5*A~AK9*A*1*1*1~");
    EXPECT_EQ(status(id), AckStatus::Rejected);
    EXPECT_EQ(shop.document(id).next.code, "flow.ack.refused");
    EXPECT_EQ(status(shop.document(id).parent), AckStatus::Rejected);
    EXPECT_EQ(sweep(), 0U) << "the 999 has come all the same";
    hear_824("OTI*TA*IV*OUR-PO-1~");
    EXPECT_EQ(status(id), AckStatus::Accepted) << "but their application may think again";
}

TEST_F(Answers999, WhatIsLateDoesNotHideWhatTheyRefused) {
    const std::string id = send("PO-1");
    hear_824("OTI*TR*IV*OUR-PO-1~TED*007~");
    EXPECT_EQ(sweep(), 1U) << "their 999 has not come";
    EXPECT_EQ(status(id), AckStatus::Rejected);
    EXPECT_EQ(shop.document(id).next.code, "flow.ack.refused");
}

}  // namespace
}  // namespace sallyport::flow
