// SPDX-License-Identifier: Apache-2.0
// /v1/certificates, as the commands ask it: who may, what is said of each mistake, and that nothing counts before it is durable.
#include "gateway/api/trust_control.h"

#include "../flow/trust_world.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/cert_alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::api {
namespace {

using flow::testing::NewFingerprint;
using flow::testing::TrustWorld;
using flow::testing::write_850;
using nlohmann::json;
using transports::HttpRequest;

class Certificates : public ::testing::Test {
protected:
    int ask(const std::string& method,
            const std::string& path,
            const std::string& body = "",
            const std::string& token = "secret") {
        HttpRequest request;
        request.method = method;
        request.path = path;
        if (!token.empty()) request.headers = {{"Authorization", "Bearer " + token}};
        request.body = body;
        const auto entry = m_handler.enter(request);
        if (entry.answer) return entry.answer->status;
        const auto answer = m_handler.handle(request);
        m_answer = json::parse(answer.body);
        return answer.status;
    }
    int post(const std::string& tail, const json& body) {
        return ask("POST", "/v1/certificates/" + tail, body.dump());
    }
    // About the certificate that a stranger presented.
    int decide(const std::string& verb, const std::string& who, const std::string& words = "Bob") {
        return post("acme/" + NewFingerprint + "/" + verb, {{"actor", who}, {"words", words}});
    }
    void present() { m_world.refuse(TrustWorld::refusal(write_850({}), "a")); }

    testing_support::TempDir m_directory;
    TrustWorld m_world{m_directory.path()};
    unsigned m_decided = 0;
    AnnounceWish m_wish;
    TrustControl m_handler{
        {.tools = *m_world.tools,
         .token = Secret("secret"),
         .decided =
             [this] {
                 ++m_decided;
                 return Status();
             },
         .read_certificate = [](BytesView octets) -> Result<transports::CertificateFacts> {
             if (octets == "junk")
                 return Error(
                     "certs.certificate.unreadable", Blame::Operator, "that is no certificate");
             return flow::testing::facts(NewFingerprint);
         },
         .has_partner = [](const std::string& name) { return name == "acme"; },
         .announce = [this](const AnnounceWish& wish) -> Result<std::string> {
             m_wish = wish;
             if (wish.partner != "acme")
                 return Error("cem.unsupported", Blame::Operator, "it cannot");
             return std::string("01DOC");
         }}};
    json m_answer;
};

TEST_F(Certificates, AreShownAndDecidedWithTheTokenOfThisRunOnly) {
    for (const char* token : {"", "guess", "secret2"}) {
        EXPECT_EQ(ask("GET", "/v1/certificates", "", token), 401) << token;
        EXPECT_EQ(ask("POST", "/v1/certificates/acme/x/accept", "{}", token), 401) << token;
    }
    EXPECT_EQ(ask("DELETE", "/v1/certificates"), 405);
    EXPECT_EQ(ask("GET", "/v1/certificates"), 200);
    EXPECT_TRUE(m_answer["certificates"].empty());
    EXPECT_TRUE(m_answer["exchanges"].empty());
}

TEST_F(Certificates, TwoPeopleAcceptOneAndTheListSaysWho) {
    present();
    EXPECT_EQ(decide("accept", "operator:anna"), 200);
    EXPECT_EQ(decide("confirm", "operator:anna"), 403);
    EXPECT_EQ(m_answer["code"], "trust.same-person");
    EXPECT_EQ(m_decided, 1U) << "a refusal changes nothing";
    EXPECT_EQ(decide("confirm", "operator:bert"), 200);
    EXPECT_EQ(m_answer["messages"], 1);
    EXPECT_EQ(m_decided, 2U);
    ASSERT_EQ(ask("GET", "/v1/certificates"), 200);
    const json& record = m_answer["certificates"].at(0);
    EXPECT_EQ(record["state"], "accepted");
    EXPECT_EQ(record["requested"]["actor"], "operator:anna");
    EXPECT_EQ(record["confirmed"]["actor"], "operator:bert");
    EXPECT_FALSE(record["certificate"].contains("der"));
    EXPECT_EQ(decide("confirm", "operator:cleo"), 409);
    EXPECT_EQ(decide("withdraw", "operator:cleo", "key lost"), 200);
}

TEST_F(Certificates, EachMistakeHasItsStatusAndCode) {
    present();
    const struct {
        const char* tail;
        json body;
        int status;
        const char* code;
    } Table[] = {
        {"acme/none/accept", {{"actor", "operator:anna"}, {"words", "x"}}, 404, "trust.missing"},
        {"acme/none/explode", {{"actor", "operator:anna"}}, 404, "api.path"},
        {"acme", {{"actor", "operator:anna"}}, 404, "api.path"},
        {"acme/none/accept", {{"words", "x"}}, 400, "api.body"},
        {"acme/none/accept", "no object", 400, "api.body"},
        {"acme/none/told", {{"actor", "operator:anna"}}, 400, "trust.words"},
        {"acme/none/agreed", {{"actor", "operator:anna"}, {"words", "x"}}, 404, "trust.missing"},
        {"acme/offer", {{"actor", "operator:anna"}}, 400, "api.body"},
        {"acme/offer",
         {{"actor", "operator:anna"}, {"certificate", "anVuaw=="}},
         400,
         "certs.certificate.unreadable"},
        {"bolt/offer",
         {{"actor", "operator:anna"}, {"certificate", "eA=="}},
         404,
         "flow.agreement.unknown"},
        {"bolt/none/announce", {{"actor", "operator:anna"}}, 400, "cem.unsupported"},
    };
    for (const auto& row : Table) {
        SCOPED_TRACE(row.tail + row.body.dump());
        EXPECT_EQ(post(row.tail, row.body), row.status);
        EXPECT_EQ(m_answer["code"], row.code);
    }
    EXPECT_EQ(decide("reject", "operator:anna", ""), 400);
    EXPECT_EQ(decide("reject", "operator:anna", "not theirs"), 200);
    EXPECT_EQ(decide("accept", "operator:anna"), 200) << "a rejected one may be asked for again";
}

TEST_F(Certificates, AnOfferIsPresentedAndConsentIsNoted) {
    EXPECT_EQ(post("acme/offer", {{"actor", "operator:anna"}, {"certificate", "eA=="}}), 200);
    EXPECT_EQ(m_world.record().source, "operator");
    EXPECT_EQ(decide("told", "operator:anna", "mail"), 200);
    EXPECT_EQ(decide("objected", "operator:anna", "Bob: not yet"), 200);
    const auto known = store::read<std::vector<flow::Consent>>(
        *m_world.store, [](store::Reader& reader) { return flow::consents(reader); });
    ASSERT_TRUE(known && known->size() == 1U);
    EXPECT_EQ(known->front().state, flow::ConsentState::Objected);
}

TEST_F(Certificates, AnAnnouncementIsHandedOnAsAsked) {
    EXPECT_EQ(post("acme/" + NewFingerprint + "/announce",
                   {{"actor", "operator:anna"}, {"respond_by", "2026-12-01"}, {"anyway", true}}),
              200);
    EXPECT_EQ(m_answer["document"], "01DOC");
    EXPECT_EQ(m_wish.fingerprint, NewFingerprint);
    EXPECT_EQ(m_wish.actor, "operator:anna");
    EXPECT_EQ(m_wish.respond_by, "2026-12-01");
    EXPECT_TRUE(m_wish.anyway);
    EXPECT_EQ(post("acme/x/announce", {{"actor", "operator:anna"}, {"anyway", "true"}}), 200);
    EXPECT_FALSE(m_wish.anyway) << "only true is true";
}

}  // namespace
}  // namespace sallyport::api
