// SPDX-License-Identifier: Apache-2.0
// The business rules of invoices, on fixtures of our own and on the published test sets where they are at hand.
#include "parsers/xml_rules.h"

#include "xml_fixture.h"

#include "parsers/xml_schema.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

namespace sallyport::edi {
namespace {

using test::judge_xml;
using test::with;
using test::xml_golden;
using test::xml_schemas;

std::string invoice() {
    return xml_golden("ubl-invoice-peppol.xml");
}

struct Injected {
    const char* rules;  // codes of all faults, blank between
    const char* xpath;  // of the first
    const char* from;
    const char* to;
};

void each_gives_its_faults(const std::string& valid, std::initializer_list<Injected> cases) {
    for (const Injected& one : cases) {
        SCOPED_TRACE(one.rules);
        const auto judged = judge_xml(with(valid, one.from, one.to));
        std::set<std::string_view> codes;
        for (const Fault& fault : judged.faults())
            codes.insert(fault.code);
        std::string all;
        for (const std::string_view code : codes)
            all += (all.empty() ? "" : " ") + std::string(code);
        EXPECT_EQ(all, one.rules) << judged.places();
        ASSERT_FALSE(judged.faults().empty());
        EXPECT_EQ(judged.faults().front().xpath, one.xpath);
    }
}

TEST(XmlRules, FindTheirViolationInAnInvoice) {
    each_gives_its_faults(
        invoice(),
        {
            {"BR-CO-10 BR-CO-13",
             "/Invoice/cac:LegalMonetaryTotal/cbc:LineExtensionAmount",
             "<cbc:LineExtensionAmount currencyID=\"EUR\">200.00",
             "<cbc:LineExtensionAmount currencyID=\"EUR\">200.01"},
            {"BR-CO-12 BR-CO-13",
             "/Invoice/cac:LegalMonetaryTotal",
             "<cbc:ChargeTotalAmount currencyID=\"EUR\">10.00</cbc:ChargeTotalAmount>",
             ""},
            {"BR-CO-16",
             "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
             "<cbc:PayableAmount currencyID=\"EUR\">262.50",
             "<cbc:PayableAmount currencyID=\"EUR\">262.49"},
            {"BR-CO-14 BR-CO-15",
             "/Invoice/cac:TaxTotal/cbc:TaxAmount",
             "<cac:TaxTotal>\n    <cbc:TaxAmount currencyID=\"EUR\">52.50",
             "<cac:TaxTotal>\n    <cbc:TaxAmount currencyID=\"EUR\">52.51"},
            {"BR-DEC-18 UBL-DT-01",
             "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
             "<cbc:PayableAmount currencyID=\"EUR\">262.50",
             "<cbc:PayableAmount currencyID=\"EUR\">262.500"},
            {"BR-CL-14",
             "/Invoice/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country/"
             "cbc:IdentificationCode",
             "<cbc:IdentificationCode>SE",
             "<cbc:IdentificationCode>XX"},
            {"BR-CO-09",
             "/Invoice/cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID",
             ">SE123456789001<",
             ">123456789001<"},
            {"BR-29",
             "/Invoice/cac:InvoicePeriod",
             "<cbc:EndDate>2026-11-30",
             "<cbc:EndDate>2026-10-30"},
            {"PEPPOL-EN16931-R120",
             "/Invoice/cac:InvoiceLine[1]",
             "<cbc:PriceAmount currencyID=\"EUR\">10<",
             "<cbc:PriceAmount currencyID=\"EUR\">10.01<"},
            {"PEPPOL-EN16931-R003",
             "/Invoice",
             "<cbc:BuyerReference>4711</cbc:BuyerReference>",
             ""},
            {"PEPPOL-EN16931-R130",
             "/Invoice/cac:InvoiceLine[2]/cac:Price/cbc:BaseQuantity",
             "<cbc:BaseQuantity unitCode=\"C62\">",
             "<cbc:BaseQuantity unitCode=\"KGM\">"},
            {"PEPPOL-EN16931-R001 PEPPOL-EN16931-R007",
             "/Invoice",
             "<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>",
             ""},
        });
}

TEST(XmlRules, FindTheirViolationInACrossIndustryInvoice) {
    each_gives_its_faults(
        xml_golden("cii-invoice.xml"),
        {
            {"BR-CO-16",
             "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/"
             "ram:ApplicableHeaderTradeSettlement/"
             "ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:DuePayableAmount",
             "<ram:DuePayableAmount>119.00",
             "<ram:DuePayableAmount>118.00"},
            {"BR-S-05 BR-S-08",
             "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/"
             "ram:IncludedSupplyChainTradeLineItem/ram:SpecifiedLineTradeSettlement/"
             "ram:ApplicableTradeTax",
             "<ram:RateApplicablePercent>19<",
             "<ram:RateApplicablePercent>0<"},
            {"BR-07", "/rsm:CrossIndustryInvoice", "<ram:Name>Buyer SARL</ram:Name>", ""},
            {"BR-CL-23",
             "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/"
             "ram:IncludedSupplyChainTradeLineItem/ram:SpecifiedLineTradeDelivery/"
             "ram:BilledQuantity",
             "unitCode=\"C62\"",
             "unitCode=\"bag\""},
        });
}

TEST(XmlRules, AreJudgedOnlyWhenTheDocumentSaysItFollowsThem) {
    EXPECT_EQ(judge_xml(with(with(invoice(), "urn:cen.eu:en16931:2017#", "urn:other#"),
                             "<cbc:PayableAmount currencyID=\"EUR\">262.50",
                             "<cbc:PayableAmount currencyID=\"EUR\">1"))
                  .places(),
              "");
    const auto plain =
        judge_xml(with(with(invoice(), "#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", ""),
                       "<cbc:BuyerReference>4711</cbc:BuyerReference>",
                       ""));
    EXPECT_EQ(plain.places(), "");
}

TEST(XmlRules, CheckTheDigitsOfIdentifiers) {
    struct Case {
        const char* scheme;
        const char* id;
        const char* rule;  // empty: right
    };
    constexpr Case Cases[] = {
        {"0088", "4035811991021", ""},
        {"0088", "4035811991022", "PEPPOL-COMMON-R040"},
        {"0192", "987654325", ""},
        {"0192", "987654326", "PEPPOL-COMMON-R041"},
        {"0184", "DK12345678", ""},
        {"0184", "DE12345678", "PEPPOL-COMMON-R042"},
        {"0208", "0123456749", ""},
        {"0208", "0123456748", "PEPPOL-COMMON-R043"},
        {"0007", "5560360793", ""},
        {"0007", "5560360794", "PEPPOL-COMMON-R049"},
        {"0151", "51824753556", ""},
        {"0151", "51824753557", "PEPPOL-COMMON-R050"},
        {"0211", "IT12345670017", ""},
        {"0211", "IT12345670018", "PEPPOL-COMMON-R047"},
        {"0201", "ABC123", ""},
        {"0201", "ABC12", "PEPPOL-COMMON-R044"},
    };
    for (const Case& one : Cases) {
        SCOPED_TRACE(std::string(one.scheme) + " " + one.id);
        const auto judged =
            judge_xml(with(invoice(),
                           "schemeID=\"0088\">4035811991014",
                           "schemeID=\"" + std::string(one.scheme) + "\">" + one.id));
        const std::string_view found =
            judged.faults().empty() ? std::string_view() : judged.faults().front().code;
        EXPECT_EQ(found, one.rule) << judged.places();
    }
}

// 3,000 lines without anything in them, each breaking several rules: counted, not kept, and done in linear time.
TEST(XmlRules, JudgeALargeDocumentFullOfFaults) {
    std::string lines;
    for (int i = 0; i < 3'000; ++i)
        lines += "<cac:InvoiceLine><cac:Item><x/></cac:Item></cac:InvoiceLine>";
    const auto judged = judge_xml(with(invoice(), "</Invoice>", lines + "</Invoice>"));
    EXPECT_EQ(judged.faults().size(), 1'000u);
    EXPECT_GT(
        judged.report.interchanges.front().groups.front().transactions.front().faults_left_out,
        3'000u * 8);
}

TEST(XmlRules, ArithmeticIsExact) {
    // 0.1 + 0.2 is 0.3 here, and a cent in 30 digits is seen.
    std::string text =
        with(invoice(),
             "<cbc:PayableAmount currencyID=\"EUR\">262.50",
             "<cbc:PrepaidAmount currencyID=\"EUR\">0.30</cbc:PrepaidAmount><cbc:PayableAmount "
             "currencyID=\"EUR\">262.20");
    EXPECT_EQ(judge_xml(text).places(), "");
}

TEST(XmlRules, HaveOneNameEachAndAText) {
    std::set<std::string_view> ids;
    for (const XmlRuleInfo& rule : xml_rules()) {
        EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
        EXPECT_FALSE(rule.text.empty()) << rule.id;
        EXPECT_TRUE(rule.ubl || rule.cii) << rule.id;
    }
    EXPECT_GT(ids.size(), 250u);
}

TEST(XmlRules, FindEveryCodeListTheyName) {
    for (const char* list : {"invoice-type",   "credit-note-type", "cii-type",
                             "currency",       "country",          "unit",
                             "mime",           "iso6523",          "vat-category",
                             "vat-exemption",  "payment-means",    "allowance-reason",
                             "charge-reason",  "item-class",       "object-scheme",
                             "note-subject",   "address-scheme",   "vat-prefix",
                             "tax-point-ubl",  "tax-point-cii",    "peppol-address-scheme",
                             "peppol-currency"})
        EXPECT_NE(xml_schemas().xml().codes(list), nullptr) << list;
}

std::string rules_page() {
    std::string page =
        "# Business rules of invoices\n\n"
        "Judged by `sallyport edi validate` when a UBL invoice or credit note, or a CII invoice, "
        "says in its specification identifier\n"
        "that it follows EN 16931 (`urn:cen.eu:en16931:2017`), the Peppol rules when it names "
        "Peppol BIS Billing 3. The code of the\n"
        "fault is the id of the rule. This page is made from the table the program judges by; a "
        "test compares them.\n\n"
        "Not judged: the rules of single countries (DE-R, DK-R, GR-R, IS-R, IT-R, NL-R, NO-R, "
        "SE-R),\n"
        "BR-CO-05 to BR-CO-08 (they ask a person whether a code and a text mean the same), "
        "BR-CO-25 (withdrawn), and what the\n"
        "bindings only warn of: UBL-CR, UBL-DT-08 to 28, CII-SR, CII-DT (elements EN 16931 does "
        "not use).\n\n"
        "| rule | severity | UBL | CII | demands that |\n|---|---|---|---|---|\n";
    for (const XmlRuleInfo& rule : xml_rules()) {
        page += "| " + std::string(rule.id) + " | " + std::string(to_string(rule.severity)) +
                " | " + (rule.ubl ? "yes" : "") + " | " + (rule.cii ? "yes" : "") + " | " +
                std::string(rule.text) + " |\n";
    }
    return page;
}

TEST(XmlRules, StandInTheReferencePageAsTheyAreJudged) {
    const auto path =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs/reference/en16931-rules.md";
    if (std::getenv("GW_ACCEPT") != nullptr) {
        std::ofstream(path) << rules_page();
        GTEST_SKIP() << "written: " << path;
    }
    auto page = read_file(path, 1 << 20);
    ASSERT_TRUE(page) << path;
    EXPECT_EQ(*page, rules_page()) << "run with GW_ACCEPT=1 to write it";
}

// --- the published test sets: fragments of invoices, each with the rules that must pass or fail ---------------------

struct Tally {
    int agreed = 0, disagreed = 0, not_judged = 0;
    std::string disagreements;
};

// What one test of a set wants: rules that must pass or must fail, and the fragment they are judged on.
struct WantedVerdicts {
    std::map<std::string, bool> passes;
    const DraftElement* fragment = nullptr;
};

WantedVerdicts wanted_of(const DraftElement& test) {
    WantedVerdicts wanted;
    for (const DraftElement& part : test.children) {
        if (part.tag != "assert") {
            wanted.fragment = &part;
            continue;
        }
        for (const DraftElement& word : part.children) {
            if (word.tag == "success") wanted.passes[word.text] = true;
            if (word.tag == "error" || word.tag == "warning" || word.tag == "fatal")
                wanted.passes[word.text] = false;
        }
    }
    return wanted;
}

// The fragment as a document of its own.
Result<Document> document_of(const DraftElement& fragment) {
    DraftElement invoice = fragment;
    std::string space = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
    if (fragment.tag.front() == '{') {
        const std::size_t close = fragment.tag.find('}');
        space = fragment.tag.substr(1, close - 1);
        invoice.tag = fragment.tag.substr(close + 1);
    }
    auto written = write_xml(invoice, space, nullptr, {.indent = false});
    if (!written) return std::move(written).error();
    return read_xml(*written);
}

std::set<std::string, std::less<>> judged_in(bool cii) {
    std::set<std::string, std::less<>> known;
    for (const XmlRuleInfo& rule : xml_rules()) {
        if (cii ? rule.cii : rule.ubl) known.insert(std::string(rule.id));
    }
    return known;
}

void run_test(const DraftElement& test, const std::string& name, Tally& tally) {
    const WantedVerdicts wanted = wanted_of(test);
    if (!wanted.fragment) return;
    auto document = document_of(*wanted.fragment);
    ASSERT_TRUE(document) << name << " " << document.error().text();
    const Transaction& transaction =
        document->interchanges.front().groups.front().transactions.front();
    std::vector<Fault> faults;
    const Severities none;
    FaultSink sink(faults, 10'000, none);
    check_invoice_rules(transaction, xml_schemas().xml(), {true, true}, sink);
    const auto known = judged_in(transaction.version == "cii-D16B");
    for (const auto& [rule, passes] : wanted.passes) {
        if (!known.count(rule)) {
            ++tally.not_judged;
            continue;
        }
        const bool passed =
            std::none_of(faults.begin(), faults.end(), [&, id = rule](const Fault& fault) {
                return fault.code == id;
            });
        ++(passed == passes ? tally.agreed : tally.disagreed);
        if (passed != passes)
            tally.disagreements +=
                name + ": " + rule + (passes ? " must pass" : " must fail") + "\n";
    }
}

void run_test_set(const std::filesystem::path& file, Tally& tally) {
    auto octets = read_file(file, 16 << 20);
    ASSERT_TRUE(octets) << file;
    auto set = read_xml(*octets);
    ASSERT_TRUE(set) << file << " " << set.error().text();
    const DraftElement root =
        draft_of(set->interchanges.front().groups.front().transactions.front());
    int number = 0;
    for (const DraftElement& test : root.children) {
        if (test.tag == "test")
            run_test(test, file.filename().string() + " test " + std::to_string(++number), tally);
    }
}

Tally run_test_sets(const std::filesystem::path& directory, const std::string& part) {
    Tally tally;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        const std::string path = entry.path().string();
        if (entry.path().extension() == ".xml" && path.find(part) != std::string::npos)
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files)
        run_test_set(file, tally);
    return tally;
}

TEST(XmlRules, AgreeWithThePublishedTestSets) {
    const auto corpus = std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus/xml";
    if (!std::filesystem::exists(corpus)) GTEST_SKIP() << "the shared corpus is not here";
    const Tally tally = run_test_sets(corpus, "testset-");
    std::cout << "agreed " << tally.agreed << ", disagreed " << tally.disagreed << ", not judged "
              << tally.not_judged << "\n";
    EXPECT_EQ(tally.disagreements, "");
    EXPECT_GT(tally.agreed, 150);
}

// A directory of further test sets, by hand: SALLYPORT_RULE_TESTS=… SALLYPORT_RULE_TESTS_PART=unit-UBL
TEST(XmlRules, AgreeWithFurtherTestSetsNamedByHand) {
    const char* directory = std::getenv("SALLYPORT_RULE_TESTS");
    const char* part = std::getenv("SALLYPORT_RULE_TESTS_PART");
    if (!directory || !part) GTEST_SKIP() << "SALLYPORT_RULE_TESTS names no directory";
    const Tally tally = run_test_sets(directory, part);
    std::cout << "agreed " << tally.agreed << ", disagreed " << tally.disagreed << ", not judged "
              << tally.not_judged << "\n";
    EXPECT_EQ(tally.disagreements, "");
}

}  // namespace
}  // namespace sallyport::edi
