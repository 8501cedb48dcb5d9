// SPDX-License-Identifier: Apache-2.0
// CONTRL and APERAK about what we sent: ORDRSP D.96A, alone and in batches.
#include "answers_world.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

using store::AckStatus;
using testing::aperak;
using testing::contrl;
using ::testing::HasSubstr;
using testing::Shop;
using testing::use_compiled;

class AnswersEdifact : public ::testing::Test {
protected:
    AnswersEdifact() { agree(testing::grocer()); }

    void agree(const config::Partner& partner) {
        use_compiled<testing::grocer>(shop.world, partner);
    }
    std::string send(const std::string& number) {
        return testing::submit(shop, number, testing::order_response(number));
    }
    std::vector<std::string> send_batch_of_two() {
        auto partner = testing::grocer();
        partner.documents.back().batch = std::chrono::minutes(5);
        agree(partner);
        std::vector<std::string> ids{send("PO-1"), send("PO-2")};
        shop.world.clock.advance(std::chrono::minutes(5));
        shop.world.run();
        return ids;
    }
    void hear(const std::string& message) {
        const std::string control = std::to_string(70 + ++m_heard);
        shop.world.receive(testing::edifact_reply(message, control), "answer-" + control);
    }
    AckStatus status(const std::string& id) { return shop.document(id).status.acknowledgement; }
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

TEST_F(AnswersEdifact, AContrlThatAcknowledgesSettlesTheMessageAndItsDeadline) {
    const std::string id = send("PO-1");
    ASSERT_EQ(shop.world.sender.sent().size(), 1U) << shop.document(id).next.reason;
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("UNH+1+ORDRSP:D:96A:UN"));
    EXPECT_EQ(status(id), AckStatus::Expected);
    hear(contrl("1", "7"));
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, AckStatus::Accepted)
        << shop.world.newest("CONTRL").next.reason;
    EXPECT_EQ(document.next.actor, store::Actor::Nobody);
    EXPECT_EQ(status(document.parent), AckStatus::Accepted);
    EXPECT_EQ(shop.world.newest("CONTRL").acknowledges, document.parent);
    EXPECT_EQ(shop.world.sender.sent().size(), 1U) << "a CONTRL is not answered";
    EXPECT_EQ(sweep(), 0U);
    EXPECT_EQ(testing::audit_of(shop.world, id).back().event, "ack.received");
}

TEST_F(AnswersEdifact, AContrlThatOnlyReceivedLeavesTheWait) {
    const std::string id = send("PO-1");
    hear(contrl("1", "8"));
    EXPECT_EQ(status(id), AckStatus::Expected);
    EXPECT_EQ(shop.world.newest("CONTRL").next.actor, store::Actor::Nobody);
    EXPECT_EQ(sweep(), 1U);
    EXPECT_EQ(status(id), AckStatus::Overdue);
}

TEST_F(AnswersEdifact, OneRejectedMessageOfABatchIsNamedWithSegmentAndWords) {
    const auto ids = send_batch_of_two();
    ASSERT_EQ(shop.world.sender.sent().size(), 1U);
    hear(contrl(
        "1", "7", "UCM+1+ORDRSP:D:96A:UN+7'UCM+2+ORDRSP:D:96A:UN+4'UCS+5'UCD+12+2:1'UCS+9+36'"));
    EXPECT_EQ(status(ids[0]), AckStatus::Accepted);
    const auto document = shop.document(ids[1]);
    EXPECT_EQ(document.status.acknowledgement, AckStatus::Rejected);
    EXPECT_THAT(document.next.reason, HasSubstr("the value is invalid [contrl.12]"));
    EXPECT_THAT(document.next.reason, HasSubstr("a segment group occurs too often [contrl.36]"));
    EXPECT_THAT(shop.octets(document.faults_ref), HasSubstr("\"position\":5"));
    EXPECT_EQ(status(document.parent), AckStatus::PartlyAccepted);
    EXPECT_EQ(sweep(), 0U);
}

TEST_F(AnswersEdifact, AnInterchangeRejectedTakesAllAlong) {
    const auto ids = send_batch_of_two();
    hear(contrl("1", "4+23+UNB+2:1"));
    for (const std::string& id : ids) {
        EXPECT_EQ(status(id), AckStatus::Rejected);
        EXPECT_THAT(shop.document(id).next.reason,
                    HasSubstr("the sender is not known [contrl.23]"));
    }
    EXPECT_EQ(status(shop.document(ids[0]).parent), AckStatus::Rejected);
    EXPECT_EQ(sweep(), 0U);
}

TEST_F(AnswersEdifact, OneAboutAnInterchangeWeNeverSentIsSeenAndTheWaitGoesOn) {
    const std::string id = send("PO-1");
    hear(contrl("4711", "7"));
    EXPECT_EQ(shop.world.newest("CONTRL").next.code, "flow.ack.unmatched");
    EXPECT_THAT(shop.world.newest("CONTRL").next.reason, HasSubstr("CONTRL of interchange 4711"));
    EXPECT_EQ(status(id), AckStatus::Expected);
    EXPECT_EQ(sweep(), 1U);
}

TEST_F(AnswersEdifact, AMessageWeNeverSentIsSeenAndTheRestIsSettled) {
    const std::string id = send("PO-1");
    hear(contrl("1", "7", "UCM+1+ORDRSP:D:96A:UN+7'UCM+5+ORDRSP:D:96A:UN+4+18'"));
    EXPECT_EQ(status(id), AckStatus::Accepted);
    EXPECT_THAT(shop.world.newest("CONTRL").next.reason,
                HasSubstr("CONTRL of ORDRSP 5, which is not in interchange 1"));
}

// A network may have put our messages into a group on the way: they keep their numbers.
TEST_F(AnswersEdifact, AMessageNamedUnderAGroupIsOurs) {
    const auto ids = send_batch_of_two();
    hear(contrl("1",
                "7",
                "UCF+9+4000001000005:14+4012345000009:14+7'UCM+1+ORDRSP:D:96A:UN+7'"
                "UCM+2+ORDRSP:D:96A:UN+4'UCS+5+15'"));
    EXPECT_EQ(status(ids[0]), AckStatus::Accepted);
    EXPECT_EQ(status(ids[1]), AckStatus::Rejected);
    EXPECT_EQ(status(shop.document(ids[0]).parent), AckStatus::PartlyAccepted);
    EXPECT_EQ(shop.world.newest("CONTRL").next.actor, store::Actor::Nobody);
}

TEST_F(AnswersEdifact, ARejectedGroupNobodyKnowsHereLeavesNothingCalmlyAccepted) {
    const std::string id = send("PO-1");
    hear(contrl("1", "7", "UCF+9+4000001000005:14+4012345000009:14+4+29'"));
    EXPECT_EQ(status(id), AckStatus::PartlyAccepted);
    EXPECT_EQ(shop.document(id).next.code, "flow.ack.rejected");
    EXPECT_THAT(shop.document(id).next.reason, HasSubstr("[contrl.29]"));
    EXPECT_THAT(shop.world.newest("CONTRL").next.reason,
                HasSubstr("CONTRL of group 9, which is not in interchange 1"));
}

TEST_F(AnswersEdifact, ASecondOneThatContradictsCountsAndTheFirstStaysInTheAudit) {
    const std::string id = send("PO-1");
    hear(contrl("1", "7"));
    hear(contrl("1", "4+29"));
    EXPECT_EQ(status(id), AckStatus::Rejected);
    EXPECT_THAT(testing::audit_of(shop.world, id).back().detail,
                HasSubstr("\"before\":\"accepted\""));
    EXPECT_THAT(shop.document(id).next.reason,
                HasSubstr("the count in the trailer is wrong [contrl.29]"));
}

// The code list at hand decides nothing here: what the partner wrote is what the coordinator reads.
TEST_F(AnswersEdifact, AnAperakThatNamesTheInterchangeRefusesWhatTheContrlTook) {
    send("PO-1");
    const std::string id = send("PO-2");  // interchange 2, message 1
    hear(contrl("2", "7"));
    ASSERT_EQ(status(id), AckStatus::Accepted);
    hear(aperak("27", "RFF+ACW:2'ERC+42'FTX+AAO+++PRICE IS NOT THE AGREED ONE'"));
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, AckStatus::Rejected)
        << shop.world.newest("APERAK").next.reason;
    EXPECT_EQ(document.next.code, "flow.ack.refused");
    EXPECT_THAT(document.next.reason, HasSubstr("PRICE IS NOT THE AGREED ONE [APERAK.42]"));
    EXPECT_EQ(shop.world.newest("APERAK").acknowledges, document.parent);
    const auto audit = testing::audit_of(shop.world, id);
    EXPECT_THAT(audit.back().detail, HasSubstr("\"by\":\"APERAK\""));
}

TEST_F(AnswersEdifact, AnAperakThatNamesTheDocumentNumberFindsTheMessage) {
    const std::string first = send("PO-1");
    const std::string second = send("PO-2");
    hear(aperak("27", "RFF+ACW:OUR-PO-1'ERC+42'"));
    EXPECT_EQ(status(first), AckStatus::Rejected) << shop.world.newest("APERAK").next.reason;
    EXPECT_EQ(status(second), AckStatus::Expected);
    hear(aperak("44", "RFF+ON:PO-2'"));
    EXPECT_EQ(status(second), AckStatus::Accepted);
}

// UNH 0062 counts within the interchange: "1" is the message of each, and the first interchange as well.
TEST_F(AnswersEdifact, AnAperakThatCouldMeanSeveralIsNotGuessed) {
    const std::string first = send("PO-1");
    const std::string second = send("PO-2");
    hear(aperak("27", "RFF+ACW:1'ERC+42'"));
    EXPECT_EQ(status(first), AckStatus::Expected);
    EXPECT_EQ(status(second), AckStatus::Expected);
    EXPECT_EQ(shop.world.newest("APERAK").next.code, "flow.ack.unmatched");
    EXPECT_THAT(shop.world.newest("APERAK").next.reason,
                HasSubstr("several of ours are called so"));
    hear(aperak("27", "RFF+ACW:1'RFF+ON:PO-2'ERC+42'"));
    EXPECT_EQ(status(first), AckStatus::Expected);
    EXPECT_EQ(status(second), AckStatus::Rejected) << "the order's number says which";
}

TEST_F(AnswersEdifact, AnAperakAboutNothingOfOursIsSeen) {
    const std::string id = send("PO-1");
    hear(aperak("27", "RFF+ACW:4711'ERC+42'"));
    EXPECT_EQ(status(id), AckStatus::Expected);
    const auto heard = shop.world.newest("APERAK");
    EXPECT_EQ(heard.next.code, "flow.ack.unmatched");
    EXPECT_THAT(heard.next.reason, HasSubstr("ACW 4711"));
}

TEST_F(AnswersEdifact, AContrlAfterTheAperakDoesNotUndoTheRefusal) {
    const std::string id = send("PO-1");
    hear(aperak("27", "RFF+ON:PO-1'ERC+42'"));
    ASSERT_EQ(status(id), AckStatus::Rejected);
    hear(contrl("1", "7"));
    EXPECT_EQ(status(id), AckStatus::Rejected);
    EXPECT_EQ(shop.document(id).next.code, "flow.ack.refused");
    EXPECT_EQ(sweep(), 0U);
}

TEST_F(AnswersEdifact, AnAperakIsADocumentAndEarnsAContrlThatEarnsNothing) {
    send("PO-1");
    hear(aperak("44", "RFF+ON:PO-1'"));
    EXPECT_EQ(shop.world.sender.sent().size(), 2U);
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("UCI+71+"));
}

}  // namespace
}  // namespace sallyport::flow
