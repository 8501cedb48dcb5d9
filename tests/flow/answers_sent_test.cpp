// SPDX-License-Identifier: Apache-2.0
// What we answer with: the form the partner asks for, what one faulty set means for its group, and nothing at all to an
// acknowledgement.
#include "answers_world.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/reading.h"
#include "parsers/edi.h"
#include "parsers/guide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

using store::AckStatus;
using store::BackOfficeStatus;
using store::ContentStatus;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Shop;
using testing::use_seller;
using testing::x12_reply;
using testing::x12_set;

class AnswersSent : public ::testing::Test {
protected:
    void answer_with(const std::string& set) {
        auto partner = testing::seller();
        partner.x12.acknowledge_with = set;
        use_seller(shop.world, partner);
    }

    testing_support::TempDir directory;
    Shop shop{directory.path()};
};

std::string bad_order() {
    std::string octets = testing::write_850({});
    octets.replace(octets.find("*24*EA*"), 7, "*XX*EA*");
    return octets;
}

TEST_F(AnswersSent, APartnerThatAsksForA999GetsOne) {
    answer_with("999");
    shop.world.receive(testing::write_850({.control = "000000417"}), "a");
    const std::string wire = testing::sent_octets(shop.world);
    EXPECT_THAT(wire, HasSubstr("*^*00501*"));
    EXPECT_THAT(wire, HasSubstr("GS*FA*SALLYPORT*ACMERETAIL*"));
    EXPECT_THAT(wire, HasSubstr("*X*005010~ST*999*0001~"));
    EXPECT_THAT(wire, HasSubstr("AK1*PO*1*004010~AK2*850*0001~IK5*A~AK9*A*1*1*1~"));
    const auto answer = shop.world.newest("999");
    EXPECT_EQ(answer.version, "005010");
    EXPECT_EQ(answer.status.delivery, store::DeliveryStatus::Delivered);
    const auto order = shop.world.newest("850");
    EXPECT_EQ(order.status.acknowledgement, AckStatus::Accepted);
    EXPECT_EQ(order.status.back_office, BackOfficeStatus::Posted);
    auto reread = read_octets(wire, nullptr);
    ASSERT_TRUE(reread);
    const auto judged = edi::validate(*reread, testing::schemas()).interchanges.at(0);
    EXPECT_TRUE(judged.groups.at(0).transactions.at(0).faults.empty());
}

TEST_F(AnswersSent, A999NamesSegmentAndElementInItsOwnSegments) {
    answer_with("999");
    shop.world.receive(bad_order(), "a");
    const std::string wire = testing::sent_octets(shop.world);
    EXPECT_THAT(wire, HasSubstr("IK3*PO1*4*"));
    EXPECT_THAT(wire, HasSubstr("IK4*2*330*6*XX~"));
    EXPECT_THAT(wire, HasSubstr("IK5*R*5~AK9*R*1*1*0~"));
    EXPECT_THAT(wire, Not(HasSubstr("AK3*")));
    EXPECT_EQ(shop.world.newest("850").status.acknowledgement, AckStatus::Rejected);
}

// The numbers are taken with the form in mind: whatever the agreement says when the octets are made, they stay what they are.
TEST_F(AnswersSent, AChangedAgreementChangesNoAnswerThatHasItsNumbers) {
    answer_with("999");
    shop.world.sender.freeze_error =
        Error("test.freeze", Blame::Operator, "the transport is not configured");
    shop.world.receive(testing::write_850({}), "a");
    ASSERT_TRUE(shop.world.sender.sent().empty());
    ASSERT_EQ(shop.world.jobs(store::JobState::Parked).size(), 1U);
    answer_with("997");
    shop.world.sender.freeze_error.reset();
    shop.world.release(shop.world.jobs(store::JobState::Parked).front());
    shop.world.run();
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("ST*999*0001~"));
    EXPECT_EQ(shop.world.newest("999").status.delivery, store::DeliveryStatus::Delivered);
    shop.world.receive(testing::write_850({.number = "PO-2", .control = "000000002"}), "b");
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("ST*997*0001~")) << "the next one";
}

TEST_F(AnswersSent, AnUnreadableInterchangeIsAnsweredWithATa1InTheFormThatNeedsNoVersion) {
    answer_with("999");
    std::string octets = testing::write_850({});
    octets[104] = '*';
    shop.world.receive(octets, "a");
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("*U*00401*"));
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("~TA1*000000001*261123*0600*R*"));
}

// --- what one faulty set means for its group ------------------------------------------------------------------------------

struct Outcome {
    const char* policy;
    const char* set;
    const char* good;   // AK5 or IK5 of the good order
    const char* bad;    // of the faulty one
    const char* group;  // AK9
    ContentStatus good_content, bad_content;
    std::size_t posted;
    AckStatus whole;
};

std::string name_of(const ::testing::TestParamInfo<Outcome>& info) {
    std::string name = std::string(info.param.set) + info.param.policy;
    std::erase(name, '-');
    return name;
}

class GroupPolicy : public ::testing::TestWithParam<Outcome> {
protected:
    testing_support::TempDir directory;
    Shop shop{directory.path()};
};

std::string order(const std::string& control,
                  const std::string& number,
                  const std::string& quantity) {
    return "ST*850*" + control + "~BEG*00*NE*" + number +
           "**20261123~N1*ST*ACME DC 42*UL*4012345000016~PO1*1*" + quantity +
           "*EA*11.11*PE*VN*EDI-1001~CTT*1~SE*6*" + control + "~";
}

TEST_P(GroupPolicy, DecidesWhatIsAnsweredAndWhatIsPosted) {
    const Outcome& outcome = GetParam();
    auto partner = testing::seller();
    partner.x12.acknowledge_with = outcome.set;
    auto guide = edi::Guide::parse(
        std::string("policy ") + outcome.policy + "\n", "acme.guide", testing::schemas());
    ASSERT_TRUE(guide) << guide.error().text();
    testing::use_compiled<testing::seller>(
        shop.world, partner, std::make_shared<const edi::Guide>(*std::move(guide)));
    // A reference that is too long is a fault, and no hindrance to reading the rest.
    std::string bad = order("0002", "PO-2", "24");
    bad.insert(bad.find("N1*ST"), "REF*ZZ*" + std::string(31, '7') + "~");
    bad.replace(bad.find("SE*6"), 4, "SE*7");
    const std::string octets = x12_reply(
        order("0001", "PO-1", "24") + bad, {.functional_id = "PO", .version = "004010"}, "2");
    shop.world.receive(octets, "a");

    const std::string wire = testing::sent_octets(shop.world);
    EXPECT_THAT(wire, HasSubstr(outcome.good));
    EXPECT_THAT(wire, HasSubstr(outcome.bad));
    EXPECT_THAT(wire, HasSubstr(outcome.group));
    const auto family =
        shop.world.documents({.direction = store::Direction::Inbound, .set = "850"});
    ASSERT_EQ(family.size(), 2U);
    for (const store::Document& document : family) {
        const bool good = document.transaction_control == "0001";
        EXPECT_EQ(document.status.content, good ? outcome.good_content : outcome.bad_content);
        const bool taken = document.status.content != ContentStatus::Invalid;
        EXPECT_EQ(document.status.acknowledgement,
                  !taken                                            ? AckStatus::Rejected
                  : document.status.content == ContentStatus::Valid ? AckStatus::Accepted
                                                                    : AckStatus::AcceptedWithFaults)
            << "the row says what the partner was told";
    }
    EXPECT_EQ(shop.world.back_office.orders(), outcome.posted);
    EXPECT_EQ(shop.world.newest_envelope().status.acknowledgement, outcome.whole);
}

INSTANTIATE_TEST_SUITE_P(EveryPolicy,
                         GroupPolicy,
                         ::testing::Values(Outcome{"reject-transaction",
                                                   "997",
                                                   "AK2*850*0001~AK5*A~",
                                                   "AK5*R*5~",
                                                   "AK9*P*2*2*1~",
                                                   ContentStatus::Valid,
                                                   ContentStatus::Invalid,
                                                   1,
                                                   AckStatus::PartlyAccepted},
                                           Outcome{"reject-group",
                                                   "997",
                                                   "AK2*850*0001~AK5*R~",
                                                   "AK5*R*5~",
                                                   "AK9*R*2*2*0~",
                                                   ContentStatus::Invalid,
                                                   ContentStatus::Invalid,
                                                   0,
                                                   AckStatus::Rejected},
                                           Outcome{"accept-with-errors",
                                                   "997",
                                                   "AK2*850*0001~AK5*A~",
                                                   "AK5*E*5~",
                                                   "AK9*E*2*2*2~",
                                                   ContentStatus::Valid,
                                                   ContentStatus::ValidWithFaults,
                                                   2,
                                                   AckStatus::AcceptedWithFaults},
                                           Outcome{"reject-transaction",
                                                   "999",
                                                   "AK2*850*0001~IK5*A~",
                                                   "IK5*R*5~",
                                                   "AK9*P*2*2*1~",
                                                   ContentStatus::Valid,
                                                   ContentStatus::Invalid,
                                                   1,
                                                   AckStatus::PartlyAccepted},
                                           Outcome{"reject-group",
                                                   "999",
                                                   "AK2*850*0001~IK5*R~",
                                                   "IK5*R*5~",
                                                   "AK9*R*2*2*0~",
                                                   ContentStatus::Invalid,
                                                   ContentStatus::Invalid,
                                                   0,
                                                   AckStatus::Rejected},
                                           Outcome{"accept-with-errors",
                                                   "999",
                                                   "AK2*850*0001~IK5*A~",
                                                   "IK5*E*5~",
                                                   "AK9*E*2*2*2~",
                                                   ContentStatus::Valid,
                                                   ContentStatus::ValidWithFaults,
                                                   2,
                                                   AckStatus::AcceptedWithFaults}),
                         name_of);

// --- never an acknowledgement of an acknowledgement -------------------------------------------------------------------------

TEST_F(AnswersSent, NoAcknowledgementIsAcknowledgedWhateverItAsksFor) {
    answer_with("999");
    shop.world.receive(x12_reply(x12_set("997", "AK1*PR*77~AK9*A*1*1*1~"),
                                 {.control = "1", .version = "004010", .asks_for_ta1 = true}),
                       "997");
    shop.world.receive(x12_reply(x12_set("999", "AK1*PR*77*005010~AK9*A*1*1*1~"),
                                 {.control = "2", .asks_for_ta1 = true}),
                       "999");
    // A faulty one as well: a mark that no list has.
    shop.world.receive(x12_reply(x12_set("997", "AK1*PR*77~AK9*Q*1*1*1~"),
                                 {.control = "3", .version = "004010", .asks_for_ta1 = true}),
                       "faulty");
    shop.world.receive(
        "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      "
        "*261123*0600*U*00401*000000004*1*P*>~TA1*000000077*261123*0600*A*000~"
        "IEA*0*000000004~",
        "TA1");
    EXPECT_TRUE(shop.world.sender.sent().empty());
    EXPECT_EQ(shop.world.documents({.direction = store::Direction::Inbound, .set = "997"}).size(),
              2U);
    EXPECT_EQ(shop.world.documents({.set = "999"}).size(), 1U);
    EXPECT_EQ(shop.world.documents({.set = "TA1"}).size(), 1U);
}

TEST_F(AnswersSent, OfAMixedInterchangeOnlyTheOrdersAreAnswered) {
    answer_with("999");
    std::string octets = testing::write_850({});
    octets.replace(octets.find("IEA*1*"),
                   std::string::npos,
                   "GS*FA*ACMERETAIL*SALLYPORT*20261123*0600*2*X*004010~" +
                       x12_set("997", "AK1*PR*77~AK9*A*1*1*1~") + "GE*1*2~IEA*2*000000001~");
    shop.world.receive(octets, "a");
    ASSERT_EQ(shop.world.sender.sent().size(), 1U);
    EXPECT_THAT(testing::sent_octets(shop.world), HasSubstr("AK1*PO*1*004010~"));
    EXPECT_THAT(testing::sent_octets(shop.world), Not(HasSubstr("AK1*FA*")));
    EXPECT_EQ(shop.world.newest("850").status.acknowledgement, AckStatus::Accepted);
    EXPECT_EQ(shop.world.newest("997").status.acknowledgement, AckStatus::NotNeeded);
}

}  // namespace
}  // namespace sallyport::flow
