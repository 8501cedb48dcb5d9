// SPDX-License-Identifier: Apache-2.0
// Canonical document to the back office. Asked again after any failure: exactly once is the adapter's duty, remembering
// what was posted is ours.
#include "gateway/base/crash_point.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/posting.h"
#include "gateway/flow/steps.h"

#include <nlohmann/json.hpp>

#include <utility>
#include <variant>

namespace sallyport::flow {

using nlohmann::ordered_json;

std::string business_key(const store::Document& document, std::string_view kind) {
    return document.partner + "|" + std::string(kind) + "|" + document.business_number +
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

Result<ordered_json> canonical_of(const Tools& tools, const store::Document& document) {
    auto text = tools.archive.get(document.canonical_ref);
    if (!text) return std::move(text).error();
    ordered_json canonical = ordered_json::parse(*text, nullptr, false);
    if (!canonical.is_object())
        return Error("flow.canonical.damaged",
                     Blame::Bug,
                     "the stored canonical document of " + document.id + " is no JSON");
    return canonical;
}

namespace {

// How a document of this standard is called as a file: its ending and media type.
std::pair<std::string, std::string> form_of(const std::string& standard) {
    if (standard == CanonicalStandard) return {".json", "application/json"};
    if (standard == "XML") return {".xml", "application/xml"};
    return {".edi", standard == "EDIFACT" ? "application/EDIFACT" : "application/EDI-X12"};
}

}  // namespace

Result<OriginalDocument> original_of(const Tools& tools, const store::Document& document) {
    auto octets = tools.archive.get(document.payload_ref);
    if (!octets) return std::move(octets).error();
    const auto [ending, type] = form_of(document.standard);
    return OriginalDocument{.file_name = document.set + "-" + document.id + ending,
                            .content_type = type,
                            .octets = *std::move(octets)};
}

namespace {

std::string own_key(const store::Document& document) {
    return business_key(document, document.kind);
}

Result<OrderPosting> posting_of(const Tools& tools,
                                const store::Document& document,
                                const config::OdooAgreement& odoo) {
    auto canonical = canonical_of(tools, document);
    if (!canonical) return std::move(canonical).error();
    auto original = original_of(tools, document);
    if (!original) return std::move(original).error();
    OrderPosting posting;
    posting.order = *std::move(canonical);
    posting.document = document.id;
    posting.partner = document.partner;
    posting.business_key = own_key(document);
    posting.customer = odoo.customer;
    posting.confirm = odoo.confirm;
    posting.original = *std::move(original);
    return posting;
}

Result<std::variant<Posted, Missing>> ask(const Tools& tools,
                                          const store::Document& document,
                                          const config::OdooAgreement& odoo) {
    auto known = store::read<std::optional<store::BackOfficeResult>>(
        tools.store,
        [&](store::Reader& reader) { return reader.back_office_result(own_key(document)); });
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
    auto known = transaction.back_office_result(own_key(document));
    if (!known) return std::move(known).error();
    if (!*known) {
        store::BackOfficeResult result;
        result.business_key = own_key(document);
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
    if (Status woken = wake_early_changes(transaction, document); !woken) return woken;
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
    if (document->kind == "OrderChange" ||
        (document->kind == "Order" && document->purpose == "cancellation"))
        return post_change(tools, *document, **agreement);
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
