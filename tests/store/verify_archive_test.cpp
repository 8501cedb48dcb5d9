// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/verify_archive.h"

#include "fixture.h"

#include "gateway/base/digest.h"
#include "gateway/base/file.h"
#include "gateway/store/sql.h"

#include <fstream>
#include <set>

namespace sallyport::store {

class ArchiveCheckTest : public StoreTest {
protected:
    ArchiveCheckTest() {
        for (std::size_t number = 0; number < 30; ++number) {
            m_large.push_back(*m_archive.put(Bytes(Archive::SmallObject + 1 + number, 'x')));
            m_small.push_back(*m_archive.put("small " + std::to_string(number)));
            Message message;
            message.id = "m" + std::to_string(number);
            message.payload_ref = m_large.back();
            message.raw_ref = m_small.back();
            must([&](Transaction& unit) { return unit.add_message(message); });
            Document document;
            document.id = "d" + std::to_string(number);
            document.payload_ref = m_small.back();
            document.canonical_ref = m_large.back();
            must([&](Transaction& unit) { return unit.add_document(document); });
        }
    }
    std::filesystem::path root() const { return m_dir.path() / "archive"; }
    // To its end; stopped and begun anew from its text after each step when `stop`.
    ArchiveCheck check(bool stop = false) {
        m_codes.clear();
        m_texts.clear();
        const ArchiveUnderCheck under{.archive = m_archive,
                                      .root = root(),
                                      .store = *m_store,
                                      .bad = [&](const Error& error) {
                                          m_codes.insert(std::string(error.code()));
                                          m_texts += error.text() + "\n";
                                      }};
        ArchiveCheck at;
        while (at.part != ArchiveCheck::Part::Done) {
            const Status some = check_some(under, at);
            EXPECT_TRUE(some) << some.error().text();
            if (!some) break;
            if (!stop) continue;
            const auto read = ArchiveCheck::read(at.write());
            EXPECT_TRUE(read) << at.write();
            if (!read) break;
            at = *read;
        }
        return at;
    }

    Archive m_archive{root(), m_store->objects()};
    std::vector<std::string> m_large, m_small;
    std::multiset<std::string> m_codes;
    std::string m_texts;
};

TEST_F(ArchiveCheckTest, SeesEverythingOnceWhetherStoppedOrNot) {
    for (const bool stop : {false, true}) {
        const auto done = check(stop);
        EXPECT_EQ(done.objects, 60U);
        EXPECT_EQ(done.references, 120U);
        EXPECT_GT(done.bytes, 30 * Archive::SmallObject);
        EXPECT_EQ(done.changed + done.missing + done.leftovers, 0U);
        EXPECT_TRUE(m_codes.empty()) << m_texts;
    }
}

TEST_F(ArchiveCheckTest, NamesWhatWasChangedLostOrPutThere) {
    const auto changed = m_archive.path_of(m_large[3]);
    ASSERT_TRUE(write_file_durably(changed, Bytes(Archive::SmallObject + 4, 'y')));
    std::filesystem::remove(m_archive.path_of(m_large[7]));
    std::ofstream(changed.parent_path() / "stranger") << "x";
    std::ofstream(changed.parent_path() / ".left.tmp") << "x";
    {
        auto connection =
            Connection::open(file(), Connection::Mode::ReadWrite, std::chrono::seconds(5));
        ASSERT_TRUE(connection);
        ASSERT_TRUE(
            (*connection)
                ->run("UPDATE objects SET octets = x'00' WHERE address = '" + m_small[5] + "'"));
        ASSERT_TRUE((*connection)->run("DELETE FROM objects WHERE address = '" + m_small[9] + "'"));
    }
    for (const bool stop : {false, true}) {
        const auto done = check(stop);
        EXPECT_EQ(done.changed, 3U) << m_texts;
        EXPECT_EQ(done.missing, 4U) << "each row that names one of the two:\n" << m_texts;
        EXPECT_EQ(done.leftovers, 1U);
        EXPECT_EQ(m_codes.count("archive.corrupt"), 3U);
        EXPECT_EQ(m_codes.count("archive.missing"), 4U);
        for (const auto& name : {m_large[3],
                                 m_small[5],
                                 std::string("stranger"),
                                 std::string("message m7"),
                                 std::string("document d9")})
            EXPECT_NE(m_texts.find(name), std::string::npos) << name << "\n" << m_texts;
    }
}

TEST_F(ArchiveCheckTest, DoesNotTakeAnUnreadableFolderForAnEmptyOne) {
    if (::geteuid() == 0) {
        // Nothing is unreadable for root: a file where a folder belongs is.
        const std::string prefix = m_large[0].substr(0, 2);
        std::filesystem::remove_all(root() / prefix);
        std::ofstream(root() / prefix) << "x";
    } else {
        std::filesystem::permissions(root() / m_large[0].substr(0, 2),
                                     std::filesystem::perms::none);
    }
    const ArchiveUnderCheck under{
        .archive = m_archive, .root = root(), .store = *m_store, .bad = [](const Error&) {}};
    ArchiveCheck at;
    Status some;
    while (some && at.part == ArchiveCheck::Part::Files)
        some = check_some(under, at);
    ASSERT_FALSE(some);
    EXPECT_EQ(some.error().code(), "archive.folder");
    if (::geteuid() != 0)
        std::filesystem::permissions(root() / m_large[0].substr(0, 2),
                                     std::filesystem::perms::owner_all);
}

TEST(ArchiveProgress, IsReadOnlyAsItWasWritten) {
    EXPECT_FALSE(ArchiveCheck::read(""));
    EXPECT_FALSE(ArchiveCheck::read("archive-check-1 0 zz 1 2 3 4 5 6\n"));
    EXPECT_FALSE(ArchiveCheck::read("archive-check-1 9 - 1 2 3 4 5 6\n"));
    EXPECT_FALSE(ArchiveCheck::read("archive-check-2 0 - 1 2 3 4 5 6\n"));
    EXPECT_FALSE(ArchiveCheck::read("archive-check-1 0 - 1 2\n"));
    const auto read = ArchiveCheck::read("archive-check-1 0 ab 1 2 3 4 5 6\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->after, "ab");
    EXPECT_EQ(read->missing, 6U);
}

}  // namespace sallyport::store
