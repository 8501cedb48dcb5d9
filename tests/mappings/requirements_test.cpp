// SPDX-License-Identifier: Apache-2.0
// The 48 requirements the language was designed from, each a file in tests/golden/maps/requirements, which are the examples
// of docs/mapping/cookbook.md too:
//   # NN. Title, then prose in comment lines
//   === map        an overlay on req-850.map or req-invoic.map, or a whole map
//   === wire       the segments it is about; the rest of a message is put around them
//   === document   what must be in the document (more may be)
//   === written    lines that must come out in this order; absent: those of the wire. "! TEXT": must not come out
//   === said       lines that must be in what reading says
//   === parts      the documents it is split into, by key; no others
//   === refused    a document, then "--", then what writing must say
//   === shipped    a shipped map it is shown with, then words that must stand in its sheet
#include "map_fixture.h"

#include "gateway/base/file.h"
#include "mappings/canonical.h"
#include "mappings/review.h"
#include "mappings/round_trip.h"
#include "mappings/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace sallyport::mapping {
namespace {

using Json = nlohmann::ordered_json;

const char* const Base850 = R"(map req-850 version 1
x12 004010 850 <-> order
BEG.01 <- "00"
BEG.02 <- "SA"
BEG.03 <-> number
BEG.05 <-> date
each PO1 <-> lines { .01 <-> no }
CTT.01 <-> count(lines)
)";
const char* const BaseInvoic = R"(map req-invoic version 1
edifact D 96A INVOIC <-> invoice
BGM.1001 <- "380"
BGM.1004 <-> number
DTM[137] | dtm 102 <-> date
each LIN <-> lines { .1082 <-> no }
always UNS.0081 <- "S"
always MOA[79].5004 <- "0"
)";

std::filesystem::path folder() {
    return std::filesystem::path(SALLYPORT_GOLDEN_DIR) / "maps" / "requirements";
}
std::vector<std::string> files() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder()))
        if (entry.path().extension() == ".txt") out.push_back(entry.path().stem().string());
    std::sort(out.begin(), out.end());
    return out;
}

std::map<std::string, std::string> sections(const std::string& name) {
    std::map<std::string, std::string> out;
    const Result<Bytes> text = read_file(folder() / (name + ".txt"), 1U << 20);
    std::istringstream lines(text ? std::string(*text) : std::string());
    std::string section = "title";
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("=== "))
            section = line.substr(4);
        else
            out[section] += line + "\n";
    }
    return out;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) out.push_back(line);
    return out;
}

// The rest of a message around the segments a requirement is about.
std::string message(const CompiledMap& map, const std::string& given) {
    if (map.xml_type() != nullptr) return given;
    const std::string set(map.plan_set()->id);
    const bool edifact = map.plan_set()->standard == edi::Standard::Edifact;
    std::string out;
    if (set == "850") {
        if (given.find("BEG*") == std::string::npos) out += "BEG*00*SA*1**20240501~\n";
        out += given;
        if (given.find("PO1*") == std::string::npos) out += "PO1*1~\n";
        if (given.find("CTT*") == std::string::npos) out += "CTT*1~\n";
    } else if (set == "INVOIC") {
        if (given.find("BGM+") == std::string::npos) out += "BGM+380+1'\nDTM+137:20240501:102'\n";
        out += given;
        if (given.find("LIN+") == std::string::npos) out += "LIN+1'\n";
        if (given.find("UNS+") == std::string::npos) out += "UNS+S'\nMOA+79:0'\n";
    } else {
        out = given;
    }
    const auto count = static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')) + 2;
    if (!edifact)
        return "ST*" + set + "*0001~\n" + out + "SE*" + std::to_string(count) + "*0001~\n";
    return "UNH+1+" + set + ":D:96A:UN'\n" + out + "UNT+" + std::to_string(count) + "+1'\n";
}

// Everything that is expected is there; empty when it is.
std::string lacking(const Json& expected, const Json& got, const std::string& at) {
    if (expected.is_object() && got.is_object()) {
        std::string out;
        for (const auto& [name, value] : expected.items())
            out += got.contains(name) ? lacking(value, got[name], at + "." + name)
                                      : at + "." + name + " is missing\n";
        return out;
    }
    if (expected.is_array() && got.is_array() && expected.size() == got.size()) {
        std::string out;
        for (std::size_t i = 0; i < expected.size(); ++i)
            out += lacking(expected[i], got[i], at + "[" + std::to_string(i + 1) + "]");
        return out;
    }
    return expected == got ? std::string()
                           : at + " is " + got.dump() + ", not " + expected.dump() + "\n";
}

std::string findings_text(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& one : findings)
        out += to_text(one) + "\n";
    return out;
}

void expect_in_order(const std::vector<std::string>& wanted, const std::string& segments) {
    std::size_t at = 0;
    for (const std::string& line : wanted) {
        if (line.starts_with("! ")) {
            EXPECT_EQ(segments.find(line.substr(2)), std::string::npos) << segments;
            continue;
        }
        const std::size_t found = segments.find(line, at);
        EXPECT_NE(found, std::string::npos) << line << "\nis not in\n" << segments;
        if (found != std::string::npos) at = found + line.size();
    }
}

class Requirement : public testing::TestWithParam<std::string> {
protected:
    void read_and_write(const CompiledMap& map, std::map<std::string, std::string>& parts) {
        edi::Report report;
        const Result<edi::Document> document =
            read_wire(message(map, parts["wire"]), map.info(), schemas(), report);
        ASSERT_TRUE(document) << document.error().text();
        const edi::Transaction* transaction = only_transaction(*document);
        ASSERT_NE(transaction, nullptr);
        const Result<ReadOutcome> outcome = read(map, *transaction, {});
        ASSERT_TRUE(outcome) << outcome.error().text();
        const std::string said = findings_text(outcome->findings);
        for (const std::string& line : lines_of(parts["said"]))
            EXPECT_NE(said.find(line), std::string::npos) << line << "\nis not in\n" << said;
        if (parts.contains("said")) return;
        EXPECT_FALSE(outcome->rejected() || outcome->held()) << said;
        const Json expected = Json::parse(parts["document"]);
        EXPECT_EQ(lacking(expected, *outcome->document, ""), "") << outcome->document->dump(1);
        if (parts.contains("parts")) split(map, *outcome->document, Json::parse(parts["parts"]));
        const Result<WriteOutcome> written = write(map, *outcome->document, {});
        ASSERT_TRUE(written) << written.error().text();
        EXPECT_FALSE(written->rejected() || written->held()) << findings_text(written->findings);
        const std::string segments = written_text(map, *written, schemas());
        expect_in_order(lines_of(parts.contains("written") ? parts["written"] : parts["wire"]),
                        segments);
    }

    static void split(const CompiledMap& map, const Json& document, const Json& expected) {
        const SplitOutcome outcome = split_document(map, document);
        EXPECT_EQ(findings_text(outcome.findings), "");
        EXPECT_EQ(outcome.parts.size(), expected.size());
        for (const DocumentPart& part : outcome.parts) {
            ASSERT_TRUE(expected.contains(part.key)) << "a part for \"" << part.key << "\"";
            EXPECT_EQ(lacking(expected[part.key], *part.document, part.key), "")
                << part.document->dump(1);
            EXPECT_TRUE(map.document().check(*part.document).empty()) << part.document->dump(1);
            EXPECT_FALSE(part.document->contains("total")) << "it is the total of the whole";
        }
    }

    void refused(const CompiledMap& map, const std::string& section) {
        const std::size_t split = section.find("\n--\n");
        ASSERT_NE(split, std::string::npos);
        const Result<WriteOutcome> written = write(map, Json::parse(section.substr(0, split)), {});
        ASSERT_TRUE(written) << written.error().text();
        const std::string said = findings_text(written->findings);
        for (const std::string& line : lines_of(section.substr(split + 4)))
            EXPECT_NE(said.find(line), std::string::npos) << line << "\nis not in\n" << said;
    }

    void shipped_map(const std::string& list) {
        for (const std::string& line : lines_of(list)) {
            const std::string name = line.substr(0, line.find(' '));
            const MapLoad loaded = load_map(name, shipped(), schemas());
            ASSERT_NE(loaded.map, nullptr) << loaded.text();
            const ToolResult sheet = show_map(context(), name);
            std::istringstream wanted(line.substr(name.size()));
            for (std::string word; wanted >> word;)
                EXPECT_NE(sheet.text.find(word), std::string::npos) << word << " in " << name;
            SeededRandom random(48);
            const LawsResult laws = check_round_trips(*loaded.map, schemas(), 5, random);
            EXPECT_EQ(laws.failed, 0U) << laws.first;
            EXPECT_EQ(laws.documents, 5U) << laws.refused;
        }
    }
};

TEST_P(Requirement, IsMet) {
    std::map<std::string, std::string> parts = sections(GetParam());
    if (parts.contains("shipped")) shipped_map(parts["shipped"]);
    if (!parts.contains("map")) return;
    const MapLoad loaded = load_map(
        "map.map",
        with({{"map.map", parts["map"]}, {"req-850.map", Base850}, {"req-invoic.map", BaseInvoic}}),
        schemas());
    if (parts.contains("check")) {
        for (const std::string& line : lines_of(parts["check"]))
            EXPECT_NE(loaded.text().find(line), std::string::npos) << loaded.text();
        return;
    }
    ASSERT_NE(loaded.map, nullptr) << loaded.text();
    if (parts.contains("wire")) read_and_write(*loaded.map, parts);
    if (parts.contains("refused")) refused(*loaded.map, parts["refused"]);
}
INSTANTIATE_TEST_SUITE_P(All, Requirement, testing::ValuesIn(files()), [](const auto& one) {
    std::string out = one.param;
    std::replace_if(
        out.begin(),
        out.end(),
        [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; },
        '_');
    return "R" + out;
});

TEST(Requirements, AreFortyEight) {
    const std::vector<std::string> all = files();
    ASSERT_EQ(all.size(), 48U);
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(std::stoul(all[i]), i + 1) << all[i];
}

}  // namespace
}  // namespace sallyport::mapping
