// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include "gateway/store/schema.h"

namespace sallyport::store {

namespace {

class Migration : public ::testing::Test {
protected:
    std::unique_ptr<Connection> connect() {
        auto opened =
            Connection::open(file(), Connection::Mode::ReadWrite, std::chrono::seconds(5));
        EXPECT_TRUE(opened);
        return *std::move(opened);
    }
    std::filesystem::path file() const { return m_dir.path() / "store.db"; }

    testing_support::TempDir m_dir;
    FakeClock m_clock;
};

// Every table and index as one text.
std::string shape_of(Connection& connection) {
    auto rows = connection.query(
        "SELECT coalesce(sql, name) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY "
        "name",
        "t");
    EXPECT_TRUE(rows);
    std::string text;
    for (Row& row : *rows)
        text += row.text() + "\n";
    return text;
}

}  // namespace

TEST_F(Migration, EveryEarlierVersionReachesTheSameSchemaAndKeepsItsRows) {
    std::string fresh;
    {
        testing_support::TempDir other;
        auto connection = Connection::open(
            other.path() / "x.db", Connection::Mode::ReadWrite, std::chrono::seconds(5));
        ASSERT_TRUE(connection);
        ASSERT_TRUE(migrate(**connection, current_schema(), m_clock.now()));
        fresh = shape_of(**connection);
    }
    ASSERT_GE(current_schema(), 2);
    for (int from = 1; from < current_schema(); ++from) {
        SCOPED_TRACE(from);
        std::filesystem::remove(file());
        {
            auto connection = connect();
            ASSERT_TRUE(migrate(*connection, from, m_clock.now()));
            ASSERT_EQ(*schema_of(*connection), from);
            ASSERT_TRUE(
                connection->run("INSERT INTO documents VALUES ('01OLD', NULL, 'transaction', "
                                "'inbound', NULL, 'acme', 'X12', '850', '004010', "
                                "'', '', 0, '', '', '', 0, '', 'PO1', '', '', '', '', '', NULL, "
                                "'valid', 'delivered', 'owed', 'posted', 'nobody', "
                                "NULL, '', '', 1, 1)"));
        }
        {
            auto store = open_sqlite_store({.file = file()}, m_clock);
            ASSERT_TRUE(store) << store.error().text();
            auto found = read<std::optional<Document>>(
                **store, [](Reader& r) { return r.document("01OLD"); });
            ASSERT_TRUE(found && *found);
            EXPECT_EQ((*found)->status.back_office, BackOfficeStatus::Posted);
            EXPECT_TRUE((*store)->submit([](Transaction& t) {
                return t.audit({"gateway", "e", "01OLD", {}});
            }));
        }
        auto connection = connect();
        EXPECT_EQ(*schema_of(*connection), current_schema());
        EXPECT_EQ(shape_of(*connection), fresh);
    }
}

TEST_F(Migration, AnEmptyFileIsBroughtToTheCurrentSchemaAndReopened) {
    { ASSERT_TRUE(open_sqlite_store({.file = file()}, m_clock)); }
    auto connection = connect();
    EXPECT_EQ(*schema_of(*connection), current_schema());
    auto rows = connection->query("SELECT count(*) FROM schema_version", "i");
    EXPECT_EQ(rows->front().integer(), current_schema());
}

TEST_F(Migration, ADatabaseOfALaterReleaseIsRefusedUntouched) {
    { ASSERT_TRUE(open_sqlite_store({.file = file()}, m_clock)); }
    {
        auto connection = connect();
        ASSERT_TRUE(connection->run("INSERT INTO schema_version VALUES (999, 0)"));
    }
    auto refused = open_sqlite_store({.file = file()}, m_clock);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "store.schema.newer");
    EXPECT_EQ(refused.error().blame(), Blame::Operator);
    auto reading = open_sqlite_store_read_only(file());
    ASSERT_FALSE(reading);
    EXPECT_EQ(reading.error().code(), "store.schema.newer");
}

TEST_F(Migration, AFailingMigrationLeavesTheSchemaBeforeIt) {
    auto connection = connect();
    ASSERT_TRUE(migrate(*connection, 1, m_clock.now()));
    const std::string before = shape_of(*connection);
    ASSERT_TRUE(connection->run("CREATE TABLE attempts (in_the_way INTEGER)"));  // step 2 makes one
    auto failed = migrate(*connection, current_schema(), m_clock.now());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), "store.migration");
    EXPECT_EQ(*schema_of(*connection), 1);
    EXPECT_FALSE(connection->in_transaction());
    ASSERT_TRUE(connection->run("DROP TABLE attempts"));
    EXPECT_EQ(shape_of(*connection), before) << "the step's first tables must be gone again";
    EXPECT_TRUE(migrate(*connection, current_schema(), m_clock.now()));
}

TEST_F(Migration, AnUnreadableDirectorySaysWhatToDo) {
    auto refused = open_sqlite_store({.file = m_dir.path() / "nowhere" / "store.db"}, m_clock);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "store.open");
    EXPECT_NE(refused.error().remedy(), "");
}

}  // namespace sallyport::store
