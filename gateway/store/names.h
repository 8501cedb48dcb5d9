// SPDX-License-Identifier: Apache-2.0
// The words enumerations have in rows, in JSON and on the command line: the way back from to_string().
// An unknown word gives nothing: the row was written by a later release, or by somebody else.
#pragma once

#include "gateway/store/audit.h"
#include "gateway/store/document.h"
#include "gateway/store/job.h"
#include "gateway/store/ledger.h"
#include "gateway/store/message.h"

#include <optional>
#include <string_view>

namespace sallyport::store {

// Every value in the order of its declaration.
template <typename E>
const std::vector<E>& all_of();

template <typename E>
std::optional<E> from_string(std::string_view word) {
    for (const E value : all_of<E>())
        if (to_string(value) == word) return value;
    return std::nullopt;
}

template <>
const std::vector<Direction>& all_of<Direction>();
template <>
const std::vector<MessageState>& all_of<MessageState>();
template <>
const std::vector<DocumentLevel>& all_of<DocumentLevel>();
template <>
const std::vector<ContentStatus>& all_of<ContentStatus>();
template <>
const std::vector<DeliveryStatus>& all_of<DeliveryStatus>();
template <>
const std::vector<AckStatus>& all_of<AckStatus>();
template <>
const std::vector<BackOfficeStatus>& all_of<BackOfficeStatus>();
template <>
const std::vector<Actor>& all_of<Actor>();
template <>
const std::vector<JobState>& all_of<JobState>();
template <>
const std::vector<ReplayLayer>& all_of<ReplayLayer>();
template <>
const std::vector<ExpectationState>& all_of<ExpectationState>();

}  // namespace sallyport::store
