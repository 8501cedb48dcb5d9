// SPDX-License-Identifier: Apache-2.0
// Every named leniency: what it puts right, that it says so, that it can be refused, and that writing the tree again gives
// what was received outside the repairs listed.
#include "edi_fixture.h"

#include "parsers/edi.h"
#include "parsers/guide.h"

#include <gtest/gtest.h>
#include <iconv.h>

namespace sallyport::edi {
namespace {

using test::codes_in;
using test::order;
using test::repairs_in;
using test::replaced;
using test::replaced_all;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

std::string converted(std::string text, const char* from, const char* to) {
    const iconv_t handle = iconv_open(to, from);
    std::string out(text.size() * 4 + 8, '\0');
    char* in = text.data();
    char* at = out.data();
    std::size_t left = text.size(), room = out.size();
    EXPECT_EQ(iconv(handle, &in, &left, &at, &room), 0u);
    iconv_close(handle);
    out.resize(out.size() - room);
    return out;
}

std::string wrapped(const std::string& text, std::size_t width, const std::string& line_end) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += width)
        out += text.substr(at, width) + line_end;
    return out;
}

std::string one_line(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c != '\n' && c != '\r') out += c;
    }
    return out;
}

struct Deviation {
    std::string name;  // of the leniency
    std::string octets;
    std::string repair;
    bool same = true;  // emitting gives the octets received
};

std::vector<Deviation> deviations() {
    const std::string no_end = order().substr(0, order().size() - 2);
    return {
        {"byte-order-mark", "\xEF\xBB\xBF" + order(), "edi.repair.byte-order-mark"},
        {"junk", "Received: from mail\n\n" + order(), "edi.repair.junk"},
        {"unpadded-header",
         replaced(order(), "*ACMERETAIL     *", "*ACMERETAIL*"),
         "x12.isa.width"},
        {"missing-final-terminator", no_end, "edi.repair.final-terminator"},
        {"other-encoding",
         converted(order(), "ISO-8859-1", "UTF-16LE"),
         "edi.repair.encoding",
         false},
        {"other-encoding",
         converted(order(), "ISO-8859-1", "UTF-16"),
         "edi.repair.encoding",
         false},
        {"other-encoding",
         converted(one_line(order()), "ISO-8859-1", "IBM1047"),
         "edi.repair.encoding",
         false},
        {"other-encoding",
         converted(orders(), "ISO-8859-1", "UTF-16BE"),
         "edi.repair.encoding",
         false},
        {"wrapped-lines", wrapped(one_line(order()), 80, "\r\n"), "edi.repair.wrapped-lines"},
        {"wrapped-lines", wrapped(one_line(orders()), 80, "\n"), "edi.repair.wrapped-lines"},
        {"unannounced-separators",
         replaced_all(
             replaced_all(replaced(one_line(orders()), "UNA:+.? '", ""), ":", ">"), "+", "*"),
         "edifact.repair.separators"},
        {"lower-case-tags",
         replaced(replaced(order(), "ISA*", "isa*"), "\nGS*", "\ngs*"),
         "edi.repair.lower-case",
         false},
    };
}

TEST(Leniencies, PutRightWhatTheirNameSaysAndReportIt) {
    for (const Deviation& one : deviations()) {
        SCOPED_TRACE(one.name + " " + one.octets.substr(0, 40));
        Leniencies leniencies;
        ASSERT_TRUE(set_leniency(leniencies, one.name, true));
        auto document = read(one.octets, {}, leniencies);
        ASSERT_TRUE(document) << document.error().text();
        const Report report = validate(*document, test::schemas());
        EXPECT_TRUE(report.accepted()) << (codes_in(report).empty() ? "" : codes_in(report)[0]);
        EXPECT_THAT(repairs_in(report), Contains(one.repair));
        if (one.same) {
            EXPECT_EQ(emit(*document), one.octets);
        }
    }
}

TEST(Leniencies, RefusedByNameTheyAreFaultsOrErrors) {
    for (const Deviation& one : deviations()) {
        SCOPED_TRACE(one.name + " " + one.octets.substr(0, 40));
        Leniencies leniencies;
        ASSERT_TRUE(set_leniency(leniencies, one.name, false));
        auto document = read(one.octets, {}, leniencies);
        if (!document) continue;  // refused as a whole
        EXPECT_FALSE(validate(*document, test::schemas()).accepted());
    }
}

TEST(Leniencies, EveryNameIsTested) {
    std::vector<std::string> tested;
    for (const Deviation& one : deviations())
        tested.push_back(one.name);
    for (const std::string_view name : leniency_names())
        EXPECT_THAT(tested, Contains(std::string(name)));
}

TEST(Leniencies, PlacesInWrappedLinesAreThoseOfTheFileReceived) {
    const std::string bad = wrapped(one_line(replaced(order(), "N1*ST*", "N1*0X*")), 80, "\r\n");
    auto document = read(bad);
    ASSERT_TRUE(document);
    const std::vector<Fault> faults = test::faults_in(validate(*document, test::schemas()));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(bad.substr(faults[0].byte, 2), "0X");
    EXPECT_EQ(
        faults[0].line,
        1 + static_cast<std::uint32_t>(std::count(
                bad.begin(), bad.begin() + static_cast<std::ptrdiff_t>(faults[0].byte), '\n')));
}

// Lines of forty characters, one of which takes two octets: the line that holds it is an octet longer.
TEST(Leniencies, LinesMayBeCountedInCharacters) {
    const std::string whole =
        "UNB+UNOY:4+SENDER:14+RECEIVER:14+20261120:1015+1'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'DTM+"
        "137:"
        "20261120:102'NAD+BY+++J\xC3\xBCrgen Weber Kaufmann'LIN+1'UNS+S'UNT+7+1'UNZ+1+1'";
    std::string lines;
    std::size_t characters = 0;
    for (const char c : whole) {
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && characters++ % 40 == 0 &&
            !lines.empty())
            lines += '\n';
        lines += c;
    }
    auto document = read(lines);
    ASSERT_TRUE(document) << document.error().text();
    const Report report = validate(*document, test::schemas());
    EXPECT_TRUE(report.accepted()) << test::faults_in(report)[0].message;
    EXPECT_THAT(test::repairs_in(report), ElementsAre("edi.repair.wrapped-lines"));
    EXPECT_EQ(emit(*document), lines);
}

TEST(Leniencies, OneSegmentPerLineIsNotTakenForWrapped) {
    auto document = read(order());
    ASSERT_TRUE(document);
    EXPECT_THAT(repairs_in(validate(*document, test::schemas())), IsEmpty());
    EXPECT_TRUE(document->left_out.empty());
}

TEST(Leniencies, BrokenUtf16IsRefusedByName) {
    Leniencies leniencies;
    leniencies.other_encoding = true;
    const std::string octets("\xFF\xFEI\0S\0A\0\x00\xD8*", 11);
    const auto document = read(octets, {}, leniencies);
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().code(), "edi.encoding");
}

TEST(Streams, SeveralInterchangesWithJunkBetweenThem) {
    const std::string octets = order() + "\n-- next --\n" + order() + "\x1A";
    auto document = read(octets);
    ASSERT_TRUE(document);
    ASSERT_EQ(document->interchanges.size(), 2u);
    EXPECT_EQ(emit(*document), octets);
    const Report report = validate(*document, test::schemas());
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), ElementsAre("edi.repair.junk", "edi.repair.junk"));
}

std::string with_object(const std::string& length, const std::string& object) {
    const std::string text = test::read(test::golden("edifact/orders-syntax4-valid.edi"));
    const std::size_t at = text.find("UNH");
    const std::string package =
        "UNO+P1+AAA:1+1:1+" + length + "'" + object + "UNP+" + length + "+P1'";
    return replaced(text.substr(0, at) + package + text.substr(at), "UNZ+1+", "UNZ+2+");
}

TEST(Streams, AnObjectIsSkippedByItsLengthAndKept) {
    const std::string object = "x'UNT+9'\n+UNZ\x00\xFF";
    const std::string octets = with_object(std::to_string(object.size()), object);
    auto document = read(octets);
    ASSERT_TRUE(document) << document.error().text();
    ASSERT_EQ(document->interchanges[0].extra.size(), 2u);
    EXPECT_EQ(document->interchanges[0].extra[0].filler, object);
    EXPECT_EQ(emit(*document), octets);
    for (const std::string& code : codes_in(validate(*document, test::schemas())))
        EXPECT_NE(code.substr(0, 14), "edifact.object") << code;
    auto wrong = read(with_object("3", object));
    ASSERT_TRUE(wrong);
    EXPECT_THAT(codes_in(validate(*wrong, test::schemas())), Contains("edifact.object.length"));
}

}  // namespace
}  // namespace sallyport::edi
