// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/names.h"

namespace sallyport::store {

std::string_view to_string(Direction value) {
    switch (value) {
        case Direction::Inbound:
            return "inbound";
        case Direction::Outbound:
            return "outbound";
    }
    return "";
}

template <>
const std::vector<Direction>& all_of<Direction>() {
    static const std::vector<Direction> all{Direction::Inbound, Direction::Outbound};
    return all;
}

std::string_view to_string(MessageState value) {
    switch (value) {
        case MessageState::Received:
            return "received";
        case MessageState::Held:
            return "held";
        case MessageState::Refused:
            return "refused";
        case MessageState::Frozen:
            return "frozen";
        case MessageState::Delivered:
            return "delivered";
        case MessageState::Failed:
            return "failed";
    }
    return "";
}

template <>
const std::vector<MessageState>& all_of<MessageState>() {
    static const std::vector<MessageState> all{MessageState::Received,
                                               MessageState::Held,
                                               MessageState::Refused,
                                               MessageState::Frozen,
                                               MessageState::Delivered,
                                               MessageState::Failed};
    return all;
}

std::string_view to_string(DocumentLevel value) {
    switch (value) {
        case DocumentLevel::Interchange:
            return "interchange";
        case DocumentLevel::Transaction:
            return "transaction";
    }
    return "";
}

template <>
const std::vector<DocumentLevel>& all_of<DocumentLevel>() {
    static const std::vector<DocumentLevel> all{DocumentLevel::Interchange,
                                                DocumentLevel::Transaction};
    return all;
}

std::string_view to_string(ContentStatus value) {
    switch (value) {
        case ContentStatus::Pending:
            return "pending";
        case ContentStatus::Valid:
            return "valid";
        case ContentStatus::ValidWithFaults:
            return "valid_with_faults";
        case ContentStatus::Invalid:
            return "invalid";
        case ContentStatus::Unreadable:
            return "unreadable";
    }
    return "";
}

template <>
const std::vector<ContentStatus>& all_of<ContentStatus>() {
    static const std::vector<ContentStatus> all{ContentStatus::Pending,
                                                ContentStatus::Valid,
                                                ContentStatus::ValidWithFaults,
                                                ContentStatus::Invalid,
                                                ContentStatus::Unreadable};
    return all;
}

std::string_view to_string(DeliveryStatus value) {
    switch (value) {
        case DeliveryStatus::NotNeeded:
            return "not_needed";
        case DeliveryStatus::Pending:
            return "pending";
        case DeliveryStatus::Delivered:
            return "delivered";
        case DeliveryStatus::Failed:
            return "failed";
    }
    return "";
}

template <>
const std::vector<DeliveryStatus>& all_of<DeliveryStatus>() {
    static const std::vector<DeliveryStatus> all{DeliveryStatus::NotNeeded,
                                                 DeliveryStatus::Pending,
                                                 DeliveryStatus::Delivered,
                                                 DeliveryStatus::Failed};
    return all;
}

std::string_view to_string(AckStatus value) {
    switch (value) {
        case AckStatus::NotNeeded:
            return "not_needed";
        case AckStatus::Owed:
            return "owed";
        case AckStatus::Expected:
            return "expected";
        case AckStatus::Accepted:
            return "accepted";
        case AckStatus::AcceptedWithFaults:
            return "accepted_with_faults";
        case AckStatus::PartlyAccepted:
            return "partly_accepted";
        case AckStatus::Rejected:
            return "rejected";
        case AckStatus::Overdue:
            return "overdue";
    }
    return "";
}

template <>
const std::vector<AckStatus>& all_of<AckStatus>() {
    static const std::vector<AckStatus> all{AckStatus::NotNeeded,
                                            AckStatus::Owed,
                                            AckStatus::Expected,
                                            AckStatus::Accepted,
                                            AckStatus::AcceptedWithFaults,
                                            AckStatus::PartlyAccepted,
                                            AckStatus::Rejected,
                                            AckStatus::Overdue};
    return all;
}

std::string_view to_string(BackOfficeStatus value) {
    switch (value) {
        case BackOfficeStatus::NotNeeded:
            return "not_needed";
        case BackOfficeStatus::Pending:
            return "pending";
        case BackOfficeStatus::Posted:
            return "posted";
        case BackOfficeStatus::Held:
            return "held";
        case BackOfficeStatus::Refused:
            return "refused";
    }
    return "";
}

template <>
const std::vector<BackOfficeStatus>& all_of<BackOfficeStatus>() {
    static const std::vector<BackOfficeStatus> all{BackOfficeStatus::NotNeeded,
                                                   BackOfficeStatus::Pending,
                                                   BackOfficeStatus::Posted,
                                                   BackOfficeStatus::Held,
                                                   BackOfficeStatus::Refused};
    return all;
}

std::string_view to_string(Actor value) {
    switch (value) {
        case Actor::Nobody:
            return "nobody";
        case Actor::Gateway:
            return "gateway";
        case Actor::Partner:
            return "partner";
        case Actor::Coordinator:
            return "coordinator";
        case Actor::Administrator:
            return "administrator";
        case Actor::BackOffice:
            return "back_office";
    }
    return "";
}

template <>
const std::vector<Actor>& all_of<Actor>() {
    static const std::vector<Actor> all{Actor::Nobody,
                                        Actor::Gateway,
                                        Actor::Partner,
                                        Actor::Coordinator,
                                        Actor::Administrator,
                                        Actor::BackOffice};
    return all;
}

std::string_view to_string(JobState value) {
    switch (value) {
        case JobState::Ready:
            return "ready";
        case JobState::Leased:
            return "leased";
        case JobState::Done:
            return "done";
        case JobState::Parked:
            return "parked";
        case JobState::Discarded:
            return "discarded";
    }
    return "";
}

template <>
const std::vector<JobState>& all_of<JobState>() {
    static const std::vector<JobState> all{
        JobState::Ready, JobState::Leased, JobState::Done, JobState::Parked, JobState::Discarded};
    return all;
}

std::string_view to_string(ReplayLayer value) {
    switch (value) {
        case ReplayLayer::Transport:
            return "transport";
        case ReplayLayer::Envelope:
            return "envelope";
        case ReplayLayer::Business:
            return "business";
        case ReplayLayer::Source:
            return "source";
    }
    return "";
}

template <>
const std::vector<ReplayLayer>& all_of<ReplayLayer>() {
    static const std::vector<ReplayLayer> all{
        ReplayLayer::Transport, ReplayLayer::Envelope, ReplayLayer::Business, ReplayLayer::Source};
    return all;
}

std::string_view to_string(ExpectationState value) {
    switch (value) {
        case ExpectationState::Open:
            return "open";
        case ExpectationState::Met:
            return "met";
        case ExpectationState::Overdue:
            return "overdue";
        case ExpectationState::Cancelled:
            return "cancelled";
    }
    return "";
}

template <>
const std::vector<ExpectationState>& all_of<ExpectationState>() {
    static const std::vector<ExpectationState> all{ExpectationState::Open,
                                                   ExpectationState::Met,
                                                   ExpectationState::Overdue,
                                                   ExpectationState::Cancelled};
    return all;
}

std::string_view to_string(ChainFault value) {
    switch (value) {
        case ChainFault::Altered:
            return "altered";
        case ChainFault::Missing:
            return "missing";
        case ChainFault::Reordered:
            return "reordered";
        case ChainFault::Truncated:
            return "truncated";
    }
    return "";
}

}  // namespace sallyport::store
