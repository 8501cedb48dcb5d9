// SPDX-License-Identifier: Apache-2.0
// What the tests of XML documents share.
#pragma once

#include "gateway/base/file.h"
#include "parsers/edi.h"
#include "parsers/schema.h"
#include "parsers/xml.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace sallyport::edi::test {

inline const SchemaSet& xml_schemas() {
    static const auto loaded =
        SchemaSet::load(std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers/schemas");
    EXPECT_TRUE(loaded) << (loaded ? std::string() : loaded.error().text());
    return *loaded;
}

inline std::string xml_golden(const std::string& name) {
    auto octets = read_file(std::filesystem::path(SALLYPORT_GOLDEN_DIR) / "xml" / name, 1 << 22);
    EXPECT_TRUE(octets) << name;
    return octets ? *octets : std::string();
}

// `text` with the first `from` replaced; the test fails when it is not there.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct Judged {
    Document document;
    Report report;
    const Transaction& transaction() const {
        return document.interchanges.front().groups.front().transactions.front();
    }
    const std::vector<Fault>& faults() const {
        return report.interchanges.front().groups.front().transactions.front().faults;
    }
    // "code xpath" of each fault, one a line.
    std::string places() const {
        std::string text;
        for (const Fault& fault : faults())
            text += std::string(fault.code) + " " + fault.xpath + "\n";
        return text;
    }
};

inline Judged judge_xml(const std::string& octets) {
    auto document = read(octets);
    EXPECT_TRUE(document) << (document ? std::string() : document.error().text());
    if (!document) document = read_xml("<nothing/>");
    Report report = validate(*document, xml_schemas());
    return Judged{*std::move(document), std::move(report)};
}

}  // namespace sallyport::edi::test
