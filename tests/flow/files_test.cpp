// SPDX-License-Identifier: Apache-2.0
// Documents that nobody reads: into a folder, out to the partner, once, whatever is killed; and what is too large to be read.
#include "gateway/flow/files.h"

#include "child.h"
#include "tests/support/temp_dir.h"
#include "world.h"

#include "gateway/flow/decisions.h"
#include "gateway/flow/folder_drop.h"

#include <gtest/gtest.h>

#include <set>

namespace sallyport::flow {
namespace {

using testing::acme;
using testing::expect_at_rest;
using testing::kill_and_start_again;
using testing::name_of_point;
using testing::played;
using testing::take_over;
using testing::World;

constexpr const char* Pdf = "%PDF-1.7 with an ISA* inside";

config::Partner with_files(const std::filesystem::path& folder) {
    auto partner = acme();
    partner.deliver_by = "as2";
    partner.files = {.enabled = true,
                     .folder = folder.string(),
                     .content_types = {"application/pdf", "application/octet-stream"}};
    return partner;
}

Result<transports::Admission> admit_file(World& world,
                                         const Bytes& payload,
                                         const std::string& id,
                                         const std::string& type = "Application/PDF; x=y") {
    transports::Arrival arrival;
    arrival.transport = "as2";
    arrival.partner = "acme";
    arrival.from = "ACME";
    arrival.to = "SALLYPORT";
    arrival.message_id = "<" + id + "@acme>";
    arrival.content_digest = sha256_hex(payload);
    arrival.content_type = type;
    arrival.file_name = "../.plan \n.pdf";
    arrival.payload = payload;
    return world.intake->admit(arrival, [](transports::Verdict /*verdict*/) {
        return Result<transports::Receipt>(transports::Receipt{.disposition = "processed"});
    });
}

// What others see in the folder, and what is hidden there.
struct Folder {
    std::vector<Bytes> named;
    std::set<std::string> names;
    std::size_t hidden = 0;
};
Folder look(const std::filesystem::path& path) {
    Folder folder;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with('.')) {
            ++folder.hidden;
            continue;
        }
        folder.names.insert(name);
        folder.named.push_back(*read_file(entry.path(), 1U << 20));
    }
    return folder;
}

class Files : public ::testing::Test {
protected:
    Files() { std::filesystem::create_directories(m_folder); }
    void receive(const Bytes& payload,
                 const std::string& id,
                 const std::string& type = "application/pdf") {
        m_world.clock.advance(std::chrono::milliseconds(10));
        const auto admitted = admit_file(m_world, payload, id, type);
        ASSERT_TRUE(admitted) << admitted.error().text();
        m_world.run();
    }
    void release(const store::Document& document) {
        const Status done = release_document(*m_world.tools, document.id, "operator:test");
        ASSERT_TRUE(done) << done.error().text();
        m_world.run();
    }

    testing_support::TempDir m_directory;
    std::filesystem::path m_folder = m_directory.path() / "out of here";
    World m_world{m_directory.path()};
};

TEST_F(Files, PassIntoTheFolderAsTheyCameUnderANameThatLeadsNowhere) {
    m_world.use(with_files(m_folder));
    receive(Pdf, "a", "Application/PDF; x=y");
    const auto folder = look(m_folder);
    ASSERT_EQ(folder.named.size(), 1U);
    EXPECT_EQ(folder.named[0], Pdf);
    EXPECT_EQ(folder.hidden, 0U);
    const auto document = m_world.newest_envelope();
    EXPECT_EQ(*folder.names.begin(), document.id + "-.._.plan__.pdf");
    EXPECT_EQ(document.standard, FileStandard);
    EXPECT_EQ(document.version, "application/pdf");
    EXPECT_EQ(document.status.back_office, store::BackOfficeStatus::Posted);
    EXPECT_EQ(document.next.actor, store::Actor::Nobody);
    EXPECT_TRUE(m_world.sender.sent().empty()) << "nothing acknowledges it but the receipt";
    expect_at_rest(m_world);
}

TEST_F(Files, AreReadAsBeforeWhereTheAgreementDoesNotNameTheirType) {
    m_world.use(with_files(m_folder));
    receive(testing::write_850({}), "a", "application/edi-x12");
    EXPECT_TRUE(look(m_folder).named.empty());
    EXPECT_EQ(m_world.back_office.orders(), 1U);
}

// A folder that is gone holds what goes there, and nothing else of the partner.
TEST_F(Files, WithoutTheirFolderStopNothingElse) {
    m_world.use(with_files(m_folder / "not" / "there"));
    receive(Pdf, "a");
    m_world.receive(testing::write_850({}), "b");
    EXPECT_EQ(m_world.back_office.orders(), 1U);
    EXPECT_EQ(m_world.jobs(store::JobState::Parked).size(), 1U);
}

TEST_F(Files, WaitUntilTheFolderIsThere) {
    auto partner = with_files(m_folder / "not" / "there");
    m_world.use(partner);
    receive(Pdf, "a");
    auto held = m_world.newest_envelope();
    EXPECT_EQ(held.next.code, "flow.files.folder");
    EXPECT_EQ(held.next.actor, store::Actor::Administrator);
    EXPECT_EQ(held.status.back_office, store::BackOfficeStatus::Held);
    partner.files.folder.clear();
    m_world.use(partner);
    release(held);
    EXPECT_EQ(m_world.newest_envelope().next.code, "flow.files.folder");
    m_world.use(with_files(m_folder));
    release(held);
    EXPECT_EQ(look(m_folder).named.size(), 1U);
}

// Larger than anything that is read as EDI: a clear state, whole in the archive, and one release from its folder.
TEST_F(Files, TooLargeToBeReadAreHeldAndMayPassUnread) {
    Bytes large = testing::write_850({});
    large.resize(LargestInterchange + 1, ' ');
    receive(large, "a", "application/edi-x12");
    const auto held = m_world.newest_envelope();
    EXPECT_EQ(held.next.code, "flow.unwrap.large");
    EXPECT_EQ(held.next.actor, store::Actor::Coordinator);
    EXPECT_EQ(held.status.content, store::ContentStatus::Unreadable);
    EXPECT_EQ(held.status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_TRUE(m_world.archive.checked_file(held.payload_ref));
    EXPECT_TRUE(m_world.jobs(store::JobState::Parked).empty());
    auto partner = with_files(m_folder);
    partner.files.content_types.emplace_back("application/edi-x12");
    m_world.use(partner);
    release(held);
    std::uintmax_t size = 0;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder))
        size += entry.file_size();
    EXPECT_EQ(size, LargestInterchange + 1);
    expect_at_rest(m_world);
}

TEST_F(Files, DamagedInTheArchiveDoNotPass) {
    m_world.use(with_files(m_folder));
    m_world.clock.advance(std::chrono::milliseconds(10));
    const Bytes payload(200'000, 'x');
    ASSERT_TRUE(admit_file(m_world, payload, "a"));
    const auto stored = m_world.archive.path_of(sha256_hex(payload));
    std::filesystem::permissions(stored, std::filesystem::perms::owner_all);
    std::ofstream(stored, std::ios::in | std::ios::out) << "y";
    m_world.run();
    EXPECT_EQ(m_world.newest_envelope().next.code, "archive.corrupt");
    const auto folder = look(m_folder);
    EXPECT_TRUE(folder.named.empty());
    EXPECT_EQ(folder.hidden, 0U);
}

Result<Submitted> submit(World& world, const Bytes& content, const std::string& key) {
    auto address = world.archive.put(content);
    if (!address) return std::move(address).error();
    return submit_file(*world.tools,
                       {.source_key = key,
                        .partner = "acme",
                        .payload_ref = *address,
                        .content_type = "application/pdf",
                        .file_name = "plan.pdf",
                        .origin = "operator:test"});
}

TEST_F(Files, GoToThePartnerOnceHoweverOftenTheyAreGiven) {
    auto partner = with_files(m_folder);
    partner.deliver_by = "sftp";
    m_world.use(partner);
    const auto first = submit(m_world, Pdf, "k1");
    ASSERT_TRUE(first) << first.error().text();
    EXPECT_FALSE(first->existed);
    m_world.run();
    const auto again = submit(m_world, Pdf, "k1");
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->existed);
    EXPECT_EQ(again->document, first->document);
    const auto other = submit(m_world, "other", "k1");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code(), "flow.submit.conflict");
    m_world.run();
    EXPECT_EQ(m_world.sender.sent().size(), 1U);
    EXPECT_EQ(m_world.sender.last_wire, std::string("frozen:") + Pdf);
    const auto sent = m_world.documents({.direction = store::Direction::Outbound});
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_EQ(sent[0].status.acknowledgement, store::AckStatus::NotNeeded);
    EXPECT_EQ(sent[0].next.actor, store::Actor::Nobody);
    expect_at_rest(m_world);
}

TEST_F(Files, GoByAs2FromTheFileInTheArchive) {
    auto partner = with_files(m_folder);
    m_world.use(partner);
    const auto submitted = submit(m_world, Bytes(200'000, 'x'), "k1");
    ASSERT_TRUE(submitted);
    const auto document = m_world.documents({.direction = store::Direction::Outbound}).at(0);
    const auto by_as2 = parcel_of_file(*m_world.tools, document, partner);
    ASSERT_TRUE(by_as2) << by_as2.error().text();
    EXPECT_EQ(by_as2->payload_file, m_world.archive.path_of(document.payload_ref));
    EXPECT_TRUE(by_as2->payload.empty());
    EXPECT_EQ(by_as2->content_type, "application/pdf");
    EXPECT_EQ(by_as2->file_name, "plan.pdf");
    partner.deliver_by = "folder";
    const auto otherwise = parcel_of_file(*m_world.tools, document, partner);
    ASSERT_TRUE(otherwise);
    EXPECT_EQ(otherwise->payload, Bytes(200'000, 'x'));
    // What was changed on disk does not leave.
    std::ofstream(m_world.archive.path_of(document.payload_ref), std::ios::in | std::ios::out)
        << "y";
    EXPECT_EQ(parcel_of_file(*m_world.tools, document, with_files(m_folder)).error().code(),
              "archive.corrupt");
}

TEST_F(Files, ToNobodyWeKnowAreRefused) {
    auto partner = acme();
    partner.name = "other";
    m_world.use(partner);
    const auto refused = submit(m_world, Pdf, "k1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "flow.agreement.unknown");
}

TEST_F(Files, TooLargeForAWayThatHoldsThemInMemoryWait) {
    auto partner = with_files(m_folder);
    partner.deliver_by = "sftp";
    m_world.use(partner);
    ASSERT_TRUE(submit(m_world, Bytes(LargestInterchange + 1, 'x'), "k1"));
    m_world.run();
    const auto waiting = m_world.documents({.direction = store::Direction::Outbound});
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].next.code, "flow.files.large");
    EXPECT_EQ(waiting[0].status.delivery, store::DeliveryStatus::Failed);
}

// In: received, put into the folder, taken away by those who wait for it. Out: given twice.
void play_files(const std::filesystem::path& directory) {
    const auto folder = directory / "files";
    std::filesystem::create_directories(folder);
    World world(directory);
    world.use(with_files(folder));
    take_over(world);
    world.clock.advance(std::chrono::milliseconds(10));
    ASSERT_TRUE(admit_file(world, Pdf, "a"));
    world.run();
    for (int times = 0; times < 2; ++times)
        ASSERT_TRUE(submit(world, Bytes(200'000, 'x'), "k1"));
    world.run();
}

// The same, where somebody takes what is in the folder before the gateway starts again.
void take_away(const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory / "taken");
    for (const auto& entry : std::filesystem::directory_iterator(directory / "files"))
        if (!entry.path().filename().string().starts_with('.'))
            std::filesystem::rename(entry.path(), directory / "taken" / entry.path().filename());
}

TEST(Child, PassesFiles) {
    if (!played(play_files)) GTEST_SKIP() << testing::NotByItself;
}

class FilesCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(FilesCrash, NothingIsLostAndNothingPassesTwice) {
    const testing_support::TempDir directory;
    ASSERT_TRUE(testing::killed_at(GetParam(), directory.path(), "Child.PassesFiles"))
        << "the point was never passed";
    if (std::filesystem::exists(directory.path() / "files")) take_away(directory.path());
    ASSERT_FALSE(testing::killed_at("", directory.path(), "Child.PassesFiles"));
    take_away(directory.path());
    const auto taken = look(directory.path() / "taken");
    ASSERT_EQ(taken.named.size(), 1U);
    EXPECT_EQ(taken.named[0], Pdf);
    EXPECT_EQ(look(directory.path() / "files").hidden, 0U);
    World world(directory.path());
    const auto lines = world.sender.sent();
    const std::set<std::string> different(lines.begin(), lines.end());
    EXPECT_EQ(different.size(), 1U) << "whatever was sent again was the same message";
    EXPECT_EQ(world.documents({.direction = store::Direction::Outbound}).size(), 1U);
    expect_at_rest(world);
}

INSTANTIATE_TEST_SUITE_P(AtEveryBoundary,
                         FilesCrash,
                         ::testing::Values("intake.commit.after",
                                           "unwrap.commit.before",
                                           "unwrap.commit.after",
                                           "stage.commit.before",
                                           "stage.commit.after",
                                           "deliver.rename.before",
                                           "deliver.rename.after",
                                           "deliver.commit.before",
                                           "deliver.commit.after",
                                           "submit.commit.before",
                                           "submit.commit.after",
                                           "freeze.commit.before",
                                           "freeze.commit.after",
                                           "send.before",
                                           "send.after",
                                           "send.commit.before",
                                           "send.commit.after"),
                         name_of_point);

TEST(Drop, NamesArePlainAndCarryTheDocument) {
    EXPECT_EQ(drop_of("/x", "m", "d", "a/../b\n.edi").named, "/x/d-a_.._b_.edi");
    EXPECT_EQ(drop_of("/x", "m", "d", "").named, "/x/d");
    EXPECT_EQ(drop_of("/x", "m", "d", "").hidden, "/x/.sallyport-m.part");
    EXPECT_LT(drop_of("/x", "m", "d", std::string(5000, 'a')).named.string().size(), 200U);
}

}  // namespace
}  // namespace sallyport::flow
