// SPDX-License-Identifier: Apache-2.0
// Canonical document to the back office. Asked again after any failure: exactly once is the adapter's duty, remembering
// what was posted is ours.
#include "gateway/base/crash_point.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/posting.h"
#include "gateway/flow/split_order.h"
#include "gateway/flow/steps.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace sallyport::flow {

using nlohmann::ordered_json;

std::string business_key(const store::Document& document, std::string_view kind) {
    return document.partner + "|" + std::string(kind) + "|" + document.business_number +
           (kind == "Order" && is_part(document) ? "|part:" + document.own_number : "") +
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
    auto siblings = store::read<std::vector<std::string>>(
        tools.store, [&](store::Reader& reader) { return sibling_keys(reader, document); });
    if (!siblings) return std::move(siblings).error();
    posting.siblings = *std::move(siblings);
    posting.customer = odoo.customer;
    posting.confirm = odoo.confirm;
    posting.original = *std::move(original);
    return posting;
}

// What the store knows of the order before the back office is asked.
struct Before {
    OrderParts parts{};                              // it becomes several
    std::string split{};                             // the document of that number that did
    std::optional<store::BackOfficeResult> known{};  // it was posted
};

Result<Before> before_posting(const Tools& tools, const store::Document& document) {
    return store::read<Before>(tools.store, [&](store::Reader& reader) -> Result<Before> {
        Before before;
        auto known = reader.back_office_result(own_key(document));
        if (!known) return std::move(known).error();
        before.known = *std::move(known);
        if (is_part(document)) return before;
        auto parts = kept_parts(reader, document.id);
        if (!parts) return std::move(parts).error();
        before.parts = *std::move(parts);
        auto split = split_before(reader, own_key(document));
        if (!split) return std::move(split).error();
        before.split = *std::move(split);
        return before;
    });
}

// Posted before: a record that people deleted since must not come back by itself.
Result<std::optional<Posted>> posted_before(const store::Document& document, const Before& before) {
    if (!before.split.empty())
        return Error("flow.post.exists",
                     Blame::BackOffice,
                     "order " + document.business_number + " was split by store from document " +
                         before.split)
            .remedy("change its orders by hand if this content counts, then discard this document");
    if (!before.known) return std::optional<Posted>();
    // Another document made this order; its content was other, or the replay guard would have suppressed this one.
    if (before.known->document != document.id)
        return Error("flow.post.exists",
                     Blame::BackOffice,
                     "order " + before.known->name + " was made from document " +
                         before.known->document + " with other content")
            .remedy("change the order by hand if this content counts, then discard this document");
    return std::optional(Posted{.id = before.known->record,
                                .name = before.known->name,
                                .state = before.known->state,
                                .existed = true});
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
                           .detail = {{"partner", document.partner},
                                      {"number", document.business_number},
                                      {"order", posted.name},
                                      {"record", std::to_string(posted.id)},
                                      {"existed", posted.existed ? "yes" : "no"}}});
}

Commit commit_of(store::Document document, Posted posted) {
    return [document = std::move(document), posted = std::move(posted)](
               store::Transaction& transaction, Journal& journal) {
        return store_posted(transaction, journal, document, posted);
    };
}

// One job on its way to the back office.
struct Waiting {
    std::size_t job = 0;
    store::Document document{};
    std::shared_ptr<const Agreement> agreement{};
};

bool is_change(const store::Document& document) {
    return document.kind == "OrderChange" ||
           (document.kind == "Order" && document.purpose == "cancellation");
}

class Posting {
public:
    Posting(const Tools& tools, std::span<const store::Job> jobs)
        : m_tools(tools), m_outcomes(jobs.size()) {
        for (std::size_t at = 0; at < jobs.size(); ++at)
            if (Status sorted = sort(at, jobs[at]); !sorted)
                m_outcomes[at] = std::move(sorted).error();
    }

    std::vector<Result<Commit>> run() {
        if (!m_orders.empty()) orders();
        for (const Waiting& other : m_others)
            m_outcomes[other.job] = is_change(other.document)
                                        ? post_change(m_tools, other.document, *other.agreement)
                                        : post_other(m_tools, other.document, *other.agreement);
        std::vector<Result<Commit>> outcomes;
        for (auto& outcome : m_outcomes)
            outcomes.push_back(*std::move(outcome));
        return outcomes;
    }

private:
    Status sort(std::size_t at, const store::Job& job) {
        auto document = load_document(m_tools.store, job.document);
        if (!document) return std::move(document).error();
        auto agreement = agreement_of(m_tools, document->partner);
        if (!agreement) return std::move(agreement).error();
        Waiting one{at, *std::move(document), *std::move(agreement)};
        if (one.document.kind != "Order") {
            m_others.push_back(std::move(one));
            return {};
        }
        auto before = before_posting(m_tools, one.document);
        if (!before) return std::move(before).error();
        if (!before->parts.empty()) {
            m_outcomes[at] = split_order(m_tools, one.document, before->parts, job);
            return {};
        }
        if (is_change(one.document)) {
            m_others.push_back(std::move(one));
            return {};
        }
        auto posted = posted_before(one.document, *before);
        if (!posted) return std::move(posted).error();
        if (*posted) {
            m_outcomes[at] = commit_of(std::move(one.document), **std::move(posted));
            return {};
        }
        auto posting = posting_of(m_tools, one.document, one.agreement->partner.odoo);
        if (!posting) return std::move(posting).error();
        m_postings.push_back(*std::move(posting));
        m_orders.push_back(std::move(one));
        return {};
    }

    void orders() {
        CRASH_POINT("post.before");
        auto answers = m_tools.back_office.post_orders(m_postings);
        CRASH_POINT("post.after");
        for (std::size_t at = 0; at < m_orders.size(); ++at) {
            auto& outcome = m_outcomes[m_orders[at].job];
            if (!answers[at])
                outcome = std::move(answers[at]).error();
            else if (const auto* missing = std::get_if<Missing>(&*answers[at]))
                outcome = missing_values(*missing);
            else
                outcome =
                    commit_of(std::move(m_orders[at].document), std::get<Posted>(*answers[at]));
        }
    }

    const Tools& m_tools;
    std::vector<std::optional<Result<Commit>>> m_outcomes;
    std::vector<OrderPosting> m_postings;
    std::vector<Waiting> m_orders;  // beside m_postings
    std::vector<Waiting> m_others;
};

}  // namespace

std::vector<Result<Commit>> post_documents(const Tools& tools, std::span<const store::Job> jobs) {
    return Posting(tools, jobs).run();
}

Result<Commit> post_document(const Tools& tools, const store::Job& job) {
    return std::move(post_documents(tools, {&job, 1}).front());
}

}  // namespace sallyport::flow
