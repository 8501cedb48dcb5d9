// SPDX-License-Identifier: Apache-2.0
// The conformance vectors of tests/as2-vectors, made by other tools than ours: our receiver must agree with each of them,
// to the octet of the MIC.
#include "tests/support/as2_fixture.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "certs/spool.h"
#include "gateway/base/digest.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace sallyport::transports {
namespace {

using nlohmann::json;
using testing_support::slurp;

std::filesystem::path folder() {
    return std::filesystem::path(SALLYPORT_SOURCE_DIR) / "tests/as2-vectors";
}

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder() / "vectors"))
        if (entry.path().extension() == ".as2") all.push_back(entry.path().stem().string());
    std::sort(all.begin(), all.end());
    return all;
}

certs::Identity vector_identity(const std::string& name) {
    auto key = certs::load_private_key(Secret(slurp(folder() / "keys" / (name + ".key"))));
    auto certificate = certs::load_certificate(slurp(folder() / "keys" / (name + ".pem")));
    return *certs::make_identity(*std::move(key), *std::move(certificate));
}

As2Agreement agreement_of(const json& terms) {
    As2Agreement agreement;
    agreement.name = "partner";
    agreement.our_id = "GATEWAY";
    agreement.partner_id = "PARTNER";
    agreement.signing = vector_identity("gateway");
    agreement.decryption = {vector_identity("gateway")};
    agreement.partner_signing = {vector_identity("partner").certificate};
    agreement.inbound.require_signed = terms.at("require_signed");
    agreement.inbound.require_encrypted = terms.at("require_encrypted");
    agreement.inbound.digests.clear();
    for (const auto& name : terms.at("digests"))
        agreement.inbound.digests.push_back(*certs::digest_from_name(name.get<std::string>()));
    return agreement;
}

HttpRequest request_of(const std::string& wire) {
    const auto entity = parse_entity(wire, {});
    HttpRequest request;
    request.method = "POST";
    request.path = "/as2";
    request.headers = entity->headers;
    request.headers.emplace_back("Content-Length", std::to_string(entity->body.size()));
    request.header_block = std::string(entity->header_block);
    request.body = std::string(entity->body);
    return request;
}

// Every file is what the manifest says: line ends that a tool has changed would make a vector prove nothing.
TEST(As2Vectors, AreTheOctetsOfTheManifest) {
    std::istringstream manifest(slurp(folder() / "SHA256SUMS"));
    std::size_t count = 0;
    for (std::string line; std::getline(manifest, line); ++count)
        EXPECT_EQ(sha256_hex(slurp(folder() / line.substr(66))), line.substr(0, 64)) << line;
    EXPECT_EQ(count, 2 * names().size() + 6) << "files without a line, or lines without a file";
}

class As2Vector : public testing::TestWithParam<std::string> {};

void expect_as_filed(const json& vector,
                     const ReceiverUnderTest& under,
                     const HttpResponse& response) {
    EXPECT_EQ(response.status, 200);

    const json& expected = vector.at("mdn");
    const bool strangers = expected.at("signed").is_boolean() && !expected.at("signed");
    const auto mdn = read_mdn(response, vector_identity("gateway").certificate);
    EXPECT_EQ(mdn["Original-Message-ID"], expected.at("original_message_id").get<std::string>());
    const std::string disposition(mdn["Disposition"]);
    EXPECT_EQ(disposition.substr(disposition.find("; ") + 2),
              expected.at("disposition").get<std::string>())
        << (under.intake.refusals.empty() ? "" : under.intake.refusals.back().reason);
    if (!expected.at("signed").is_null()) {
        EXPECT_EQ(mdn.is_signed, !strangers);
    }
    if (!expected.contains("mic")) {
        EXPECT_TRUE(under.intake.arrivals.empty());
        return;
    }
    EXPECT_EQ(mdn["Received-Content-MIC"],
              expected.at("mic").get<std::string>() + ", " +
                  expected.at("mic_algorithm").get<std::string>());
    ASSERT_EQ(under.intake.arrivals.size(), 1U);
    const Arrival arrival = under.intake.arrivals.at(0);
    EXPECT_EQ(sha256_hex(arrival.payload), vector.at("payload_sha256").get<std::string>());
    EXPECT_EQ(arrival.was_signed, vector.at("was_signed").get<bool>());
    EXPECT_EQ(arrival.was_encrypted, vector.at("was_encrypted").get<bool>());
    // Without encryption and signature the file name stands in the HTTP header, as the rest of the entity's.
    EXPECT_EQ(arrival.file_name, vector.at("file_name").get<std::string>());
}

TEST_P(As2Vector, IsAnsweredAsItsFileSays) {
    const json vector = json::parse(slurp(folder() / "vectors" / (GetParam() + ".json")));
    ReceiverUnderTest under(agreement_of(vector.at("agreement")));
    expect_as_filed(
        vector, under, under.post(request_of(slurp(folder() / "vectors" / (GetParam() + ".as2")))));
}

// The half in constant memory, held to the same files.
TEST_P(As2Vector, IsAnsweredAlikeFromAnEncryptedSpool) {
    const json vector = json::parse(slurp(folder() / "vectors" / (GetParam() + ".json")));
    const testing_support::TempDir dir;
    ReceiverUnderTest under(agreement_of(vector.at("agreement")), {.spool_folder = dir.path()});
    auto request = request_of(slurp(folder() / "vectors" / (GetParam() + ".as2")));
    auto spool = certs::Spool::create(dir.path());
    ASSERT_TRUE(spool) << spool.error().text();
    ASSERT_TRUE((*spool)->append(request.body));
    request.spooled = *std::move(spool);
    request.body.clear();
    expect_as_filed(vector, under, under.post(request));
    EXPECT_TRUE(std::filesystem::is_empty(dir.path())) << "a file was left behind";
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Every, As2Vector, testing::ValuesIn(names()), name_of);

}  // namespace
}  // namespace sallyport::transports
