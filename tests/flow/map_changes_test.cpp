// SPDX-License-Identifier: Apache-2.0
// What becomes of documents and of the audit when maps and their tables change under a gateway.
#include "gateway/flow/map_changes.h"

#include "child.h"
#include "tests/support/temp_dir.h"
#include "world.h"

#include "mappings/table_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace sallyport::flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::World;
using testing::write_850;

const std::filesystem::path Shipped =
    std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped";

// A partner folder with a map that has a table of its own beside it.
class Folder {
public:
    explicit Folder(std::filesystem::path path) : m_path(std::move(path)) {
        std::filesystem::create_directories(m_path);
        if (std::filesystem::exists(m_path / "acme-850.map")) return;
        write("acme-850.map",
              "map acme-850 version 1\nextends \"x12-850-base.map\"\n"
              "table uom from \"acme.csv\" (theirs, ours)\n");
        write("acme.csv", "theirs,ours,only,author,date\n");
    }
    void write(const std::string& name, const std::string& text) const {
        const Status done = write_file_durably(m_path / name, text);
        ASSERT_TRUE(done) << done.error().text();
    }
    bool has_row(const std::string& code) const {
        const auto text = read_file(m_path / "acme.csv", 1U << 20);
        return text && text->find("\n" + code + ",") != std::string::npos;
    }
    // As `sallyport map table add` does it.
    void add_row(const std::string& code) const {
        const auto change = mapping::add_table_row(
            {&testing::schemas(), mapping::search_path({m_path, Shipped, Shipped.parent_path()})},
            "acme-850.map",
            {"uom", code, "kilogram", "anna", "2026-11-23", false});
        ASSERT_TRUE(change) << change.error().text();
        for (const mapping::FileChange& file : change->files)
            write(file.name, file.text);
    }
    // As the gateway does it.
    MapsTaken load(World& world, const std::string& actor = "operator:anna") const {
        config::Partner partner = testing::acme();
        partner.documents[0].map = m_path / "acme-850.map";
        auto load = load_agreements({partner}, Shipped, testing::schemas());
        for (const Error& fault : load.faults)
            ADD_FAILURE() << fault.text();
        world.agreements.swap(std::move(load.agreements));
        auto taken = take_maps(*world.tools, actor);
        EXPECT_TRUE(taken) << taken.error().text();
        return taken ? *taken : MapsTaken{};
    }

private:
    std::filesystem::path m_path;
};

std::string with_units(std::string text, const std::string& unit) {
    const std::size_t at = text.find("*EA*");
    return text.replace(at, 4, "*" + unit + "*");
}

std::vector<store::AuditEntry> entries(World& world, const std::string& event) {
    auto all = store::read<std::vector<store::AuditEntry>>(
        *world.store, [](store::Reader& reader) { return reader.audit_entries(1, 1000); });
    std::vector<store::AuditEntry> out;
    if (all)
        for (const store::AuditEntry& one : *all)
            if (one.event == event) out.push_back(one);
    return out;
}

class MapChanges : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
    Folder m_folder{m_directory.path() / "partners"};
};

TEST_F(MapChanges, AMapIsAuditedWhenItIsTakenAndNotAgain) {
    EXPECT_EQ(m_folder.load(m_world).maps, 1U);
    EXPECT_EQ(m_folder.load(m_world).maps, 0U);
    const auto taken = entries(m_world, "map.taken");
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].subject, "acme/acme-850.map");
    EXPECT_EQ(taken[0].actor, "operator:anna");
    m_folder.write("acme-850.map",
                   "map acme-850 version 2\nextends \"x12-850-base.map\"\n"
                   "table uom from \"acme.csv\" (theirs, ours)\n");
    EXPECT_EQ(m_folder.load(m_world, "gateway").maps, 1U);
    EXPECT_THAT(entries(m_world, "map.taken").at(1).detail, HasSubstr("\"before\":"));
    EXPECT_THAT(entries(m_world, "map.taken").at(1).detail, HasSubstr("\"version\":\"2\""));
}

TEST_F(MapChanges, ARowThatWasAddedIsAuditedAndLetsTheDocumentGoOn) {
    m_folder.load(m_world);
    m_world.receive(with_units(write_850({}), "ZZ"), "a");
    const store::Document held = m_world.newest("850");
    ASSERT_EQ(held.next.code, "flow.map.held") << held.next.reason;
    EXPECT_EQ(m_world.back_office.orders(), 0U);

    m_folder.add_row("ZZ");
    const MapsTaken taken = m_folder.load(m_world);
    EXPECT_EQ(taken.rows, 1U);
    EXPECT_THAT(taken.released, ElementsAre(held.id));
    m_world.run();
    EXPECT_EQ(m_world.newest("850").status.back_office, store::BackOfficeStatus::Posted);
    EXPECT_EQ(m_world.back_office.orders(), 1U);

    const auto rows = entries(m_world, "map.row.added");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].subject, "acme/acme-850.map");
    for (const char* part : {R"("author":"anna")",
                             R"("date":"2026-11-23")",
                             R"("code":"ZZ")",
                             R"("word":"kilogram")",
                             R"("table":"uom")",
                             R"("file":"acme.csv")"})
        EXPECT_THAT(rows[0].detail, HasSubstr(part));
    EXPECT_EQ(entries(m_world, "document.released").at(0).actor, "operator:anna");
    EXPECT_EQ(m_folder.load(m_world).rows, 0U) << "once";
    testing::expect_at_rest(m_world);
}

TEST_F(MapChanges, ADocumentThatLacksAnotherRowIsHeldAgainAndNamesIt) {
    m_folder.load(m_world);
    std::string text = with_units(write_850({}), "ZZ");
    const std::size_t end = text.find("CTT*1~SE*6*");
    text.replace(end, 11, "PO1*2*3*C3*2.00*PE*VN*EDI-1002~CTT*2~SE*7*");
    m_world.receive(text, "a");
    EXPECT_THAT(m_world.newest("850").next.reason, HasSubstr("\"C3\""));
    m_folder.add_row("ZZ");
    EXPECT_EQ(m_folder.load(m_world).released.size(), 1U);
    m_world.run();
    const store::Document held = m_world.newest("850");
    EXPECT_EQ(held.next.code, "flow.map.held");
    EXPECT_THAT(held.next.reason, HasSubstr("\"C3\""));
    EXPECT_THAT(held.next.reason, ::testing::Not(HasSubstr("\"ZZ\"")));
    EXPECT_EQ(m_world.back_office.orders(), 0U);
}

TEST_F(MapChanges, TheMapOfOnePartnerLetsNoOtherPartnersDocumentGoOn) {
    m_folder.load(m_world);
    m_world.receive(with_units(write_850({}), "ZZ"), "a");
    config::Partner other = testing::acme();
    other.name = "other";
    m_world.agreements.swap({testing::agreement_with(other)});
    const auto taken = take_maps(*m_world.tools, "gateway");
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->maps, 1U);
    EXPECT_TRUE(taken->released.empty());
    EXPECT_EQ(m_world.newest("850").next.code, "flow.map.held");
}

TEST_F(MapChanges, ARowThatIsTakenAwayIsAuditedToo) {
    m_folder.add_row("ZZ");
    EXPECT_EQ(m_folder.load(m_world).rows, 1U);
    m_folder.write("acme.csv", "theirs,ours,only,author,date\n");
    EXPECT_EQ(m_folder.load(m_world).rows, 1U);
    ASSERT_EQ(entries(m_world, "map.row.removed").size(), 1U);
    EXPECT_THAT(entries(m_world, "map.row.removed")[0].detail, HasSubstr(R"("code":"ZZ")"));
}

// Posts nothing the first time; somebody reloads meanwhile, or does not.
class Refusing final : public BackOffice {
public:
    explicit Refusing(std::function<void()> meanwhile) : m_meanwhile(std::move(meanwhile)) {}
    Result<std::variant<Posted, Missing>> post_order(const OrderPosting& /*posting*/) override {
        if (++calls == 1) {
            m_meanwhile();
            return Error("odoo.refused", Blame::BackOffice, "closed period");
        }
        return std::variant<Posted, Missing>(
            Posted{.id = 42, .name = "S00042", .state = "draft", .existed = false});
    }
    Result<std::variant<Changed, Missing>> change_order(const ChangePosting& /*p*/) override {
        return Error("test", Blame::Bug, "no changes here");
    }
    Status ping() override { return {}; }
    unsigned calls = 0;

private:
    std::function<void()> m_meanwhile;
};

unsigned calls_with(World& world, const std::function<void()>& meanwhile) {
    Refusing office(meanwhile);
    Tools tools{.store = *world.store,
                .archive = world.archive,
                .agreements = world.agreements,
                .schemas = testing::schemas(),
                .sender = world.sender,
                .back_office = office,
                .clock = world.clock,
                .random = world.random,
                .metrics = world.metrics,
                .log = Log(null_sink())};
    Pipeline pipeline({}, tools);
    const auto admitted = world.admit(write_850({}), "a");
    EXPECT_TRUE(admitted) << admitted.error().text();
    const auto steps = pipeline.run_until_idle();
    EXPECT_TRUE(steps) << steps.error().text();
    return office.calls;
}

TEST_F(MapChanges, AStepThatParksOnWhatWasAgreedBeforeIsTriedOnceMore) {
    EXPECT_EQ(calls_with(m_world, [&] { m_world.use(testing::acme()); }), 2U)
        << "the reload looked for what waits before this one waited";
    EXPECT_TRUE(m_world.jobs(store::JobState::Parked).empty());
}

TEST_F(MapChanges, AStepThatParksWithoutAReloadStaysParked) {
    EXPECT_EQ(calls_with(m_world, [] {}), 1U);
    EXPECT_EQ(m_world.jobs(store::JobState::Parked).size(), 1U);
}

// ---- killed ----------------------------------------------------------------------------------------------------------

// A gateway that starts, takes an order it cannot map, and is given the row.
void play(const std::filesystem::path& directory) {
    World world(directory);
    const Folder folder(directory / "partners");
    folder.load(world, "gateway");
    testing::take_over(world);
    world.receive(with_units(write_850({}), "ZZ"), "a");
    if (!folder.has_row("ZZ")) folder.add_row("ZZ");
    folder.load(world);
    world.run();
}

TEST(Child, GetsARow) {
    if (!testing::played(play)) GTEST_SKIP() << testing::NotByItself;
}

class RowCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(RowCrash, TheRowIsAuditedOnceAndTheOrderPostedOnce) {
    const testing_support::TempDir directory;
    testing::kill_and_start_again(GetParam(), directory.path(), "Child.GetsARow");
    World world(directory.path());
    EXPECT_EQ(entries(world, "map.row.added").size(), 1U);
    EXPECT_EQ(entries(world, "map.taken").size(), 2U) << "without the row, and with it";
    EXPECT_LE(entries(world, "document.released").size(), 1U);
    EXPECT_EQ(world.back_office.orders(), 1U);
    EXPECT_EQ(world.newest("850").status.back_office, store::BackOfficeStatus::Posted);
    testing::expect_at_rest(world);
}

INSTANTIATE_TEST_SUITE_P(Boundaries,
                         RowCrash,
                         ::testing::Values("maps.taken.before:1",
                                           "maps.taken.after:1",
                                           "map.commit.before:1",
                                           "map.commit.after:1",
                                           "maps.taken.before:2",
                                           "maps.taken.after:2"),
                         testing::name_of_point);

}  // namespace
}  // namespace sallyport::flow
