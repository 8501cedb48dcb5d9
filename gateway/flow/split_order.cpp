// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/split_order.h"

#include "gateway/flow/posting.h"
#include "mappings/split.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <set>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr const char* PartsScope = "parts of order";  // by document: its parts
constexpr const char* SplitScope = "split order";  // by business key: the document that was split

std::string findings_text(const std::vector<mapping::Finding>& findings) {
    std::string text;
    for (const mapping::Finding& finding : findings)
        text += (text.empty() ? "" : "; ") + finding.message + " (" + finding.rule + ")";
    return text;
}

store::Document row_of(const store::Document& order, const OrderPart& part, std::string id) {
    store::Document row = order;
    row.id = std::move(id);
    row.parent = order.id;
    row.own_number = part.key;
    row.canonical_ref = part.address;
    row.status.acknowledgement = store::AckStatus::NotNeeded;  // the order it is of is acknowledged
    row.status.back_office = store::BackOfficeStatus::Pending;
    row.next = gateway_acts();
    row.created = {};
    row.updated = {};
    return row;
}

// A lane for each: a store nobody knows yet must not stop the others.
std::string lane_of(const store::Document& part) {
    return order_lane(part.partner, part.business_number + "/" + part.own_number);
}

Status add_part(store::Transaction& transaction,
                Journal& journal,
                const store::Document& row,
                const store::Job& job) {
    if (Status added = transaction.add_document(row); !added) return added;
    auto next = transaction.add_job({.kind = std::string(step::Post),
                                     .document = row.id,
                                     .message = job.message,
                                     .order_key = lane_of(row),
                                     .rank = job.rank});
    if (!next) return std::move(next).error();
    return journal.record(
        transaction,
        {.actor = {},
         .event = "document.split_off",
         .subject = row.id,
         .detail = {
             {"of", row.parent}, {"part", row.own_number}, {"canonical", row.canonical_ref}}});
}

struct Splitting {
    store::Document order{};
    std::vector<store::Document> rows{};
    store::Job job{};
};

std::string parts_text(const std::vector<store::Document>& rows) {
    constexpr std::size_t MostNamed = 12;
    std::string text;
    for (std::size_t at = 0; at < rows.size() && at < MostNamed; ++at)
        text += (text.empty() ? "" : ", ") + rows[at].own_number;
    if (rows.size() > MostNamed)
        text += ", and " + std::to_string(rows.size() - MostNamed) + " more";
    return text;
}

Status store_split(store::Transaction& transaction, Journal& journal, const Splitting& splitting) {
    const store::Document& order = splitting.order;
    auto there = transaction.documents({.parent = order.id, .limit = 10'000});
    if (!there) return std::move(there).error();
    std::set<std::string> known;
    for (const store::Document& part : *there)
        known.insert(part.own_number);
    for (const store::Document& row : splitting.rows) {
        if (known.contains(row.own_number)) continue;
        if (Status added = add_part(transaction, journal, row, splitting.job); !added) return added;
    }
    const std::string key = business_key(order, "Order");
    if (order.purpose != "cancellation")
        if (Status kept = transaction.set_bookmark(SplitScope, key, order.id); !kept) return kept;
    store::DocumentUpdate update;
    update.back_office = store::BackOfficeStatus::NotNeeded;
    update.next = nobody();
    update.next->code = "flow.order.split";
    update.next->reason = "it became " + std::to_string(splitting.rows.size()) + " orders, for " +
                          parts_text(splitting.rows) +
                          ": each is a document of its own, in `sallyport thread " +
                          order.business_number + "`";
    if (Status done = transaction.update_document(order.id, update); !done) return done;
    if (Status woken = wake_early_changes(transaction, order); !woken) return woken;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.split",
                           .subject = order.id,
                           .detail = {{"parts", std::to_string(splitting.rows.size())}}});
}

}  // namespace

Result<OrderParts> parts_of(const Tools& tools,
                            const mapping::CompiledMap& map,
                            const ordered_json& canonical) {
    OrderParts parts;
    if (!mapping::splits(map)) return parts;
    mapping::SplitOutcome outcome = mapping::split_document(map, canonical);
    if (!outcome.findings.empty())
        return Error("flow.map.held",
                     Blame::BackOffice,
                     "it cannot be split by store: " + findings_text(outcome.findings))
            .remedy(
                "ask the partner for a corrected order and discard this one; or take `split "
                "by` out of the map, reload, and release it as one order");
    if (outcome.parts.size() == 1 && outcome.parts.front().key.empty()) return parts;
    for (const mapping::DocumentPart& part : outcome.parts) {
        auto address = tools.archive.put(part.document->dump());
        if (!address) return std::move(address).error();
        parts.push_back({part.key.empty() ? std::string(RestOfOrder) : part.key, *address});
    }
    return parts;
}

bool is_part(const store::Document& document) {
    return document.kind == "Order" && !document.own_number.empty();
}

Status keep_parts(store::Transaction& transaction,
                  const std::string& document,
                  const OrderParts& parts) {
    ordered_json list = ordered_json::array();
    for (const OrderPart& part : parts)
        list.push_back({part.key, part.address});
    return transaction.set_bookmark(PartsScope, document, list.dump());
}

Result<OrderParts> kept_parts(store::Reader& reader, const std::string& document) {
    auto kept = reader.bookmark(PartsScope, document);
    if (!kept) return std::move(kept).error();
    OrderParts parts;
    if (!*kept || (*kept)->value.empty()) return parts;
    const auto list = ordered_json::parse((*kept)->value, nullptr, false);
    if (!list.is_array())
        return Error("flow.canonical.damaged",
                     Blame::Bug,
                     "the parts of document " + document + " are no JSON");
    for (const ordered_json& one : list)
        parts.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>()});
    return parts;
}

Result<std::string> split_before(store::Reader& reader, const std::string& business_key) {
    auto mark = reader.bookmark(SplitScope, business_key);
    if (!mark) return std::move(mark).error();
    return *mark ? (*mark)->value : std::string();
}

Result<Commit> split_order(const Tools& tools,
                           const store::Document& order,
                           const OrderParts& parts,
                           const store::Job& job) {
    auto whole = store::read<std::optional<store::BackOfficeResult>>(
        tools.store, [&](store::Reader& reader) {
            return reader.back_office_result(business_key(order, "Order"));
        });
    if (!whole) return std::move(whole).error();
    if (*whole)
        return Error("flow.post.exists",
                     Blame::BackOffice,
                     "order " + (*whole)->name + " was made from document " + (*whole)->document +
                         " for the whole of " + order.business_number + ", not split by store")
            .remedy("change that order by hand if this content counts, then discard this document");
    Splitting splitting{.order = order, .rows = {}, .job = job};
    for (const OrderPart& part : parts)
        splitting.rows.push_back(row_of(order, part, tools.make_id()));
    return Commit(
        [splitting = std::move(splitting)](store::Transaction& transaction, Journal& journal) {
            return store_split(transaction, journal, splitting);
        });
}

Result<std::vector<std::string>> sibling_keys(store::Reader& reader, const store::Document& part) {
    std::vector<std::string> keys;
    if (!is_part(part)) return keys;
    auto parts = kept_parts(reader, part.parent);
    if (!parts) return std::move(parts).error();
    store::Document sibling = part;
    for (const OrderPart& one : *parts) {
        if (one.key == part.own_number) continue;
        sibling.own_number = one.key;
        keys.push_back(business_key(sibling, "Order"));
    }
    return keys;
}

}  // namespace sallyport::flow
