// SPDX-License-Identifier: Apache-2.0
// A record of the back office that cannot go out: one document stands for it until it went out.
#include "gateway/flow/records.h"

#include "tests/support/temp_dir.h"
#include "world.h"

#include "gateway/flow/decisions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::flow {
namespace {

using store::Actor;
using store::DeliveryStatus;
using store::Document;
using store::JobState;
using testing::World;

const OutgoingRecord Picking{
    .name = "stock.picking/42", .partner = "acme", .kind = "ShipNotice", .business_number = "PO-1"};

Error no_unit() {
    return Error("odoo.echo.unit", Blame::BackOffice, "unit 'Ham' has no canonical word")
        .remedy("add it to odoo.units");
}

class HeldRecord : public ::testing::Test {
protected:
    void SetUp() override {
        m_world.tools->look_again = [this](const std::string& record) -> Status {
            m_looked.push_back(record);
            return m_fault ? Status(*m_fault) : Status();
        };
    }
    // As the watch does it each time it finds that the record cannot go.
    void fail(const Error& error) {
        m_fault = error;
        const Status held = hold_record(*m_world.tools, Picking, error);
        ASSERT_TRUE(held) << held.error().text();
        m_world.run();
    }
    std::vector<Document> standing() {
        return m_world.documents({.direction = store::Direction::Outbound});
    }

    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
    std::optional<Error> m_fault;
    std::vector<std::string> m_looked;
};

TEST_F(HeldRecord, IsOneDocumentThatSaysWhoMustDoWhat) {
    for (int at = 0; at < 5; ++at)
        fail(no_unit());
    const auto documents = standing();
    ASSERT_EQ(documents.size(), 1U);
    const Document& one = documents[0];
    EXPECT_EQ(one.partner, "acme");
    EXPECT_EQ(one.kind, "ShipNotice");
    EXPECT_EQ(one.business_number, "PO-1");
    EXPECT_EQ(one.own_number, "stock.picking/42");
    EXPECT_EQ(one.status.delivery, DeliveryStatus::Failed);
    EXPECT_EQ(one.next.actor, Actor::Coordinator);
    EXPECT_EQ(one.next.code, "odoo.echo.unit");
    EXPECT_NE(one.next.reason.find("add it to odoo.units"), std::string::npos) << one.next.reason;
    EXPECT_EQ(m_world.jobs(JobState::Parked).size(), 1U);
    EXPECT_EQ(m_looked.size(), 1U) << "the same fault is no reason to look again";
}

TEST_F(HeldRecord, SaysTheNewReasonWhenAnotherFaultShows) {
    fail(no_unit());
    fail(Error("odoo.echo.line", Blame::BackOffice, "a line is not the buyer's"));
    ASSERT_EQ(standing().size(), 1U);
    EXPECT_EQ(standing()[0].next.code, "odoo.echo.line");
}

TEST_F(HeldRecord, GoesOutWhenAPersonReleasesIt) {
    fail(no_unit());
    m_fault.reset();
    const Status released = release_document(*m_world.tools, standing()[0].id, "ann");
    ASSERT_TRUE(released) << released.error().text();
    m_world.run();
    EXPECT_EQ(m_looked.size(), 2U);
    EXPECT_EQ(standing()[0].next.actor, Actor::Nobody);
    EXPECT_EQ(standing()[0].status.delivery, DeliveryStatus::NotNeeded);
    EXPECT_TRUE(m_world.jobs(JobState::Parked).empty());
}

TEST_F(HeldRecord, IsSettledByTheWatchThatFindsItMended) {
    fail(no_unit());
    m_fault.reset();
    for (int at = 0; at < 2; ++at)
        ASSERT_TRUE(settle_record(*m_world.tools, Picking.name));
    EXPECT_EQ(standing()[0].next.actor, Actor::Nobody);
    EXPECT_TRUE(m_world.jobs(JobState::Parked).empty());
    const auto events = m_world.events();
    EXPECT_EQ(std::count(events.begin(), events.end(), "record.settled"), 1);
    // A later fault of the same record is a new document.
    fail(no_unit());
    EXPECT_EQ(standing().size(), 2U);
}

TEST_F(HeldRecord, StaysDiscardedAsLongAsItsFaultLasts) {
    fail(no_unit());
    ASSERT_TRUE(discard_document(*m_world.tools, standing()[0].id, "ann", "told them by phone"));
    fail(no_unit());
    fail(Error("odoo.echo.line", Blame::BackOffice, "another fault"));
    ASSERT_EQ(standing().size(), 1U);
    EXPECT_EQ(standing()[0].next.code, "flow.discarded");
    EXPECT_EQ(m_looked.size(), 1U);
    ASSERT_TRUE(settle_record(*m_world.tools, Picking.name));
    EXPECT_EQ(standing()[0].next.code, "flow.discarded");
}

TEST_F(HeldRecord, SettlingWhatNeverFailedWritesNothing) {
    const auto before = m_world.store->counters().units;
    ASSERT_TRUE(settle_record(*m_world.tools, "sale.order/7"));
    EXPECT_EQ(m_world.store->counters().units, before);
}

TEST_F(HeldRecord, WithoutAWatchSaysSo) {
    m_world.tools->look_again = {};
    fail(no_unit());
    EXPECT_EQ(standing()[0].next.code, "flow.record.watch");
}

}  // namespace
}  // namespace sallyport::flow
