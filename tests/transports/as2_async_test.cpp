// SPDX-License-Identifier: Apache-2.0
// Asynchronous receipts: 2xx at once, the MDN from a queue to an allowed URL only.
#include "transports/as2_async.h"

#include "tests/support/as2_fixture.h"

#include "transports/http_server.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sallyport::transports {
namespace {

class MemoryQueue final : public ReceiptQueue {
public:
    Status enqueue(const AsyncReceipt& receipt) override {
        if (broken) return Error("store.write", Blame::Operator, "disk full");
        queued.push_back(receipt);
        return {};
    }
    bool broken = false;
    std::vector<AsyncReceipt> queued;
};

As2Agreement allowing(std::vector<std::string> urls) {
    auto agreement = gateway_agreement();
    agreement.inbound.async_receipts = {.urls = std::move(urls), .internal_addresses = true};
    return agreement;
}

struct AsyncReceiver {
    explicit AsyncReceiver(As2Agreement agreement)
        : receiver({},
                   fixed_directory({std::make_shared<As2Agreement>(std::move(agreement))}),
                   intake,
                   clock,
                   Log(null_sink()),
                   &queue) {}
    HttpResponse post(const std::string& entity, const std::string& url) {
        const auto request =
            as2_request(entity, want_signed() + HeaderList{{"Receipt-Delivery-Option", url}});
        return receiver.handle(request);
    }
    SystemClock clock;
    MemoryIntake intake;
    MemoryQueue queue;
    As2Receiver receiver;
};

HttpResponse as_response(const Receipt& receipt) {
    return {.headers = receipt.headers, .body = receipt.body};
}

TEST(AsyncReceipts, Http03AnswerAtOnceAndQueueTheSignedReceipt) {
    AsyncReceiver under(allowing({"http://as2.partner.example/mdn"}));
    const auto response =
        under.post(encrypted(signed_entity(Document)), "http://as2.partner.example/mdn");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_TRUE(response.headers.empty());
    ASSERT_EQ(under.queue.queued.size(), 1U);
    const auto& queued = under.queue.queued[0];
    EXPECT_EQ(queued.partner, "partner");
    EXPECT_EQ(queued.url, "http://as2.partner.example/mdn");
    const auto mdn = read_mdn(as_response(queued.receipt));
    EXPECT_TRUE(mdn.is_signed);
    EXPECT_EQ(mdn["Original-Message-ID"], "<m1@partner>");
    EXPECT_EQ(under.intake.arrivals.size(), 1U);
}

TEST(AsyncReceipts, QueueRefusalsAndTheStoredReceiptOfARepeat) {
    AsyncReceiver under(allowing({"http://as2.partner.example/mdn"}));
    under.post(encrypted(signed_entity(Document)), "http://as2.partner.example/mdn");
    under.post(encrypted(signed_entity(Document)), "http://as2.partner.example/mdn");
    EXPECT_EQ(under.post(encrypted(Document), "http://as2.partner.example/mdn").status, 200);
    ASSERT_EQ(under.queue.queued.size(), 3U);
    EXPECT_EQ(under.queue.queued[0].receipt.body, under.queue.queued[1].receipt.body);
    EXPECT_EQ(
        read_mdn(as_response(under.queue.queued[2].receipt))["Disposition"],
        "automatic-action/MDN-sent-automatically; processed/error: insufficient-message-security");
}

TEST(AsyncReceipts, Mdn30RefuseAnotherUrlInTheResponseAndCallNobody) {
    AsyncReceiver under(allowing({"http://as2.partner.example/mdn"}));
    for (const std::string url :
         {"http://127.0.0.1/", "mailto:edi@partner.example", "http://as2.partner.example/mdn2"}) {
        const auto response = under.post(encrypted(signed_entity(Document)), url);
        EXPECT_EQ(read_mdn(response)["Disposition"],
                  "automatic-action/MDN-sent-automatically; processed/error: "
                  "unexpected-processing-error");
    }
    EXPECT_TRUE(under.queue.queued.empty());
    EXPECT_TRUE(under.intake.arrivals.empty());
    EXPECT_EQ(under.intake.refusals.at(2).code, "as2.egress.forbidden");
}

TEST(AsyncReceipts, SayNothingWhenTheQueueIsNotDurable) {
    AsyncReceiver under(allowing({"http://as2.partner.example/mdn"}));
    under.queue.broken = true;
    EXPECT_EQ(
        under.post(encrypted(signed_entity(Document)), "http://as2.partner.example/mdn").status,
        503);
}

// Takes receipts as a partner does.
class Mailbox final : public HttpHandler {
public:
    HttpResponse handle(const HttpRequest& request) override {
        seen = request;
        return {.status = status, .headers = {{"Location", "http://127.0.0.1:1/"}}};
    }
    int status = 204;
    HttpRequest seen;
};

class AsyncSending : public testing::Test {
protected:
    AsyncSending() {
        if (!m_server.start()) throw std::runtime_error("server under test does not start");
        m_url = "http://127.0.0.1:" + std::to_string(m_server.port()) + "/mdn";
        m_agreement = allowing({m_url});
        m_agreement.outbound.basic_user = "user";
        m_agreement.outbound.basic_password = std::make_shared<Secret>("secret");
    }
    std::string send() {
        AsyncReceiptSender sender(fixed_directory({std::make_shared<As2Agreement>(m_agreement)}),
                                  m_clock,
                                  Log(null_sink()));
        Receipt receipt;
        receipt.headers = {{"AS2-From", "GATEWAY"},
                           {"Content-Type", "multipart/report; boundary=b"}};
        receipt.body = "--b--";
        const auto sent = sender.send(
            {.partner = "partner", .url = m_url, .original_message_id = "<m>", .receipt = receipt});
        return sent ? "sent" : std::string(sent.error().code());
    }

    SystemClock m_clock;
    std::shared_ptr<Mailbox> m_mailbox = std::make_shared<Mailbox>();
    HttpServer m_server{{}, {{"/", m_mailbox}}, m_clock, Log(null_sink())};
    std::string m_url;
    As2Agreement m_agreement;
};

TEST_F(AsyncSending, PostsTheReceiptOctetForOctetWithoutCredentials) {
    EXPECT_EQ(send(), "sent");
    EXPECT_EQ(m_mailbox->seen.body, "--b--");
    EXPECT_EQ(header_or_empty(m_mailbox->seen.headers, "AS2-From"), "GATEWAY");
    EXPECT_EQ(find_header(m_mailbox->seen.headers, "Authorization"), nullptr);
}

TEST_F(AsyncSending, FailsOnRedirectsStatusesAndForbiddenAddresses) {
    m_mailbox->status = 302;
    EXPECT_EQ(send(), "as2.http.redirect");
    m_mailbox->status = 500;
    EXPECT_EQ(send(), "as2.http.status");
    m_mailbox->seen = {};
    m_agreement.inbound.async_receipts.internal_addresses = false;
    EXPECT_EQ(send(), "as2.egress.address");
    m_agreement.inbound.async_receipts.urls = {"http://elsewhere.example/"};
    EXPECT_EQ(send(), "as2.egress.forbidden");
    EXPECT_EQ(m_mailbox->seen.method, "");
}

}  // namespace
}  // namespace sallyport::transports
