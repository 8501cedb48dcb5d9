// SPDX-License-Identifier: Apache-2.0
// Documents: interchanges and transactions inside messages, with four status axes that are never merged into one, and
// who has to act next. Value types, not thread-safe.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/store/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::store {

enum class DocumentLevel : std::uint8_t { Interchange, Transaction };

// Is it well formed and valid?
enum class ContentStatus : std::uint8_t { Pending, Valid, ValidWithFaults, Invalid, Unreadable };
// Did it arrive? Inbound: at us, with our receipt. Outbound: at the partner, with theirs.
enum class DeliveryStatus : std::uint8_t { NotNeeded, Pending, Delivered, Failed };
// What does the business acknowledgement (997, 999, CONTRL) say? Inbound: ours. Outbound: the partner's.
enum class AckStatus : std::uint8_t {
    NotNeeded,
    Owed,      // inbound: we have to send one
    Expected,  // outbound: the partner has to send one
    Accepted,
    AcceptedWithFaults,
    PartlyAccepted,
    Rejected,
    Overdue,
};
// Is it in the back office?
enum class BackOfficeStatus : std::uint8_t { NotNeeded, Pending, Posted, Held, Refused };

// Whose move it is.
enum class Actor : std::uint8_t {
    Nobody,
    Gateway,
    Partner,
    Coordinator,
    Administrator,
    BackOffice
};

struct FourAxes {
    ContentStatus content = ContentStatus::Pending;
    DeliveryStatus delivery = DeliveryStatus::Pending;
    AckStatus acknowledgement = AckStatus::NotNeeded;
    BackOfficeStatus back_office = BackOfficeStatus::NotNeeded;

    bool operator==(const FourAxes&) const = default;
};

struct NextMove {
    Actor actor = Actor::Gateway;
    std::optional<Instant> due{};
    std::string code{};    // Error code; empty when nothing is wrong
    std::string reason{};  // what is wrong and what helps, for a person

    bool operator==(const NextMove&) const = default;
};

struct Document {
    std::string id{};      // the gateway's, from new_id()
    std::string parent{};  // a transaction's interchange; empty on interchanges
    DocumentLevel level = DocumentLevel::Transaction;
    Direction direction = Direction::Inbound;
    std::string
        message;  // the message it came or goes in; empty while outbound and not yet enveloped
    std::string partner{};   // the agreement's name
    std::string standard{};  // "X12", "EDIFACT", "UBL", …
    std::string set{};       // "850", "ORDERS"; empty on interchanges
    std::string version{};   // "004010", "D.96A"
    std::string sender{};    // qualifier:identifier as in the envelope, "ZZ:ACME"
    std::string receiver{};  // likewise
    bool test = false;       // the envelope's usage indicator says test
    std::string interchange_control{};
    std::string group_control{};
    std::string transaction_control{};
    std::uint32_t position = 0;     // in its interchange, from 1; 0 on interchanges
    std::string kind{};             // canonical document: "Order", …; empty until mapped
    std::string business_number{};  // the purchase order number: what `thread` looks for
    std::string own_number{};     // the document's own number where it differs (invoice, shipment)
    std::string purpose{};        // BEG01 and its like
    std::string payload_ref{};    // archive address of its own octets
    std::string canonical_ref{};  // archive address of the canonical JSON; empty until mapped
    std::string faults_ref{};    // archive address of the faults as JSON; empty when there are none
    std::string acknowledges{};  // an acknowledgement's subject: that document's id
    FourAxes status{};
    NextMove next{};
    Instant created{};
    Instant updated{};
};

// Where an outbound transaction went when it was put into an interchange: all of it at once.
struct Placement {
    std::string parent{};
    std::string standard{}, set{}, version{};
    std::string sender{}, receiver{};
    bool test = false;
    std::string interchange_control{}, group_control{}, transaction_control{};
    std::uint32_t position = 0;
};

// What may change after a document was stored. Absent members stay as they are.
struct DocumentUpdate {
    std::optional<ContentStatus> content{};
    std::optional<DeliveryStatus> delivery{};
    std::optional<AckStatus> acknowledgement{};
    std::optional<BackOfficeStatus> back_office{};
    std::optional<NextMove> next{};
    std::optional<std::string> message{};
    std::optional<std::string> kind{};
    std::optional<std::string> business_number{};
    std::optional<std::string> own_number{};
    std::optional<std::string> purpose{};
    std::optional<std::string> canonical_ref{};
    std::optional<std::string> faults_ref{};
    std::optional<std::string> payload_ref{};
    std::optional<Placement> placement{};
    std::optional<std::string> acknowledges{};
};

struct DocumentFilter {
    std::optional<Direction> direction{};
    std::optional<DocumentLevel> level{};
    std::optional<ContentStatus> content{};
    std::optional<DeliveryStatus> delivery{};
    std::optional<AckStatus> acknowledgement{};
    std::optional<BackOfficeStatus> back_office{};
    std::optional<Actor> actor{};  // whose move it is
    std::string partner{};         // empty: any; so for the other texts
    std::string set{};
    std::string business_number{};
    std::string message{};
    std::string parent{};
    std::string acknowledges{};
    std::string interchange_control{};
    std::string group_control{};
    std::optional<Instant> since{};  // created at or after
    std::string before_id{};         // page backwards: only ids below this one
    unsigned limit = 100;            // 1 to 10000, newest first
};

std::string_view to_string(DocumentLevel level);
std::string_view to_string(ContentStatus status);
std::string_view to_string(DeliveryStatus status);
std::string_view to_string(AckStatus status);
std::string_view to_string(BackOfficeStatus status);
std::string_view to_string(Actor actor);

}  // namespace sallyport::store
