// SPDX-License-Identifier: Apache-2.0
// Which interchange or document of ours a partner's answer is about. Private to gateway/flow.
#pragma once

#include "gateway/base/error.h"
#include "gateway/flow/answers.h"
#include "gateway/store/store.h"

#include <optional>
#include <string>
#include <string_view>

namespace sallyport::flow {

struct AnswerSubject {
    std::optional<store::Document>
        interchange{};     // empty: nothing of ours, or nobody can tell what
    std::string member{};  // the one document that is meant; empty: as the parts name them, or all
    bool several = false;  // more than one is called so: a person must say which
};

// Numbers are compared as such: partners pad them, and leave the padding out.
std::string bare_number(std::string_view number);

// By control numbers, between the same two addresses and with the same test flag, the newest that carries them. Where an
// 824 or APERAK gives none, by the numbers it calls the document by: our own number, the order's, or a reference of the
// message. Never a guess: of several, the one that still waits for its answer, else none.
Result<AnswerSubject> subject_of(store::Transaction& transaction,
                                 const store::Document& answer,
                                 const Said& said);

}  // namespace sallyport::flow
