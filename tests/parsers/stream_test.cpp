// SPDX-License-Identifier: Apache-2.0
// Validation of streams: the same verdict as the tree's about everything there is, whatever the size of the window.
#include "dice.h"
#include "edi_fixture.h"
#include "set_sample.h"
#include "stream_compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace sallyport::edi {
namespace {

using test::Dice;
using test::difference;

StreamOptions with_chunk(std::size_t octets) {
    StreamOptions options;
    options.chunk_bytes = octets;
    return options;
}

TEST(StreamValidator, SaysWhatTheTreeValidatorSaysAboutEveryFixture) {
    int files = 0, cannot = 0;
    for (const char* folder : {"x12", "edifact"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(test::golden(folder))) {
            if (entry.path().extension() != ".edi") continue;
            SCOPED_TRACE(entry.path().string());
            const std::string octets = test::read(entry.path());
            ++files;
            for (const std::size_t chunk : {64u, 300u, 262144u})
                EXPECT_EQ(difference(octets, test::schemas(), with_chunk(chunk), &cannot), "");
        }
    }
    std::cout << "  " << files << " fixtures, " << cannot << " refusals\n";
    EXPECT_GT(files, 30);
}

TEST(StreamValidator, SaysWhatTheTreeValidatorSaysAboutTheCorpus) {
    const std::filesystem::path corpus = std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus";
    if (!std::filesystem::exists(corpus)) GTEST_SKIP() << "there is no corpus here";
    int files = 0, cannot = 0;
    for (const char* folder : {"x12", "edifact"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus / folder)) {
            if (!entry.is_regular_file()) continue;
            SCOPED_TRACE(entry.path().string());
            const std::string octets = test::read(entry.path());
            ++files;
            EXPECT_EQ(difference(octets, test::schemas(), with_chunk(1024), &cannot), "");
        }
    }
    std::cout << "  " << files << " files, " << cannot << " refused as streams\n";
    EXPECT_GT(files, 100);
}

std::vector<std::string> segments_of(const std::string& octets, char terminator) {
    std::vector<std::string> segments;
    for (std::size_t at = 0; at < octets.size();) {
        const std::size_t end = std::min(octets.find(terminator, at), octets.size() - 1) + 1;
        segments.push_back(octets.substr(at, end - at));
        at = end;
    }
    return segments;
}

// One thing done to a document that a sender might do, or a hostile one.
std::string bent(const std::string& octets, char terminator, Dice& dice) {
    static const std::string Octets = "*+:~'?>^AZa09 -.,\n\r\x01\xC3\xA9\xFF";
    std::vector<std::string> segments = segments_of(octets, terminator);
    const std::size_t one = dice(segments.size()), other = dice(segments.size());
    std::string& text = segments[one];
    const std::size_t at = dice(text.size());
    switch (dice(8)) {
        case 0:
            segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(one));
            break;
        case 1:
            segments.insert(segments.begin() + static_cast<std::ptrdiff_t>(one), segments[other]);
            break;
        case 2:
            std::swap(segments[one], segments[other]);
            break;
        case 3:
            text.erase(at, 1 + dice(3));
            break;
        case 4:
            text.insert(at, 1 + dice(3), Octets[dice(Octets.size())]);
            break;
        case 5:
            text[at] = Octets[dice(Octets.size())];
            break;
        case 6:
            text += dice(2) == 0 ? "\r\n" : std::string(1 + dice(2), terminator);
            break;
        default:
            segments.resize(one + 1);
            segments.back().resize(at);
            break;
    }
    std::string joined;
    for (const std::string& segment : segments)
        joined += segment;
    return joined;
}

TEST(StreamValidator, SaysWhatTheTreeValidatorSaysAboutBentDocumentsOfEverySet) {
    Dice dice(20261123);
    int tried = 0;
    for (const SchemaSet::Name& name : test::schemas().names()) {
        if (name.standard == Standard::Xml) continue;
        const auto set = test::schemas().find(name.standard, name.release, name.set);
        ASSERT_TRUE(set);
        const std::string whole = test::sample_document(**set, test::sample_body(**set));
        const char terminator = name.standard == Standard::X12 ? '~' : '\'';
        for (int round = 0; round < 5; ++round) {
            std::string octets = bent(whole, terminator, dice);
            if (!octets.empty() && dice(2) == 0) octets = bent(octets, terminator, dice);
            const std::string found =
                difference(octets, test::schemas(), with_chunk(std::size_t{64} << dice(6)));
            EXPECT_EQ(found, "") << name.release << " " << name.set << "\n" << octets;
            if (!found.empty()) return;
            ++tried;
        }
    }
    std::cout << "  " << tried << " documents\n";
    EXPECT_GT(tried, 900);
}

// From interchange version 007040 on X12 may name a release character (ISX): what it releases is data, in transactions too.
std::string released_order(Dice& dice) {
    static const std::vector<std::string> Words = {
        "BOLT?*STEEL", "A?~B", "??", "C?>D", "E?^F", "plain", "tail???*", "?G", "BIN*3*a?~b"};
    std::string lines;
    for (int i = 1; i <= 6; ++i)
        lines += "PO1*" + std::to_string(i) + "*1*EA*9.25**VN*" + Words[dice(Words.size())] +
                 "~PID*F****" + Words[dice(Words.size())] + "~";
    return "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261120*1015*^*"
           "00704*000000001*0*P*>~ISX*?~GS*PO*SENDER*RECEIVER*20261120*1015*1*X*004010~"
           "ST*850*0001~BEG*00*SA*PO" +
           Words[dice(Words.size())] + "**20261120~" + lines +
           "CTT*6~SE*16*0001~GE*1*1~IEA*1*000000001~";
}

TEST(StreamValidator, SaysWhatTheTreeValidatorSaysOfInterchangesWithAReleaseCharacter) {
    Dice dice(7040);
    int cannot = 0, accepted = 0;
    for (int round = 0; round < 600; ++round) {
        std::string octets = released_order(dice);
        if (round >= 100) octets = bent(octets, '~', dice);
        if (octets.empty()) continue;
        if (round % 3 == 0) octets += "\n" + released_order(dice);
        const std::string found =
            difference(octets, test::schemas(), with_chunk(std::size_t{64} << dice(6)), &cannot);
        ASSERT_EQ(found, "") << octets;
        ReportCollector collector;
        if (validate_stream(test::source_of(octets), test::schemas(), {}, collector) &&
            collector.report().accepted())
            ++accepted;
    }
    EXPECT_GT(accepted, 20);
    EXPECT_LT(cannot, 50);  // bent so that only a tree can read them
}

// Released separators in texts, in codes, in numbers, in the numbers of lines and at the edges of values and windows.
std::string released_message(Dice& dice) {
    // '!' stands for the release character: two question marks and another octet are a trigraph to some compilers.
    static const auto Words = [](std::vector<std::string> words) {
        for (std::string& word : words)
            std::replace(word.begin(), word.end(), '!', '?');
        return words;
    };
    static const auto Good =
        Words({"3/4!' wide", "a!+b", "c!:d", "!!", "!'", "tail!!!'", "plain", "w!'!!!!"});
    static const auto Odd =
        Words({"x! ",
               "!G",
               "y!\nz",
               "long!'!+!:!!end of it all, thirty-five",
               "!!! ",
               "v!",
               "\x07!'",
               "d!'\xE9",
               "!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'!'"});
    const bool odd_ones = dice(2) == 0;
    const auto word = [&] {
        return odd_ones && dice(6) == 0 ? Odd[dice(Odd.size())] : Good[dice(Good.size())];
    };
    std::string lines;
    for (int i = 1; i <= 4; ++i) {
        const bool odd = odd_ones && dice(12) == 0;
        lines += "LIN+" + std::to_string(i) + (odd ? "?'" : "") + "++" +
                 (odd_ones && dice(9) == 0 ? word() : "4012345") + ":EN'PIA+1+" + word() +
                 ":SA'IMD+F++:::" + word() + ":" + word() +
                 "'QTY+21:" + (odd_ones && dice(9) == 0 ? "1?+" : "12") + ":PCE'PRI+AAA" +
                 (odd_ones && dice(9) == 0 ? "?:" : "") + ":9.25'";
    }
    return "UNB+UNOC:3+4012345000009:14+4098765000003:14+261120:1015+1'UNH+1+ORDERS:D:96A:UN'BGM+"
           "220+PO" +
           word() + "+9'DTM+137:20261120:102'NAD+BY+4012345000009::9'NAD+SU+++" + word() + "'" +
           lines + "UNS+S'CNT+2:4'UNT+28+1'UNZ+1+1'";
}

TEST(StreamValidator, SaysWhatTheTreeValidatorSaysOfReleasedSeparatorsInEdifact) {
    Dice dice(9735);
    int cannot = 0, clean = 0;
    for (int round = 0; round < 600; ++round) {
        const std::string octets = released_message(dice);
        const std::string found =
            difference(octets, test::schemas(), with_chunk(std::size_t{64} << dice(6)), &cannot);
        ASSERT_EQ(found, "") << octets;
        ReportCollector collector;
        if (validate_stream(test::source_of(octets), test::schemas(), {}, collector) &&
            collector.report().accepted())
            ++clean;
    }
    EXPECT_GT(clean, 200);
    EXPECT_LT(cannot,
              100);  // a line end in a value: only the tree reader tells whether lines were wrapped
}

}  // namespace
}  // namespace sallyport::edi
