// SPDX-License-Identifier: Apache-2.0
// What partners answer to what we sent, and what we answer when an interchange cannot be read.
#include "outbound_world.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/decisions.h"

#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

using testing::seller;
using testing::sent_octets;
using testing::Shop;
using testing::use_seller;

struct Envelope {
    std::string control = "501";
    std::string usage = "P";
    std::string before_groups{};  // TA1
    std::string functional_id = "FA";
};

// What ACME sends: `body` is one transaction, or empty.
std::string from_acme(const std::string& body, const Envelope& envelope) {
    const std::string control = std::string(9 - envelope.control.size(), '0') + envelope.control;
    std::string text =
        "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      "
        "*261123*0600*U*00401*" +
        control + "*0*" + envelope.usage + "*>~" + envelope.before_groups;
    if (!body.empty())
        text += "GS*" + envelope.functional_id + "*ACMERETAIL*SALLYPORT*20261123*0600*" +
                envelope.control + "*X*004010~" + body + "GE*1*" + envelope.control + "~";
    return text + "IEA*" + (body.empty() ? "0" : "1") + "*" + control + "~";
}

std::string a_997(const std::string& about, const std::string& group_verdict) {
    const auto segments = 4 + std::count(about.begin(), about.end(), '~');
    return "ST*997*0001~AK1*PR*1~" + about + "AK9*" + group_verdict + "~SE*" +
           std::to_string(segments) + "*0001~";
}

class Answers : public ::testing::Test {
protected:
    void hear(const std::string& octets) {
        shop.world.receive(octets, "answer-" + std::to_string(++m_heard));
    }
    store::AckStatus status(const std::string& id) {
        return shop.document(id).status.acknowledgement;
    }
    std::size_t count(const std::string& event) {
        const auto all = shop.world.events();
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), event));
    }

    testing_support::TempDir directory;
    Shop shop{directory.path()};

private:
    unsigned m_heard = 0;
};

TEST_F(Answers, AnAcceptingOneSettlesTheDocumentAndIsNotAcknowledged) {
    const std::string id = shop.send("PO-1");
    hear(from_acme(a_997("AK2*855*0001~AK5*A~", "A*1*1*1"), {}));
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, store::AckStatus::Accepted);
    EXPECT_EQ(document.next.actor, store::Actor::Nobody);
    EXPECT_EQ(shop.document(document.parent).status.acknowledgement, store::AckStatus::Accepted);
    const auto heard = shop.world.newest("997");
    EXPECT_EQ(heard.acknowledges, document.parent);
    EXPECT_EQ(heard.next.actor, store::Actor::Nobody) << heard.next.reason;
    EXPECT_EQ(shop.world.sender.sent().size(), 1U) << "no acknowledgement of an acknowledgement";
    shop.world.clock.advance(std::chrono::hours(48));
    const auto overdue = shop.world.pipeline->sweep_overdue();
    ASSERT_TRUE(overdue);
    EXPECT_EQ(*overdue, 0U);
}

TEST_F(Answers, ARejectingOneSaysWhyInWordsAndWhoseMoveItIs) {
    const std::string id = shop.send("PO-1");
    hear(from_acme(a_997("AK2*855*0001~AK3*PO1*3**8~AK4*3*355*7*XX~AK5*R*5~", "R*1*1*0"), {}));
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, store::AckStatus::Rejected);
    EXPECT_EQ(document.next.actor, store::Actor::Coordinator);
    EXPECT_EQ(document.next.code, "flow.ack.rejected");
    EXPECT_TRUE(document.next.due);
    EXPECT_NE(document.next.reason.find(
                  "PO1 (segment 3), element 3: the value is not in its code list: XX [ak4.7]"),
              std::string::npos)
        << document.next.reason;
    EXPECT_NE(shop.octets(document.faults_ref).find("\"ak4.7\""), std::string::npos);
}

TEST_F(Answers, TheSameAnswerAgainChangesNothing) {
    const std::string id = shop.send("PO-1");
    hear(from_acme(a_997("AK2*855*0001~AK5*R*5~", "R*1*1*0"), {.control = "501"}));
    const auto before = shop.document(id);
    EXPECT_EQ(count("ack.rejected"), 2U) << "the document and its interchange";
    hear(from_acme(a_997("AK2*855*0001~AK5*R*5~", "R*1*1*0"), {.control = "502"}));
    EXPECT_EQ(shop.document(id).next, before.next);
    EXPECT_EQ(count("ack.rejected"), 2U);
    EXPECT_EQ(shop.world.newest("997").next.actor, store::Actor::Nobody);
}

TEST_F(Answers, ALaterAnswerCountsOverAnEarlierOne) {
    const std::string id = shop.send("PO-1");
    hear(from_acme(a_997("AK2*855*0001~AK5*R*5~", "R*1*1*0"), {.control = "501"}));
    hear(from_acme(a_997("AK2*855*0001~AK5*A~", "A*1*1*1"), {.control = "502"}));
    EXPECT_EQ(status(id), store::AckStatus::Accepted);
    EXPECT_EQ(shop.document(id).next.actor, store::Actor::Nobody);
}

TEST_F(Answers, WhatNobodyWaitsForIsSeenAndCanBeGivenUp) {
    const std::string id = shop.send("PO-1");
    std::string other = a_997("", "A*1*1*1");
    other.replace(other.find("AK1*PR*1"), 8, "AK1*PR*77");
    hear(from_acme(other, {}));
    const auto heard = shop.world.newest("997");
    EXPECT_EQ(heard.next.code, "flow.ack.unmatched");
    EXPECT_EQ(heard.next.actor, store::Actor::Coordinator);
    EXPECT_NE(heard.next.reason.find("group PR 77"), std::string::npos) << heard.next.reason;
    EXPECT_EQ(status(id), store::AckStatus::Expected);
    ASSERT_TRUE(discard_document(*shop.world.tools, heard.id, "anna", "theirs, not ours"));
    EXPECT_EQ(shop.document(heard.id).next.actor, store::Actor::Nobody);
}

TEST_F(Answers, APaddedGroupNumberIsTheSameNumber) {
    const std::string id = shop.send("PO-1");
    std::string padded = a_997("", "A*1*1*1");
    padded.replace(padded.find("AK1*PR*1"), 8, "AK1*PR*000000001");
    hear(from_acme(padded, {}));
    EXPECT_EQ(status(id), store::AckStatus::Accepted);
}

TEST_F(Answers, AnOverdueOneStillCountsWhenItComes) {
    const std::string id = shop.send("PO-1");
    shop.world.clock.advance(std::chrono::hours(25));
    ASSERT_TRUE(shop.world.pipeline->sweep_overdue());
    EXPECT_EQ(status(id), store::AckStatus::Overdue);
    EXPECT_EQ(shop.document(id).next.code, "flow.answer.overdue");
    hear(from_acme(a_997("", "A*1*1*1"), {}));
    EXPECT_EQ(status(id), store::AckStatus::Accepted);
    EXPECT_EQ(shop.document(id).next.actor, store::Actor::Nobody);
}

TEST_F(Answers, AnAnswerFasterThanTheReceiptIsKept) {
    shop.world.sender.pending = true;  // their MDN comes later
    const std::string id = shop.send("PO-1");
    hear(from_acme(a_997("AK2*855*0001~AK5*R*5~", "R*1*1*0"), {}));
    EXPECT_EQ(status(id), store::AckStatus::Rejected);
    const auto document = shop.document(id);
    const Status delivered = shop.world.store->submit([&](store::Transaction& unit) -> Status {
        auto message = unit.message(document.message);
        if (!message) return std::move(message).error();
        Journal journal;
        return store_delivery(unit, journal, **message, {.disposition = "processed"});
    });
    ASSERT_TRUE(delivered) << delivered.error().text();
    EXPECT_EQ(shop.document(id).status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_EQ(shop.document(id).next.code, "flow.ack.rejected");
}

TEST_F(Answers, ABatchAcceptedInPartRejectsOnlyWhatIsNamed) {
    auto partner = seller();
    partner.documents.back().batch = std::chrono::minutes(5);
    use_seller(shop.world, partner);
    std::vector<std::string> ids;
    for (int number = 1; number <= 3; ++number)
        ids.push_back(shop.send("PO-" + std::to_string(number)));
    shop.world.clock.advance(std::chrono::minutes(5));
    shop.world.run();
    hear(from_acme(a_997("AK2*855*0002~AK5*R*5~", "P*3*3*2"), {}));
    EXPECT_EQ(status(ids[0]), store::AckStatus::Accepted);
    EXPECT_EQ(status(ids[1]), store::AckStatus::Rejected);
    EXPECT_EQ(status(ids[2]), store::AckStatus::Accepted);
    EXPECT_EQ(status(shop.document(ids[0]).parent), store::AckStatus::PartlyAccepted);
}

TEST_F(Answers, ATa1ThatRejectsIsTheEndOfTheWait) {
    const std::string id = shop.send("PO-1");
    hear(from_acme("", {.before_groups = "TA1*000000001*261123*0600*R*006~"}));
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, store::AckStatus::Rejected);
    EXPECT_NE(document.next.reason.find("the sender is not known [ta1.006]"), std::string::npos)
        << document.next.reason;
    EXPECT_EQ(shop.world.newest("TA1").acknowledges, document.parent);
    EXPECT_EQ(shop.world.sender.sent().size(), 1U);
    shop.world.clock.advance(std::chrono::hours(48));
    const auto overdue = shop.world.pipeline->sweep_overdue();
    ASSERT_TRUE(overdue);
    EXPECT_EQ(*overdue, 0U);
}

TEST_F(Answers, ATa1ThatAcceptsLeavesThe997Awaited) {
    const std::string id = shop.send("PO-1");
    hear(from_acme("", {.before_groups = "TA1*000000001*261123*0600*A*000~"}));
    EXPECT_EQ(status(id), store::AckStatus::Expected);
    EXPECT_EQ(shop.world.newest("TA1").next.actor, store::Actor::Nobody);
}

TEST_F(Answers, An824RejectsWhatThe997Accepted) {
    const std::string id = shop.send("PO-1");
    hear(from_acme(a_997("", "A*1*1*1"), {.control = "501"}));
    EXPECT_EQ(status(id), store::AckStatus::Accepted);
    hear(
        from_acme("ST*824*0001~BGN*11*55*20261123~OTI*TR*TN*0001*****1*0001*855~TED*024*UNKNOWN "
                  "ITEM~SE*5*0001~",
                  {.control = "502", .functional_id = "AG"}));
    const auto document = shop.document(id);
    EXPECT_EQ(document.status.acknowledgement, store::AckStatus::Rejected)
        << shop.world.newest("824").next.reason;
    EXPECT_NE(document.next.reason.find("UNKNOWN ITEM"), std::string::npos) << document.next.reason;
}

TEST_F(Answers, ATestAcknowledgementDoesNotSettleProduction) {
    const std::string id = shop.send("PO-1");
    auto partner = seller();
    partner.x12.test = true;
    use_seller(shop.world, partner);
    hear(from_acme(a_997("", "A*1*1*1"), {.usage = "T"}));
    EXPECT_EQ(status(id), store::AckStatus::Expected);
    EXPECT_EQ(shop.world.newest("997").next.code, "flow.ack.unmatched");
}

// --- what cannot be read ------------------------------------------------------------------------------------------------

// The component separator is the element separator: nobody can say where anything ends.
std::string unreadable() {
    std::string text = testing::write_850({});
    text[104] = '*';
    return text;
}

TEST_F(Answers, AnUnreadableInterchangeIsRejectedWithATa1AndStays) {
    const std::string octets = unreadable();
    hear(octets);
    const auto document = shop.world.newest_envelope();
    EXPECT_EQ(document.status.content, store::ContentStatus::Unreadable);
    EXPECT_EQ(document.status.back_office, store::BackOfficeStatus::Held);
    EXPECT_EQ(document.status.acknowledgement, store::AckStatus::Rejected);
    EXPECT_EQ(document.next.actor, store::Actor::Coordinator) << "the TA1 went, and it still waits";
    EXPECT_NE(document.next.reason.find("TA1"), std::string::npos) << document.next.reason;
    EXPECT_EQ(shop.octets(document.payload_ref), octets);
    ASSERT_EQ(shop.world.sender.sent().size(), 1U);
    EXPECT_NE(sent_octets(shop.world).find("~TA1*000000001*261123*0600*R*"), std::string::npos)
        << sent_octets(shop.world);
    EXPECT_EQ(sent_octets(shop.world).find("GS*"), std::string::npos);
}

TEST_F(Answers, NobodyIsToldWhereTheAgreementSaysNever) {
    auto partner = seller();
    partner.x12.acknowledge = config::AckPolicy::Never;
    use_seller(shop.world, partner);
    hear(unreadable());
    EXPECT_TRUE(shop.world.sender.sent().empty());
    EXPECT_EQ(shop.world.newest_envelope().status.acknowledgement, store::AckStatus::NotNeeded);
}

TEST_F(Answers, AStrangersUnreadableInterchangeIsNotAnswered) {
    std::string octets = unreadable();
    octets.replace(octets.find("ACMERETAIL "), 11, "SOMEBODYELS");
    hear(octets);
    EXPECT_TRUE(shop.world.sender.sent().empty());
    EXPECT_EQ(shop.world.newest_envelope().status.content, store::ContentStatus::Unreadable);
}

// --- EDIFACT ------------------------------------------------------------------------------------------------------------

config::Partner grocer() {
    config::Partner partner = seller();
    partner.edifact.enabled = true;
    partner.edifact.our_id = "4000001000005";
    partner.edifact.their_id = "4012345000009";
    partner.edifact.our_qualifier = partner.edifact.their_qualifier = "14";
    partner.edifact.syntax = "UNOC";
    partner.edifact.syntax_version = "3";
    return partner;
}

std::string orders(const std::string& inside, const std::string& count) {
    return "UNB+UNOC:3+4012345000009:14+4000001000005:14+261123:0600+77'" + inside + "UNZ+" +
           count + "+77'";
}
const std::string Message =
    "UNH+1+ORDERS:D:96A:UN'BGM+220+PO-9+9'DTM+137:20261123:102'NAD+BY+4012345000009::9'"
    "LIN+1++4006381333931:EN'QTY+21:24'UNS+S'UNT+8+1'";

TEST_F(Answers, EdifactIsAnsweredWithAContrl) {
    use_seller(shop.world, grocer());
    hear(orders(Message, "1"));
    const auto document = shop.world.newest("ORDERS");
    EXPECT_EQ(document.business_number, "PO-9");
    EXPECT_EQ(document.version, "D96A");
    ASSERT_EQ(shop.world.sender.sent().size(), 1U);
    EXPECT_NE(sent_octets(shop.world).find("UCI+77+4012345000009:14+4000001000005:14+"),
              std::string::npos)
        << sent_octets(shop.world);
    EXPECT_EQ(shop.world.newest("CONTRL").interchange_control, "1");
}

// UNA was cut off with what stands before the header: a price of 1,5 lost its decimal mark.
TEST_F(Answers, AnInterchangeKeepsTheSeparatorsItAnnounces) {
    use_seller(shop.world, grocer());
    std::string other = orders(Message, "1");
    for (char& c : other)
        c = c == '\'' ? '~' : c == '+' ? '|' : c;
    for (std::size_t at = other.find("77"); at != std::string::npos; at = other.find("77", at))
        other.replace(at, 2, "78");
    hear("UNA:+,? '" + orders(Message, "1"));
    const auto first = shop.world.newest("ORDERS");
    EXPECT_EQ(shop.octets(first.payload_ref), "UNA:+,? '" + orders(Message, "1"));
    hear("UNA:+.? '" + orders("", "0") + "\nUNA:|,? ~" + other);
    const auto second = shop.world.newest("ORDERS");
    EXPECT_NE(second.id, first.id);
    EXPECT_EQ(shop.octets(second.payload_ref), "UNA:|,? ~" + other);
    EXPECT_EQ(second.business_number, "PO-9");
}

TEST_F(Answers, AGroupOfMessagesIsNamedInTheContrl) {
    use_seller(shop.world, grocer());
    hear(orders("UNG+ORDERS+4012345000009:14+4000001000005:14+261123:0600+5+UN+D:96A'" + Message +
                    "UNE+1+5'",
                "1"));
    ASSERT_EQ(shop.world.sender.sent().size(), 1U);
    EXPECT_NE(sent_octets(shop.world).find("UCF+5+4012345000009:14+4000001000005:14+7'"),
              std::string::npos)
        << sent_octets(shop.world);
    EXPECT_EQ(shop.world.newest("ORDERS").group_control, "5");
}

TEST_F(Answers, AContrlIsNeverAnswered) {
    use_seller(shop.world, grocer());
    hear(orders("UNH+1+CONTRL:2:2:UN'UCI+5+4000001000005:14+4012345000009:14+7'UNT+3+1'", "1"));
    EXPECT_TRUE(shop.world.sender.sent().empty());
    EXPECT_EQ(shop.world.newest("CONTRL").next.code, "flow.ack.unmatched");
}

}  // namespace
}  // namespace sallyport::flow
