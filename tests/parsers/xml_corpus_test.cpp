// SPDX-License-Identifier: Apache-2.0
// Every XML document of the shared corpus: read, judged, written back. The verdicts are pinned by type; why each rejected
// document is rejected stands in docs/reference/xml-corpus.md.
#include "xml_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

namespace sallyport::edi {
namespace {

using test::xml_schemas;

// Each rejection is the document's own fault: docs/reference/xml-corpus.md.
constexpr const char* Pinned =
    "cii-CrossIndustryInvoice 11 accepted 0 rejected 0 unreadable\n"
    "cxml-InvoiceDetailRequest 0 accepted 4 rejected 0 unreadable\n"
    "cxml-OrderRequest 2 accepted 1 rejected 0 unreadable\n"
    "cxml-ProfileRequest 1 accepted 0 rejected 0 unreadable\n"
    "cxml-PunchOutOrderMessage 1 accepted 0 rejected 0 unreadable\n"
    "cxml-PunchOutSetupRequest 2 accepted 0 rejected 0 unreadable\n"
    "cxml-other 0 accepted 3 rejected 0 unreadable\n"
    "ubl-CreditNote 2 accepted 1 rejected 0 unreadable\n"
    "ubl-DespatchAdvice 1 accepted 2 rejected 0 unreadable\n"
    "ubl-Invoice 18 accepted 18 rejected 0 unreadable\n"
    "ubl-Order 6 accepted 0 rejected 0 unreadable\n"
    "ubl-OrderCancellation 1 accepted 0 rejected 0 unreadable\n"
    "ubl-OrderChange 1 accepted 0 rejected 0 unreadable\n"
    "ubl-OrderResponse 1 accepted 0 rejected 0 unreadable\n"
    "ubl-OrderResponseSimple 3 accepted 0 rejected 0 unreadable\n"
    "ubl-Quotation 1 accepted 0 rejected 0 unreadable\n"
    "ubl-RequestForQuotation 1 accepted 0 rejected 0 unreadable\n"
    "ubl-Statement 1 accepted 0 rejected 0 unreadable\n"
    "ubl-Waybill 1 accepted 0 rejected 0 unreadable\n";

struct Verdict {
    int accepted = 0, rejected = 0, unreadable = 0;
};

struct Acceptance {
    std::map<std::string, Verdict> by_type;
    std::string reasons;  // file: code xpath …
    int not_written = 0;
};

std::string shape(const Transaction& transaction) {
    std::string text;
    for (const Segment& segment : transaction.segments)
        text += std::string(segment.tag) + "=" + std::string(segment.text(1)) + "\n";
    return text;
}

const Transaction& only(const Document& document) {
    return document.interchanges.front().groups.front().transactions.front();
}

void judge(const std::filesystem::path& file, const std::string& type, Acceptance& all) {
    auto octets = read_file(file, 16 << 20);
    ASSERT_TRUE(octets) << file;
    auto document = read(*octets);
    if (!document) {
        ++all.by_type[type].unreadable;
        all.reasons +=
            type + "/" + file.filename().string() + ": " + document.error().text() + "\n";
        return;
    }
    EXPECT_EQ(emit(*document), *octets) << file;
    const Report report = validate(*document, xml_schemas());
    ++(report.accepted() ? all.by_type[type].accepted : all.by_type[type].rejected);
    if (!report.accepted()) {
        all.reasons += type + "/" + file.filename().string() + ":";
        for (const Fault& fault :
             report.interchanges.front().groups.front().transactions.front().faults) {
            if (fault.severity == Severity::Error)
                all.reasons += "\n    " + std::string(fault.code) + " line " +
                               std::to_string(fault.line) + " " + fault.xpath + " " +
                               fault.value.substr(0, 40);
        }
        all.reasons += "\n";
    }
    auto written = write_xml(draft_of(only(*document)), document->interchanges.front().syntax);
    ASSERT_TRUE(written) << file << written.error().text();
    auto again = read_xml(*written);
    ASSERT_TRUE(again) << file << again.error().text();
    EXPECT_EQ(shape(only(*document)), shape(only(*again))) << file;
}

TEST(XmlCorpus, IsAcceptedAndRejectedAsPinned) {
    const auto corpus = std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus/xml";
    if (!std::filesystem::exists(corpus)) GTEST_SKIP() << "the shared corpus is not here";
    Acceptance all;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
        const std::string type = entry.path().parent_path().filename().string();
        if (entry.path().extension() == ".xml" && type.substr(0, 8) != "testset-")
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files)
        judge(file, file.parent_path().filename().string(), all);
    std::string table;
    for (const auto& [type, verdict] : all.by_type)
        table += type + " " + std::to_string(verdict.accepted) + " accepted " +
                 std::to_string(verdict.rejected) + " rejected " +
                 std::to_string(verdict.unreadable) + " unreadable\n";
    if (std::getenv("SALLYPORT_SHOW_REASONS") != nullptr) std::cout << table << all.reasons;
    EXPECT_EQ(table, Pinned);
}

}  // namespace
}  // namespace sallyport::edi
