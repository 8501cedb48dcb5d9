// SPDX-License-Identifier: Apache-2.0
// Every tests/golden/x12/*.edi: the verdict its name states, the faults in the file beside it (.faults), the 997 it earns
// (.ack), and the round-trip law. SALLYPORT: GW_ACCEPT=1 rewrites the expectations and marks the test skipped.
#include "edi_fixture.h"

#include "parsers/ack.h"
#include "parsers/x12.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace sallyport::edi {
namespace {

std::string line_of(const Fault& fault) {
    std::string line = std::string(fault.code) + " " + std::string(to_string(fault.severity)) +
                       " " + fault.segment + "@" + std::to_string(fault.position);
    if (!fault.loop.empty()) line += " loop " + fault.loop;
    if (fault.element != 0) line += " element " + std::to_string(fault.element);
    if (fault.repetition != 0) line += " repetition " + std::to_string(fault.repetition);
    if (fault.component != 0) line += " component " + std::to_string(fault.component);
    line += " byte " + std::to_string(fault.byte) + " line " + std::to_string(fault.line);
    if (!fault.value.empty()) line += " \"" + fault.value + "\"";
    return line + ": " + fault.message + "\n";
}

std::string faults_of(const Report& report) {
    std::string text;
    for (const InterchangeReport& interchange : report.interchanges) {
        for (const Fault& fault : interchange.repairs)
            text += line_of(fault);
        for (const Fault& fault : interchange.faults)
            text += line_of(fault);
        for (const GroupReport& group : interchange.groups) {
            for (const Fault& fault : group.faults)
                text += line_of(fault);
            for (const TransactionReport& transaction : group.transactions) {
                for (const Fault& fault : transaction.faults)
                    text += line_of(fault);
            }
        }
    }
    return text;
}

std::string ack_of(const Report& report) {
    AckEnvelope envelope;
    envelope.separators.line_end = "\n";
    envelope.separators.component = '>';
    envelope.interchange_control = "1";
    envelope.group_control = "1";
    int next = 0;
    envelope.transaction_control = [&next] {
        const std::string digits = std::to_string(++next);
        return std::string(4 - digits.size(), '0') + digits;
    };
    envelope.date = "20261120";
    envelope.time = "1016";
    std::string text;
    for (const InterchangeReport& interchange : report.interchanges) {
        auto ack = write_997(interchange, AcceptancePolicy::RejectTransaction, envelope);
        EXPECT_TRUE(ack) << (ack ? "" : ack.error().text());
        if (ack) text += *ack;
    }
    return text;
}

class X12Golden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(X12Golden, GivesTheStatedVerdictFaultsAndAcknowledgement) {
    const std::filesystem::path path = GetParam();
    auto document = read_x12(test::read(path));
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(emit(*document), document->octets());
    const Report report = validate(*document, test::schemas());
    const bool stated_valid = path.stem().string().find("-invalid") == std::string::npos;
    EXPECT_EQ(report.accepted(), stated_valid) << faults_of(report);

    std::filesystem::path faults = path, ack = path;
    faults.replace_extension(".faults");
    ack.replace_extension(".ack");
    if (std::getenv("GW_ACCEPT") != nullptr) {
        std::ofstream(faults, std::ios::binary) << faults_of(report);
        std::ofstream(ack, std::ios::binary) << ack_of(report);
        GTEST_SKIP() << "expectations rewritten";
    }
    EXPECT_EQ(faults_of(report), test::read(faults));
    const std::string expected_ack = test::read(ack);
    EXPECT_EQ(ack_of(report), expected_ack);
    if (expected_ack.empty()) return;
    auto answered = read_x12(expected_ack);
    ASSERT_TRUE(answered) << answered.error().text();
    EXPECT_TRUE(validate(*answered, test::schemas()).accepted())
        << "our own 997 is not valid: " << faults_of(validate(*answered, test::schemas()));
}

std::vector<std::filesystem::path> golden_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(test::golden("x12"))) {
        if (entry.path().extension() == ".edi") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

INSTANTIATE_TEST_SUITE_P(Files,
                         X12Golden,
                         testing::ValuesIn(golden_files()),
                         [](const testing::TestParamInfo<std::filesystem::path>& file) {
                             std::string name = file.param.stem().string();
                             std::replace_if(
                                 name.begin(),
                                 name.end(),
                                 [](char c) { return c == '-' || c == '.'; },
                                 '_');
                             return name;
                         });

}  // namespace
}  // namespace sallyport::edi
