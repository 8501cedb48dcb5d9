// SPDX-License-Identifier: Apache-2.0
// Canonical document to the back office. Asked again after any failure: exactly once is the adapter's duty, remembering
// what was posted is ours.
#include "gateway/base/crash_point.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/steps.h"

#include <nlohmann/json.hpp>

#include <utility>
#include <variant>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

std::string business_key(const store::Document& document) {
    return document.partner + "|" + document.kind + "|" + document.business_number +
           (document.test ? "|test" : "");
}

Error missing_values(const Missing& missing) {
    std::string what;
    std::string remedy;
    for (const MissingValue& value : missing) {
        if (!what.empty()) what += "; ";
        what += value.kind + " " + value.value + " is unknown (" + value.where + ")";
        if (remedy.find(value.remedy) == std::string::npos)
            remedy += (remedy.empty() ? "" : "; ") + value.remedy;
    }
    return Error("flow.post.missing", Blame::BackOffice, std::move(what))
        .remedy(remedy + "; then release the document");
}

Result<OrderPosting> posting_of(const Tools& tools,
                                const store::Document& document,
                                const config::OdooAgreement& odoo) {
    auto canonical = tools.archive.get(document.canonical_ref);
    if (!canonical) return std::move(canonical).error();
    OrderPosting posting;
    posting.order = ordered_json::parse(*canonical, nullptr, false);
    if (posting.order.is_discarded())
        return Error("flow.canonical.damaged",
                     Blame::Bug,
                     "the stored canonical document of " + document.id + " is no JSON");
    auto original = tools.archive.get(document.payload_ref);
    if (!original) return std::move(original).error();
    posting.document = document.id;
    posting.partner = document.partner;
    posting.business_key = business_key(document);
    posting.customer = odoo.customer;
    posting.confirm = odoo.confirm;
    const bool as_json = document.standard == CanonicalStandard;
    posting.original = {
        .file_name = document.set + "-" + document.id + (as_json ? ".json" : ".edi"),
        .content_type = as_json ? "application/json" : "application/EDI-X12",
        .octets = *std::move(original)};
    return posting;
}

Result<std::variant<Posted, Missing>> ask(const Tools& tools,
                                          const store::Document& document,
                                          const config::OdooAgreement& odoo) {
    auto known = store::read<std::optional<store::BackOfficeResult>>(
        tools.store,
        [&](store::Reader& reader) { return reader.back_office_result(business_key(document)); });
    if (!known) return std::move(known).error();
    // Another document made this order; its content was other, or the replay guard would have suppressed this one.
    if (*known && (*known)->document != document.id)
        return Error("flow.post.exists",
                     Blame::BackOffice,
                     "order " + (*known)->name + " was made from document " + (*known)->document +
                         " with other content")
            .remedy("change the order by hand if this content counts, then discard this document");
    // Posted before: a record that people deleted since must not come back by itself.
    if (*known)
        return std::variant<Posted, Missing>(Posted{.id = (*known)->record,
                                                    .name = (*known)->name,
                                                    .state = (*known)->state,
                                                    .existed = true});
    auto posting = posting_of(tools, document, odoo);
    if (!posting) return std::move(posting).error();
    CRASH_POINT("post.before");
    auto answer = tools.back_office.post_order(*posting);
    CRASH_POINT("post.after");
    return answer;
}

Status store_posted(store::Transaction& transaction,
                    Journal& journal,
                    const store::Document& document,
                    const Posted& posted) {
    auto known = transaction.back_office_result(business_key(document));
    if (!known) return std::move(known).error();
    if (!*known) {
        store::BackOfficeResult result;
        result.business_key = business_key(document);
        result.document = document.id;
        result.system = "odoo";
        result.record = posted.id;
        result.name = posted.name;
        result.state = posted.state;
        result.existed = posted.existed;
        result.posted = transaction.now();
        if (Status done = transaction.record_back_office(result); !done) return done;
    }
    store::DocumentUpdate update;
    update.back_office = store::BackOfficeStatus::Posted;
    update.next = nobody();
    if (Status done = transaction.update_document(document.id, update); !done) return done;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.posted",
                           .subject = document.id,
                           .detail = {{"order", posted.name},
                                      {"record", std::to_string(posted.id)},
                                      {"existed", posted.existed ? "yes" : "no"}}});
}

}  // namespace

Result<Commit> post_document(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    auto agreement = agreement_of(tools, document->partner);
    if (!agreement) return std::move(agreement).error();
    if (document->kind != "Order")
        return Error("flow.post.kind",
                     Blame::Operator,
                     "documents of kind " + document->kind + " cannot be posted yet")
            .remedy("remove the set from the partner file, or wait for the release that posts it");
    auto answer = ask(tools, *document, (*agreement)->partner.odoo);
    if (!answer) return std::move(answer).error();
    if (const auto* missing = std::get_if<Missing>(&*answer)) return missing_values(*missing);
    return Commit([document = *std::move(document), posted = std::get<Posted>(*answer)](
                      store::Transaction& transaction, Journal& journal) {
        return store_posted(transaction, journal, document, posted);
    });
}

}  // namespace sallyport::flow
