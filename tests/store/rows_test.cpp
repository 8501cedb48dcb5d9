// SPDX-License-Identifier: Apache-2.0
// Messages and documents: what goes in comes out, octet for octet where it must.
#include "fixture.h"

#include "gateway/store/sql.h"

namespace sallyport::store {

namespace {

const Bytes WithNul("ISA\0*00\xFF\n", 9);

Message full_message() {
    Message message;
    message.id = "01MESSAGE";
    message.direction = Direction::Outbound;
    message.state = MessageState::Frozen;
    message.transport = "as2";
    message.partner = "acme";
    message.from = "SALLYPORT";
    message.to = "ACME \"quoted\"";
    message.transport_id = "<1@host>";
    message.content_digest = std::string(64, 'a');
    message.mic = "abc=, sha-256";
    message.content_type = "application/EDI-X12";
    message.file_name = "850.edi";
    message.payload_ref = std::string(64, 'b');
    message.raw_ref = std::string(64, 'c');
    message.was_signed = true;
    message.signer_fingerprint = std::string(64, 'd');
    message.remote_address = "192.0.2.1:443";
    message.receipt = {
        200, {{"Content-Type", "multipart/report; a=\"b: c\""}, {"X", ""}}, WithNul, "processed"};
    message.expectation = WithNul;
    message.created = from_micros(1'795'000'000'123'456);
    message.finished = from_micros(1'795'000'001'000'001);
    return message;
}

}  // namespace

using Rows = StoreTest;

TEST_F(Rows, MessagesComeBackAsTheyWereStored) {
    const Message stored = full_message();
    must([&](Transaction& t) { return t.add_message(stored); });
    reopen();
    auto found =
        read<std::optional<Message>>(*m_store, [](Reader& r) { return r.message("01MESSAGE"); });
    ASSERT_TRUE(found && *found);
    const Message& back = **found;
    EXPECT_EQ(back.direction, stored.direction);
    EXPECT_EQ(back.state, stored.state);
    EXPECT_EQ(back.transport, stored.transport);
    EXPECT_EQ(back.partner, stored.partner);
    EXPECT_EQ(back.from, stored.from);
    EXPECT_EQ(back.to, stored.to);
    EXPECT_EQ(back.transport_id, stored.transport_id);
    EXPECT_EQ(back.content_digest, stored.content_digest);
    EXPECT_EQ(back.mic, stored.mic);
    EXPECT_EQ(back.content_type, stored.content_type);
    EXPECT_EQ(back.file_name, stored.file_name);
    EXPECT_EQ(back.payload_ref, stored.payload_ref);
    EXPECT_EQ(back.raw_ref, stored.raw_ref);
    EXPECT_TRUE(back.was_signed);
    EXPECT_FALSE(back.was_encrypted);
    EXPECT_EQ(back.signer_fingerprint, stored.signer_fingerprint);
    EXPECT_EQ(back.remote_address, stored.remote_address);
    EXPECT_EQ(back.receipt, stored.receipt);
    EXPECT_EQ(back.expectation, WithNul);
    EXPECT_EQ(back.created, stored.created);
    EXPECT_EQ(back.finished, stored.finished);
}

TEST_F(Rows, EmptyOctetsComeBackEmptyAndAnAbsentTimeAbsent) {
    add_message("01EMPTY");
    auto found =
        read<std::optional<Message>>(*m_store, [](Reader& r) { return r.message("01EMPTY"); });
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->receipt, StoredReceipt());
    EXPECT_TRUE((*found)->expectation.empty());
    EXPECT_FALSE((*found)->finished);
    EXPECT_EQ((*found)->created, m_clock.now());
    EXPECT_EQ((*found)->resend_of, "");
}

TEST_F(Rows, TextThatIsNotUtf8OrHoldsNulIsKeptReadable) {
    Message message;
    message.id = "01HOSTILE";
    message.from = std::string("A\0B\xC3\x28\xF0\x9F\x92\xA1", 10);
    must([&](Transaction& t) { return t.add_message(message); });
    auto found =
        read<std::optional<Message>>(*m_store, [](Reader& r) { return r.message("01HOSTILE"); });
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->from, "A\\x00B\\xc3(\xF0\x9F\x92\xA1\\x00");
}

TEST(CleanText, KeepsWellFormedSequencesAndEscapesTheRest) {
    EXPECT_EQ(clean_text("Z\xC3\xBCrich \xE2\x82\xAC"), "Z\xC3\xBCrich \xE2\x82\xAC");
    EXPECT_EQ(clean_text("\xC0\xAF"), "\\xc0\\xaf");           // over-long
    EXPECT_EQ(clean_text("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // surrogate
    EXPECT_EQ(clean_text("\xF5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
    EXPECT_EQ(clean_text("\xE2\x82"), "\\xe2\\x82");  // cut short
    EXPECT_EQ(clean_text(std::string("\0", 1)), "\\x00");
}

TEST_F(Rows, AReceiptWithALineEndInAHeaderIsRefused) {
    Message message;
    message.id = "01BAD";
    message.receipt.headers = {{"A", "b\r\nInjected: yes"}};
    auto done = m_store->submit([&](Transaction& t) { return t.add_message(message); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "store.receipt.header");
}

TEST_F(Rows, AReceiptAndItsStateAreStoredTogether) {
    add_message("01M");
    const StoredReceipt receipt{200, {{"Content-Type", "text/plain"}}, WithNul, "processed"};
    m_clock.advance(std::chrono::seconds(3));
    must([&](Transaction& t) { return t.set_receipt("01M", receipt, MessageState::Delivered); });
    auto found = read<std::optional<Message>>(*m_store, [](Reader& r) { return r.message("01M"); });
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->receipt, receipt);
    EXPECT_EQ((*found)->state, MessageState::Delivered);
    EXPECT_EQ((*found)->finished, m_clock.now());
}

TEST_F(Rows, ChangingWhatIsNotThereIsAnErrorThatNamesIt) {
    auto done = m_store->submit(
        [](Transaction& t) { return t.set_message_state("01NOWHERE", MessageState::Failed); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "store.not_found");
    EXPECT_NE(done.error().text().find("01NOWHERE"), std::string::npos);
}

TEST_F(Rows, MessagesAreListedNewestFirstAndPaged) {
    for (const char* id : {"01A", "01B", "01C"})
        add_message(id);
    auto page =
        read<std::vector<Message>>(*m_store, [](Reader& r) { return r.messages({.limit = 2}); });
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 2U);
    EXPECT_EQ((*page)[0].id, "01C");
    auto rest = read<std::vector<Message>>(
        *m_store, [](Reader& r) { return r.messages({.before_id = "01B"}); });
    ASSERT_TRUE(rest);
    ASSERT_EQ(rest->size(), 1U);
    EXPECT_EQ(rest->front().id, "01A");
}

TEST_F(Rows, DocumentsKeepFourAxesAndWhoMustActNext) {
    add_message("01M");
    add_document("01I", "01M");
    Document document;
    document.id = "01D";
    document.parent = "01I";
    document.message = "01M";
    document.partner = "acme";
    document.standard = "X12";
    document.set = "850";
    document.version = "004010";
    document.sender = "ZZ:ACME";
    document.receiver = "ZZ:SALLYPORT";
    document.test = true;
    document.interchange_control = "000000001";
    document.group_control = "1";
    document.transaction_control = "0001";
    document.position = 7;
    document.business_number = "4500012345";
    document.purpose = "00";
    document.status = {ContentStatus::ValidWithFaults,
                       DeliveryStatus::Delivered,
                       AckStatus::Owed,
                       BackOfficeStatus::Held};
    document.next = {
        Actor::Coordinator, m_clock.now() + std::chrono::hours(4), "odoo.missing", "no product 7"};
    must([&](Transaction& t) { return t.add_document(document); });

    m_clock.advance(std::chrono::seconds(1));
    DocumentUpdate update;
    update.back_office = BackOfficeStatus::Posted;
    update.kind = "Order";
    update.next = NextMove{Actor::Nobody, {}, {}, {}};
    must([&](Transaction& t) { return t.update_document("01D", update); });

    auto found =
        read<std::optional<Document>>(*m_store, [](Reader& r) { return r.document("01D"); });
    ASSERT_TRUE(found && *found);
    const Document& back = **found;
    EXPECT_EQ(back.status,
              (FourAxes{ContentStatus::ValidWithFaults,
                        DeliveryStatus::Delivered,
                        AckStatus::Owed,
                        BackOfficeStatus::Posted}));
    EXPECT_EQ(back.next, (NextMove{Actor::Nobody, {}, {}, {}}));
    EXPECT_EQ(back.parent, "01I");
    EXPECT_EQ(back.message, "01M");
    EXPECT_EQ(back.kind, "Order");
    EXPECT_EQ(back.set, "850");
    EXPECT_EQ(back.business_number, "4500012345");
    EXPECT_EQ(back.position, 7U);
    EXPECT_TRUE(back.test);
    EXPECT_EQ(back.created + std::chrono::seconds(1), back.updated);
}

TEST_F(Rows, FiltersNarrowByEveryAxis) {
    Document held;
    held.id = "01HELD";
    held.partner = "acme";
    held.set = "850";
    held.status.back_office = BackOfficeStatus::Held;
    held.next.actor = Actor::Coordinator;
    must([&](Transaction& t) { return t.add_document(held); });
    add_document("01OTHER");
    const auto ids = [&](const DocumentFilter& filter) {
        auto found =
            read<std::vector<Document>>(*m_store, [&](Reader& r) { return r.documents(filter); });
        EXPECT_TRUE(found);
        std::string text;
        for (const Document& document : *found)
            text += document.id + " ";
        return text;
    };
    EXPECT_EQ(ids({}), "01OTHER 01HELD ");
    EXPECT_EQ(ids({.back_office = BackOfficeStatus::Held}), "01HELD ");
    EXPECT_EQ(ids({.content = ContentStatus::Valid}), "");
    EXPECT_EQ(ids({.actor = Actor::Coordinator}), "01HELD ");
    EXPECT_EQ(ids({.partner = "acme", .set = "850"}), "01HELD ");
    EXPECT_EQ(ids({.partner = "acme", .set = "860"}), "");
    EXPECT_EQ(ids({.since = m_clock.now() + std::chrono::seconds(1)}), "");
}

TEST_F(Rows, AThreadHoldsEveryDocumentOfAnOrderAndItsAcknowledgements) {
    add_document("01INTERCHANGE");
    const auto add =
        [&](const std::string& id, const std::string& number, const std::string& acknowledges) {
            Document document;
            document.id = id;
            document.parent = number.empty() ? "" : "01INTERCHANGE";
            document.business_number = number;
            document.acknowledges = acknowledges;
            must([&](Transaction& t) { return t.add_document(document); });
        };
    add("02ORDER", "PO1", "");
    add("03OTHER", "PO2", "");
    add("04ACK", "", "01INTERCHANGE");
    add("05CHANGE", "PO1", "");
    add("06ACK", "", "05CHANGE");
    auto found = read<std::vector<Document>>(*m_store, [](Reader& r) { return r.thread("PO1"); });
    ASSERT_TRUE(found);
    std::string ids;
    for (const Document& document : *found)
        ids += document.id + " ";
    EXPECT_EQ(ids, "02ORDER 04ACK 05CHANGE 06ACK ");
}

TEST_F(Rows, IdsAreFoundByTheirFirstCharacters) {
    add_document("01ABC");
    add_document("01ABD");
    add_document("01B");
    auto found =
        read<std::vector<std::string>>(*m_store, [](Reader& r) { return r.document_ids("01AB"); });
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, (std::vector<std::string>{"01ABC", "01ABD"}));
}

TEST_F(Rows, ADocumentOfAMessageThatDoesNotExistIsRefused) {
    Document document;
    document.id = "01D";
    document.message = "01NOWHERE";
    auto done = m_store->submit([&](Transaction& t) { return t.add_document(document); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "store.constraint");
}

}  // namespace sallyport::store
