// SPDX-License-Identifier: Apache-2.0
// What is no order to the back office: answers to our orders, ship notices, invoices and remittance advices. Asked again
// after any failure: exactly once is the adapter's duty, remembering what was posted is ours.
#include "gateway/base/crash_point.h"
#include "gateway/flow/posting.h"
#include "gateway/flow/steps.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>
#include <variant>

namespace sallyport::flow {
namespace {

using Answer = Result<std::variant<Noted, Missing>>;

std::string own_key(const store::Document& document) {
    return business_key(document, document.kind) + "|" +
           (document.own_number.empty() ? document.id : document.own_number);
}

BuyingRules::Act act_of(const std::string& word) {
    if (word == "warn") return BuyingRules::Act::Warn;
    return word == "reject" ? BuyingRules::Act::Reject : BuyingRules::Act::Hold;
}

BuyingRules rules_of(const config::OdooAgreement& odoo) {
    BuyingRules rules;
    rules.price_tolerance = odoo.price_tolerance;
    rules.quantity_tolerance = odoo.quantity_tolerance;
    rules.days_late = static_cast<int>(
        std::chrono::duration_cast<std::chrono::days>(odoo.date_tolerance).count());
    rules.on_price = act_of(odoo.on_price);
    rules.on_quantity = act_of(odoo.on_quantity);
    rules.on_date = act_of(odoo.on_date);
    return rules;
}

Answer ask(const Tools& tools, const store::Document& document, const config::OdooAgreement& odoo) {
    auto known = store::read<std::optional<store::BackOfficeResult>>(
        tools.store,
        [&](store::Reader& reader) { return reader.back_office_result(own_key(document)); });
    if (!known) return std::move(known).error();
    if (*known && (*known)->document != document.id)
        return Error("flow.post.exists",
                     Blame::BackOffice,
                     document.kind + " " + document.own_number + " was posted from document " +
                         (*known)->document + " with other content")
            .remedy(
                "make the difference in the back office if this content counts, then discard "
                "this document");
    // A record that people deleted since must not come back by itself.
    if (*known)
        return std::variant<Noted, Missing>(Noted{.record = {.id = (*known)->record,
                                                             .name = (*known)->name,
                                                             .state = (*known)->state,
                                                             .existed = true},
                                                  .system = (*known)->system,
                                                  .remarks = {}});
    auto canonical = canonical_of(tools, document);
    if (!canonical) return std::move(canonical).error();
    auto original = original_of(tools, document);
    if (!original) return std::move(original).error();
    DocumentPosting posting;
    posting.document = document.id;
    posting.partner = document.partner;
    posting.kind = document.kind;
    posting.business_key = own_key(document);
    posting.customer = odoo.customer;
    posting.vendor = odoo.vendor;
    posting.content = *std::move(canonical);
    posting.original = *std::move(original);
    posting.rules = rules_of(odoo);
    CRASH_POINT("other.before");
    auto answer = tools.back_office.post_document(posting);
    CRASH_POINT("other.after");
    return answer;
}

Status store_refused(store::Transaction& transaction,
                     Journal& journal,
                     const store::Document& document,
                     const Noted& noted) {
    store::DocumentUpdate update;
    update.back_office = store::BackOfficeStatus::Refused;
    update.next =
        person_acts(Blame::BackOffice, transaction.now(), "flow.post.rejected", noted.remarks);
    if (Status done = transaction.update_document(document.id, update); !done) return done;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.rejected",
                           .subject = document.id,
                           .detail = {{"code", "flow.post.rejected"}, {"why", noted.remarks}}},
                          Level::Warn);
}

Status store_noted(store::Transaction& transaction,
                   Journal& journal,
                   const store::Document& document,
                   const Noted& noted) {
    auto known = transaction.back_office_result(own_key(document));
    if (!known) return std::move(known).error();
    if (!*known) {
        store::BackOfficeResult result;
        result.business_key = own_key(document);
        result.document = document.id;
        result.system = noted.system;
        result.record = noted.record.id;
        result.name = noted.record.name;
        result.state = noted.record.state;
        result.existed = noted.record.existed;
        result.posted = transaction.now();
        if (Status done = transaction.record_back_office(result); !done) return done;
    }
    store::DocumentUpdate update;
    update.back_office = store::BackOfficeStatus::Posted;
    update.next = nobody();
    if (!noted.remarks.empty()) {
        update.next->code = "flow.post.remarks";
        update.next->reason = noted.remarks;
    }
    if (Status done = transaction.update_document(document.id, update); !done) return done;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.posted",
                           .subject = document.id,
                           .detail = {{"partner", document.partner},
                                      {"kind", document.kind},
                                      {"number", document.business_number},
                                      {"record", noted.record.name},
                                      {"existed", noted.record.existed ? "yes" : "no"}}});
}

}  // namespace

Result<Commit> post_other(const Tools& tools,
                          const store::Document& document,
                          const Agreement& agreement) {
    auto answer = ask(tools, document, agreement.partner.odoo);
    if (!answer) return std::move(answer).error();
    if (const auto* missing = std::get_if<Missing>(&*answer)) return missing_values(*missing);
    return Commit([document, noted = std::get<Noted>(*std::move(answer))](
                      store::Transaction& transaction, Journal& journal) {
        return noted.refused ? store_refused(transaction, journal, document, noted)
                             : store_noted(transaction, journal, document, noted);
    });
}

}  // namespace sallyport::flow
