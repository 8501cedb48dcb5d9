// SPDX-License-Identifier: Apache-2.0
// The archive's small objects in the database: durable with the unit that names them, read wherever they lie.
#include "fixture.h"

#include "gateway/base/digest.h"
#include "gateway/base/file.h"
#include "gateway/store/archive.h"
#include "gateway/store/schema.h"
#include "gateway/store/sql.h"

#include <thread>

namespace sallyport::store {

class SmallObjects : public StoreTest {
protected:
    std::filesystem::path folder() const { return m_dir.path() / "archive"; }
    Archive archive() { return Archive(folder(), m_store->objects()); }
    std::uint64_t commits() { return m_store->counters().commits; }

    // What a second program sees: only what is committed.
    std::optional<Bytes> committed(const std::string& address) {
        auto beside = open_sqlite_store_read_only(file());
        EXPECT_TRUE(beside);
        auto found = (*beside)->objects().find(address);
        EXPECT_TRUE(found) << found.error().text();
        return found ? *found : std::nullopt;
    }
    void tamper(const std::string& sql) {
        auto connection =
            Connection::open(file(), Connection::Mode::ReadWrite, std::chrono::seconds(5));
        ASSERT_TRUE(connection);
        ASSERT_TRUE((*connection)->run(sql));
    }
};

TEST_F(SmallObjects, AreThereAtOnceAndDurableWithTheNextUnitThatCommits) {
    const Bytes octets("ISA\0*\xFF\r\n", 8);
    const auto before = commits();
    auto address = archive().put(octets);
    ASSERT_TRUE(address) << address.error().text();
    EXPECT_EQ(*address, sha256_hex(octets));
    EXPECT_EQ(commits(), before) << "putting alone waits for no commit";
    EXPECT_EQ(*archive().get(*address), octets);
    EXPECT_EQ(*archive().size(*address), octets.size());
    EXPECT_FALSE(committed(*address));
    add_message("m1");
    EXPECT_EQ(commits(), before + 1) << "one commit for both";
    EXPECT_EQ(committed(*address), octets);
    EXPECT_FALSE(std::filesystem::exists(folder())) << "no file was made";
}

TEST_F(SmallObjects, OfAUnitThatFailsStayForTheNextOne) {
    auto address = archive().put("payload");
    ASSERT_TRUE(address);
    EXPECT_FALSE(m_store->submit([](Transaction&) -> Status { return an_error(); }));
    EXPECT_EQ(*archive().get(*address), "payload");
    add_message("m1");
    EXPECT_EQ(committed(*address), "payload");
}

TEST_F(SmallObjects, OfAGroupThatIsGivenUpAreWrittenByTheNextOne) {
    add_message("m0");
    auto address = archive().put("payload");
    ASSERT_TRUE(address);
    {
        // Somebody else holds the database for writing: the group cannot begin.
        m_store.reset();
        auto impatient =
            open_sqlite_store({.file = file(), .busy_wait = std::chrono::milliseconds(1)}, m_clock);
        ASSERT_TRUE(impatient);
        m_store = *std::move(impatient);
    }
    address = archive().put("another payload");
    ASSERT_TRUE(address);
    auto holder = Connection::open(file(), Connection::Mode::ReadWrite, std::chrono::seconds(5));
    ASSERT_TRUE(holder);
    ASSERT_TRUE((*holder)->run("BEGIN IMMEDIATE"));
    Message message;
    message.id = "m1";
    message.payload_ref = *address;
    const auto refused = m_store->submit([&](Transaction& t) { return t.add_message(message); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "store.unavailable");
    ASSERT_TRUE((*holder)->run("ROLLBACK"));
    EXPECT_FALSE(committed(*address));
    must([&](Transaction& t) { return t.add_message(message); });
    EXPECT_EQ(committed(*address), "another payload");
}

TEST_F(SmallObjects, SurviveReopeningEvenWithoutAUnit) {
    auto address = archive().put("payload");
    ASSERT_TRUE(address);
    reopen();
    EXPECT_EQ(*archive().get(*address), "payload");
}

TEST_F(SmallObjects, ManyAreWrittenWithoutWaitingForAUnit) {
    const auto before = commits();
    Archive small = archive();
    for (unsigned at = 0; commits() == before; ++at) {
        ASSERT_LT(at, 100'000U) << "nothing was written";
        ASSERT_TRUE(small.put(std::to_string(at) + Bytes(90'000, 'x')));
        std::this_thread::yield();
    }
}

TEST_F(SmallObjects, NothingAtAllIsAnObjectToo) {
    auto address = archive().put("");
    ASSERT_TRUE(address);
    add_message("m1");
    EXPECT_EQ(*archive().get(*address), "");
    EXPECT_EQ(*archive().size(*address), 0U);
    EXPECT_EQ(committed(*address), "");
}

TEST_F(SmallObjects, EndWhereFilesBegin) {
    auto last = archive().put(Bytes(Archive::SmallObject, 'x'));
    auto first = archive().put(Bytes(Archive::SmallObject + 1, 'x'));
    ASSERT_TRUE(last && first);
    EXPECT_FALSE(std::filesystem::exists(archive().path_of(*last)));
    EXPECT_TRUE(std::filesystem::exists(archive().path_of(*first)));
    EXPECT_EQ(archive().get(*first)->size(), Archive::SmallObject + 1);
    EXPECT_EQ(*archive().size(*first), Archive::SmallObject + 1);
}

TEST_F(SmallObjects, ThatAreDamagedAreAnErrorNeverOctetsAndHealWhenStoredAgain) {
    auto address = archive().put("the original");
    ASSERT_TRUE(address);
    add_message("m1");
    tamper("UPDATE objects SET octets = x'00'");
    auto damaged = archive().get(*address);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code(), "archive.corrupt");
    EXPECT_EQ(damaged.error().blame(), Blame::Operator);
    unsigned bad = 0;
    auto survey = archive().verify([&](const Error& error) {
        ++bad;
        EXPECT_EQ(error.code(), "archive.corrupt");
    });
    ASSERT_TRUE(survey);
    EXPECT_EQ(bad, 1U);
    ASSERT_TRUE(archive().put("the original"));
    add_message("m2");
    EXPECT_EQ(*archive().get(*address), "the original");
    EXPECT_EQ(committed(*address), "the original");
}

TEST_F(SmallObjects, AndFilesAreVerifiedTogether) {
    for (unsigned at = 0; at < 250; ++at)
        ASSERT_TRUE(archive().put("object " + std::to_string(at)));
    ASSERT_TRUE(archive().put(Bytes(Archive::SmallObject + 1, 'x')));
    add_message("m1");
    auto survey = archive().verify([](const Error& error) { ADD_FAILURE() << error.text(); });
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->objects, 251U);
    EXPECT_GT(survey->bytes, Archive::SmallObject);
}

TEST_F(SmallObjects, OfManyWritersAreAllThereOnce) {
    std::vector<std::thread> threads;
    for (unsigned who = 0; who < 8; ++who)
        threads.emplace_back([&, who] {
            for (unsigned at = 0; at < 20; ++at) {
                auto address = archive().put("object " + std::to_string(at));
                ASSERT_TRUE(address);
                Message message;
                message.id = std::to_string(who) + "-" + std::to_string(at);
                message.payload_ref = *address;
                ASSERT_TRUE(
                    m_store->submit([&](Transaction& t) { return t.add_message(message); }));
                EXPECT_TRUE(committed(*address)) << "named by a committed row";
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    auto survey = archive().verify([](const Error& error) { ADD_FAILURE() << error.text(); });
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->objects, 20U);
}

// A state directory of the release before: schema 7, its objects are files, whatever their size.
TEST_F(SmallObjects, OfAnEarlierReleaseAreReadWhereTheyLieAndStoredAgainWithoutHarm) {
    m_store.reset();
    std::filesystem::remove(file());
    {
        auto connection =
            Connection::open(file(), Connection::Mode::ReadWrite, std::chrono::seconds(5));
        ASSERT_TRUE(connection);
        ASSERT_TRUE(migrate(**connection, 7, m_clock.now()));
    }
    auto address = Archive(folder()).put("from before");
    ASSERT_TRUE(address);
    reopen();
    EXPECT_EQ(m_store->schema_version(), current_schema());
    EXPECT_EQ(*archive().get(*address), "from before");
    EXPECT_EQ(*archive().size(*address), 11U);
    EXPECT_TRUE(archive().has(*address));
    ASSERT_TRUE(archive().put("from before"));
    add_message("m1");
    EXPECT_EQ(*archive().get(*address), "from before");
    EXPECT_TRUE(archive().verify([](const Error& error) { ADD_FAILURE() << error.text(); }));
}

TEST_F(SmallObjects, CannotBeKeptByAProgramThatOnlyReads) {
    auto beside = open_sqlite_store_read_only(file());
    ASSERT_TRUE(beside);
    auto refused = Archive(folder(), (*beside)->objects()).put("x");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "store.read_only");
}

}  // namespace sallyport::store
