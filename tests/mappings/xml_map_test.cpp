// SPDX-License-Identifier: Apache-2.0
// Maps of XML documents: what differs from X12 and EDIFACT. Check messages, goldens, laws of the shipped ones run with all
// others.
#include "map_fixture.h"

#include "mappings/review.h"
#include "mappings/round_trip.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::mapping {
namespace {

using Json = nlohmann::ordered_json;

const std::string Head =
    "map test version 1\n"
    "xml \"urn:oasis:names:specification:ubl:schema:xsd:Order-2\" Order <-> order\n"
    "namespace a = \"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\"\n"
    "namespace b = \"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\"\n"
    "b:ID <-> number\n"
    "b:IssueDate <-> date\n"
    "each a:OrderLine <-> lines { a:LineItem/b:ID <-> no }\n";

std::shared_ptr<const CompiledMap> map_of(const std::string& rules) {
    MapLoad loaded = load_map("test.map", with({{"test.map", Head + rules}}), schemas());
    EXPECT_NE(loaded.map, nullptr) << loaded.text();
    return loaded.map;
}

std::string order(const std::string& inside) {
    return "<o:Order xmlns:o=\"urn:oasis:names:specification:ubl:schema:xsd:Order-2\" "
           "xmlns:x=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" "
           "xmlns:y=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">"
           "<y:ID> 7 </y:ID><y:IssueDate>2026-11-02+01:00</y:IssueDate>" +
           inside + "</o:Order>";
}

ReadOutcome read_order(const CompiledMap& map, const std::string& inside) {
    edi::Report report;
    Result<edi::Document> document = read_wire(order(inside), map.info(), schemas(), report);
    if (!document || only_transaction(*document) == nullptr) return {};
    Result<ReadOutcome> outcome = read(map, *only_transaction(*document));
    return outcome ? *std::move(outcome) : ReadOutcome{};
}

std::string written(const CompiledMap& map, const Json& document) {
    const Result<WriteOutcome> outcome = write(map, document);
    if (!outcome) return outcome.error().text();
    std::string out;
    for (const Finding& one : outcome->findings)
        out += to_text(one) + "\n";
    return out + written_text(map, *outcome, schemas());
}

TEST(XmlMap, TakesAnyPrefixOfTheSameNamespaceCutsBlanksAndTheZoneOfADate) {
    const auto map = map_of("");
    ASSERT_NE(map, nullptr);
    const ReadOutcome outcome = read_order(*map, "");
    ASSERT_NE(outcome.document, nullptr);
    EXPECT_EQ(outcome.document->dump(), R"({"number":"7","date":"2026-11-02"})");
}

TEST(XmlMap, NamesWhatNobodyReadByItsXPath) {
    const auto map = map_of("b:Note -> note\n");
    ASSERT_NE(map, nullptr);
    const ReadOutcome outcome =
        read_order(*map, "<x:Contract><y:ID schemeID=\"q\">C1</y:ID></x:Contract>");
    ASSERT_EQ(outcome.leftovers.size(), 2U);
    EXPECT_EQ(outcome.leftovers[0].segment, "/Order/cac:Contract/cbc:ID");
    EXPECT_EQ(outcome.leftovers[0].text, "C1");
    EXPECT_EQ(outcome.leftovers[1].segment, "/Order/cac:Contract/cbc:ID/@schemeID");
}

TEST(XmlMap, SelectsByAnElementBelowAndWritesItBack) {
    const auto map = map_of(
        "a:BuyerCustomerParty/a:Party <-> buyer {\n"
        "  a:PartyTaxScheme[a:TaxScheme/b:ID=VAT]/b:CompanyID <-> tax_id\n"
        "  a:PartyTaxScheme[a:TaxScheme/b:ID=TAX]/b:CompanyID <-> ids[tax]\n"
        "}\n");
    ASSERT_NE(map, nullptr);
    const std::string text = written(*map, Json::parse(R"({"number":"1","date":"2026-11-02",
        "lines":[{"no":"1"}],"buyer":{"tax_id":"SE1","ids":[{"kind":"tax","value":"F"}]}})"));
    const std::size_t vat = text.find("<cbc:ID>VAT</cbc:ID>"),
                      tax = text.find("<cbc:ID>TAX</cbc:ID>");
    EXPECT_NE(vat, std::string::npos) << text;
    EXPECT_NE(tax, std::string::npos) << text;
    edi::Report report;
    Result<edi::Document> document = read_wire(text, map->info(), schemas(), report);
    ASSERT_TRUE(document) << document.error().text();
    const Result<ReadOutcome> back = read(*map, *only_transaction(*document));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ((*back->document)["buyer"].dump(),
              R"({"ids":[{"kind":"tax","value":"F"}],"tax_id":"SE1"})");
    EXPECT_TRUE(back->leftovers.empty());
}

TEST(XmlMap, WritesInTheOrderOfTheSchemaAndNothingFromNothing) {
    const auto map = map_of(
        "b:DocumentCurrencyCode <-> currency\n"
        "a:AnticipatedMonetaryTotal {\n"
        "  b:PayableAmount             <-> total\n"
        "  b:PayableAmount/@currencyID <-  order.currency\n"
        "}\n"
        "b:Note <-> note\n");
    ASSERT_NE(map, nullptr);
    Json document = Json::parse(
        R"({"number":"1","date":"2026-11-02","currency":"EUR","note":"n","lines":[{"no":"1"}]})");
    std::string text = written(*map, document);
    EXPECT_EQ(text.find("AnticipatedMonetaryTotal"), std::string::npos) << text;
    EXPECT_LT(text.find("<cbc:Note>"), text.find("<cbc:DocumentCurrencyCode>")) << text;
    document["total"] = "10.50";
    text = written(*map, document);
    EXPECT_NE(text.find("<cbc:PayableAmount currencyID=\"EUR\">10.50</cbc:PayableAmount>"),
              std::string::npos)
        << text;
}

TEST(XmlMap, SaysWhatMustStandAndWhatCannotStandAlone) {
    const auto map = map_of("a:Contract(2)/b:ID <-> contract\n");
    ASSERT_NE(map, nullptr);
    const std::string text = written(*map, Json::parse(R"({"number":"1","contract":"C2"})"));
    EXPECT_NE(text.find("cbc:IssueDate must stand in Order"), std::string::npos) << text;
    EXPECT_NE(text.find("cac:Contract(2) cannot stand in Order without the one before it"),
              std::string::npos)
        << text;
}

TEST(XmlMap, ExplainsAFieldByItsXPathAndAnXPathByItsFields) {
    const ToolContext tools = context({{"test.map", Head + "a:Contract/b:ID <-> contract\n"}});
    ExplainRequest request;
    request.input = {"o.xml", order("<x:Contract><y:ID>C1</y:ID></x:Contract>")};
    request.about = "contract";
    EXPECT_NE(
        explain_map(tools, "test.map", request).text.find("/Order/cac:Contract/cbc:ID \"C1\""),
        std::string::npos);
    request.about = "/Order/cac:Contract";
    EXPECT_NE(explain_map(tools, "test.map", request).text.find("contract = \"C1\""),
              std::string::npos);
}

TEST(XmlMap, RefusesADocumentOfAnotherKind) {
    const auto map = map_of("");
    ASSERT_NE(map, nullptr);
    Result<edi::Document> document = edi::read_xml(
        "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\"/>");
    ASSERT_TRUE(document);
    const Result<ReadOutcome> outcome = read(*map, *only_transaction(*document));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), "map.set");
}

}  // namespace
}  // namespace sallyport::mapping
