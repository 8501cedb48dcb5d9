// SPDX-License-Identifier: Apache-2.0
// The XML of certificate exchanges: as we write it, as others do, and what is refused.
#include "gateway/flow/cem_xml.h"

#include "transports/as2_cem.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::flow {
namespace {

// Spelled as mendelson AS2 does: zones, blanks, the default namespace.
const std::string Foreign = R"(<?xml version="1.0" encoding="UTF-8"?>
<EDIINTCertificateExchangeRequest xmlns="urn:ietf:params:xml:ns:ediintcertificateexchange" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" requestId="mend-1">
	<TradingPartnerInfo>
		<Name qualifier="AS2">ACME &amp; Sons</Name>
		<MessageOriginated>2026-11-23T19:12:00+01:00</MessageOriginated>
	</TradingPartnerInfo>
	<TrustRequest>
		<CertUsage>keyEncipherment</CertUsage>
		<CertUsage>digitalSignature</CertUsage>
		<RespondByDate>2026-12-01T00:00:00+0100</RespondByDate>
		<ResponseURL>http://acme.example:8080/as2</ResponseURL>
		<EndEntity>
			<CertificateIdentifier>
				<ds:X509IssuerName>CN=acme, O=Acme</ds:X509IssuerName>
				<ds:X509SerialNumber>1234567890123456789012</ds:X509SerialNumber>
			</CertificateIdentifier>
			<CertificateContentID>&lt;cert-1@acme&gt;</CertificateContentID>
		</EndEntity>
	</TrustRequest>
</EDIINTCertificateExchangeRequest>)";

std::string with(std::string from, const std::string& to) {
    std::string text = Foreign;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string code_of(const std::string& octets) {
    const auto read = read_cem_xml(octets);
    return read ? "taken" : std::string(read.error().code());
}

TEST(CemXml, ReadsARequestAsAnotherProductSpellsIt) {
    const auto read = read_cem_xml(Foreign);
    ASSERT_TRUE(read) << read.error().text();
    const auto* request = std::get_if<CemRequest>(&*read);
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(request->id, "mend-1");
    EXPECT_EQ(request->sender, "ACME & Sons");
    EXPECT_EQ(write_xml_time(request->originated), "2026-11-23T18:12:00Z");
    ASSERT_EQ(request->items.size(), 1U);
    const TrustRequest& item = request->items[0];
    EXPECT_EQ(item.uses, (std::vector<std::string>{"keyEncipherment", "digitalSignature"}));
    EXPECT_EQ(write_xml_time(item.respond_by.value()), "2026-11-30T23:00:00Z");
    EXPECT_EQ(item.response_url, "http://acme.example:8080/as2");
    EXPECT_EQ(item.certificate.issuer, "CN=acme, O=Acme");
    EXPECT_EQ(item.certificate.serial, "1234567890123456789012");
    EXPECT_EQ(item.content_id, "cert-1@acme") << "with and without brackets is one";
}

TEST(CemXml, WhatIsWrittenIsReadAgain) {
    const auto moment = *read_xml_time("2026-12-01T06:30:00Z");
    const auto request = write_cem_xml(CemRequest{.id = "r<1>",
                                                  .sender = "A & B",
                                                  .originated = moment,
                                                  .items = {{.uses = {"tlsServer"},
                                                             .respond_by = moment,
                                                             .response_url = "http://a/b?c&d",
                                                             .certificate = {"CN=x", "42"},
                                                             .content_id = "c@d"}}});
    ASSERT_TRUE(request) << request.error().text();
    EXPECT_NE(request->find("<ds:X509SerialNumber>42</ds:X509SerialNumber>"), std::string::npos);
    const auto asked = std::get<CemRequest>(*read_cem_xml(*request));
    EXPECT_EQ(asked.id, "r<1>");
    EXPECT_EQ(asked.sender, "A & B");
    EXPECT_EQ(asked.items.at(0).response_url, "http://a/b?c&d");
    EXPECT_EQ(asked.items.at(0).respond_by, moment);
    const auto response = write_cem_xml(CemResponse{
        .id = "r<1>",
        .sender = "B",
        .originated = moment,
        .items = {{.accepted = false, .reason = "why <not>", .certificate = {"CN=x", "42"}},
                  {.accepted = true, .reason = {}, .certificate = {"CN=y", "43"}}}});
    ASSERT_TRUE(response) << response.error().text();
    const auto answered = std::get<CemResponse>(*read_cem_xml(*response));
    ASSERT_EQ(answered.items.size(), 2U);
    EXPECT_FALSE(answered.items[0].accepted);
    EXPECT_EQ(answered.items[0].reason, "why <not>");
    EXPECT_TRUE(answered.items[1].accepted);
    EXPECT_EQ(answered.items[1].certificate.serial, "43");
}

TEST(CemXml, HostileDocumentsAreRefused) {
    const std::string doctype = "<?xml version=\"1.0\"?><!DOCTYPE x>";
    EXPECT_EQ(code_of(with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", doctype)), "cem.doctype");
    EXPECT_EQ(code_of(with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                           "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>")),
              "xml.doctype");
    EXPECT_EQ(code_of(with("CN=acme", "&e;")), "xml.entity");
    std::string deep, back;
    for (int at = 0; at < 40; ++at) {
        deep += "<a>";
        back += "</a>";
    }
    EXPECT_EQ(code_of(with("<EndEntity>", deep + back + "<EndEntity>")), "xml.limit.depth");
    EXPECT_EQ(code_of(with("CN=acme", std::string(400'000, 'x'))), "edi.limit.bytes");
    EXPECT_EQ(code_of(""), "edi.empty");
    EXPECT_EQ(code_of("no xml"), "xml.syntax");
    EXPECT_EQ(code_of(with("</TrustRequest>", "")), "xml.syntax");
}

TEST(CemXml, WhatAMessageMustSayIsDemanded) {
    EXPECT_EQ(code_of(with("ns:ediintcertificateexchange", "ns:other")), "cem.root");
    EXPECT_EQ(code_of("<a xmlns=\"urn:ietf:params:xml:ns:ediintcertificateexchange\"/>"),
              "cem.root");
    for (const std::string gone :
         {"requestId=\"mend-1\"",
          "<Name qualifier=\"AS2\">ACME &amp; Sons</Name>",
          "<CertificateContentID>&lt;cert-1@acme&gt;</CertificateContentID>",
          "<ds:X509SerialNumber>1234567890123456789012"
          "</ds:X509SerialNumber>"})
        EXPECT_EQ(code_of(with(gone, "")), "cem.field") << gone;
    EXPECT_EQ(code_of(with("mend-1", std::string(201, 'x'))), "cem.field");
    EXPECT_EQ(code_of(with("2026-12-01T00", "2026-13-01T00")), "cem.field");
    const std::size_t begin = Foreign.find("\t<TrustRequest>"),
                      end = Foreign.find("</TrustRequest>") + 16;
    const std::string item = Foreign.substr(begin, end - begin);
    EXPECT_EQ(code_of(with(item, "")), "cem.field");
    std::string many;
    for (std::size_t at = 0; at <= MostTrustItems; ++at)
        many += item;
    EXPECT_EQ(code_of(with(item, many)), "cem.field");
}

TEST(CemXml, TimesAreReadInEverySpellingSeen) {
    const struct {
        const char* text;
        const char* read;
    } Table[] = {{"2026-12-01T06:30:00Z", "2026-12-01T06:30:00Z"},
                 {"2026-12-01T06:30:00", "2026-12-01T06:30:00Z"},
                 {"2026-12-01T06:30:00.123+02:00", "2026-12-01T04:30:00Z"},
                 {"2026-12-01T06:30:00-0500", "2026-12-01T11:30:00Z"},
                 {"2026-12-01", "2026-12-01T00:00:00Z"},
                 {"2026-02-29", nullptr},
                 {"2026-12-01T25:00:00Z", nullptr},
                 {"2026-12-01T06:30:00+15:00", nullptr},
                 {"2026-12-01T06:30", nullptr},
                 {"tomorrow", nullptr},
                 {"", nullptr}};
    for (const auto& row : Table) {
        SCOPED_TRACE(row.text);
        const auto read = read_xml_time(row.text);
        ASSERT_EQ(read.has_value(), row.read != nullptr);
        if (read) {
            EXPECT_EQ(write_xml_time(*read), row.read);
        }
    }
}

TEST(CemXml, SerialNumbersAreDecimalWhateverTheirSize) {
    EXPECT_EQ(transports::decimal_serial("0"), "0");
    EXPECT_EQ(transports::decimal_serial("0A"), "10");
    EXPECT_EQ(transports::decimal_serial("-1F"), "-31");
    EXPECT_EQ(transports::decimal_serial("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
              "340282366920938463463374607431768211455");
    EXPECT_EQ(transports::decimal_serial("xyz"), "");
}

}  // namespace
}  // namespace sallyport::flow
