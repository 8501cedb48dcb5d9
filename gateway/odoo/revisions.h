// SPDX-License-Identifier: Apache-2.0
// What was last said about a record of Odoo, and the one way in which something new about it goes out: decided, written
// down with its document, submitted under a key of its own, and only then forgotten. After a crash the same document goes
// out under the same key, whatever became of the record meanwhile. Internal to gateway/odoo.
#pragma once

#include "gateway/base/error.h"
#include "gateway/odoo/books.h"
#include "gateway/odoo/values.h"

#include <cstdint>
#include <string>

namespace sallyport::odoo {

struct Revision {
    std::int64_t revision = 0;
    std::string hash{};        // of what mattered
    std::int64_t changes = 0;  // of the order, that were in force then
    Json sent{};               // what later documents are compared with; null where they are not
    Json pending{};            // a document that was decided on and perhaps not yet submitted
};

class Revisions {
public:
    // `books` outlives it.
    explicit Revisions(Books& books) : m_books(books) {}

    // With what was decided before a crash handed over. Error codes odoo.books.damaged and those of the books.
    Result<Revision> open(const std::string& name);
    // `document` without its key becomes the next revision: kept, then handed over.
    Status publish(const std::string& name,
                   Revision& entry,
                   const std::string& database,
                   OutgoingDocument document);
    Status keep(const std::string& name, const Revision& entry);

private:
    Status hand_over(const std::string& name, Revision& entry);

    Books& m_books;
};

}  // namespace sallyport::odoo
