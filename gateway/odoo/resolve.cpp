// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/resolve.h"

#include "gateway/odoo/resolve_lines.h"

#include <algorithm>
#include <utility>

namespace sallyport::odoo {

namespace {

using flow::Missing;
using flow::MissingValue;

const Json& member(const Json& object, const char* name) {
    static const Json Nothing;
    if (!object.is_object()) return Nothing;
    const auto found = object.find(name);
    return found == object.end() ? Nothing : *found;
}

// How a party of the order can be found.
struct PartyWords {
    std::string path;  // "ship_to"
    std::string gln;
    std::vector<std::pair<std::string, std::string>> codes;  // field of the document, code
    std::string name;
    bool present = false;
};

PartyWords words_of(const Json& order, const char* path) {
    const Json& party = member(order, path);
    PartyWords words{.path = path,
                     .gln = text_of(party, "gln"),
                     .codes = {},
                     .name = text_of(party, "name"),
                     .present = party.is_object() && !party.empty()};
    for (const char* field : {"buyer_code", "seller_code"})
        if (auto code = text_of(party, field); !code.empty())
            words.codes.emplace_back(field, std::move(code));
    return words;
}

std::string matches_text(std::size_t count) {
    return count == 0 ? "" : " (" + std::to_string(count) + " records carry it)";
}

class OrderResolver {
public:
    OrderResolver(const flow::OrderPosting& posting, const OrdersOptions& options, Lookups& lookups)
        : m_posting(posting), m_order(posting.order), m_options(options), m_lookups(lookups) {}

    Result<std::variant<ResolvedOrder, Missing>> run() {
        m_resolved.number = text_of(m_order, "number");
        if (m_resolved.number.empty())
            miss("order number",
                 "no order number",
                 "number",
                 "have the partner send the order with its number");
        if (auto done = parties(); !done)
            return std::move(done).error().during("resolving the parties");
        if (auto done = currency(); !done)
            return std::move(done).error().during("resolving the currency");
        dates();
        not_booked();
        auto lines = resolve_lines(m_posting, m_options, m_lookups, m_missing);
        if (!lines) return std::move(lines).error().during("resolving the lines");
        m_resolved.lines = *std::move(lines);
        if (!m_missing.empty()) return std::variant<ResolvedOrder, Missing>(std::move(m_missing));
        return std::variant<ResolvedOrder, Missing>(std::move(m_resolved));
    }

private:
    void miss(std::string kind, std::string value, std::string where, std::string remedy) {
        m_missing.push_back(
            {std::move(kind), std::move(value), std::move(where), std::move(remedy)});
    }

    Status parties() {
        const auto buyer = words_of(m_order, "buyer");
        const auto ship_to = words_of(m_order, "ship_to");
        const auto bill_to = words_of(m_order, "bill_to");
        LookupWords wanted;
        add_party_words(m_posting, wanted);
        auto found = m_lookups.partners(wanted.refs, wanted.glns);
        if (!found) return std::move(found).error();
        m_partners = *std::move(found);

        const auto customer = find_customer(buyer);
        if (!customer) return {};
        m_resolved.customer = customer->id;
        m_resolved.commercial = customer->commercial;
        m_pricelist = customer->pricelist;
        m_resolved.ship_to = find_address("ship-to address", ship_to, *customer);
        m_resolved.bill_to = find_address("bill-to address", bill_to, *customer);
        return {};
    }

    std::vector<Partner> with_ref(const std::string& ref,
                                  std::optional<std::int64_t> commercial) const {
        std::vector<Partner> hits;
        for (const auto& partner : m_partners)
            if (partner.ref == ref && (!commercial || partner.commercial == *commercial))
                hits.push_back(partner);
        return hits;
    }
    std::vector<Partner> with_gln(const std::string& gln,
                                  std::optional<std::int64_t> commercial) const {
        std::vector<Partner> hits;
        for (const auto& partner : m_partners)
            if (partner.glns.contains(gln) && (!commercial || partner.commercial == *commercial))
                hits.push_back(partner);
        return hits;
    }

    // The agreement's reference decides; without one the buyer's GLN, then our own code for the buyer.
    std::optional<Partner> find_customer(const PartyWords& buyer) {
        if (!m_posting.customer.empty()) {
            auto hits = with_ref(m_posting.customer, {});
            if (hits.size() == 1) return hits.front();
            miss("customer",
                 "reference " + m_posting.customer + matches_text(hits.size()),
                 "customer",
                 hits.empty() ? "create the customer in Odoo with this reference, or correct it in "
                                "the partner file"
                              : "leave the reference on one contact in Odoo only");
            return std::nullopt;
        }
        std::size_t most = 0;
        if (!buyer.gln.empty()) {
            auto hits = with_gln(buyer.gln, {});
            if (hits.size() == 1) return hits.front();
            most = hits.size();
        }
        for (const auto& [field, code] : buyer.codes) {
            if (field != "seller_code" || most != 0)
                continue;  // the buyer's own codes are not ours to look up
            auto hits = with_ref(code, {});
            if (hits.size() == 1) return hits.front();
            most = hits.size();
        }
        miss("customer",
             (buyer.gln.empty() ? "no customer is configured" : "GLN " + buyer.gln) +
                 matches_text(most),
             "buyer",
             "name the customer's Odoo reference in the partner file, or give the customer this "
             "GLN in Odoo");
        return std::nullopt;
    }

    // Only among the customer's own addresses: another company's store 0417 is not this one.
    std::optional<std::int64_t> find_address(const char* kind,
                                             const PartyWords& words,
                                             const Partner& customer) {
        if (!words.present) return std::nullopt;  // Odoo takes the customer's default address
        std::string tried;
        if (!words.gln.empty()) {
            const auto hits = with_gln(words.gln, customer.commercial);
            if (hits.size() == 1) return hits.front().id;
            tried = "GLN " + words.gln + matches_text(hits.size());
        }
        for (const auto& [field, code] : words.codes) {
            const auto hits = with_ref(code, customer.commercial);
            if (hits.size() == 1) return hits.front().id;
            tried += (tried.empty() ? "code " : ", code ") + code + matches_text(hits.size());
        }
        const std::string field = !words.gln.empty()     ? ".gln"
                                  : !words.codes.empty() ? "." + words.codes.front().first
                                                         : "";
        if (tried.empty()) tried = "'" + words.name + "', sent without GLN or code";
        miss(kind,
             tried,
             words.path + field,
             "add the address below " + customer.name + " in Odoo, with this GLN or reference");
        return std::nullopt;
    }

    // Odoo takes the currency from the price list whatever the order says, so that a wrong one must stop here.
    Status currency() {
        m_resolved.currency = text_of(m_order, "currency");
        if (m_resolved.currency.empty() || m_resolved.customer == 0) return {};
        auto ours = m_lookups.data().currency(m_pricelist);
        if (!ours) return std::move(ours).error();
        if (!ours->empty() && *ours != m_resolved.currency)
            miss("currency",
                 m_resolved.currency + ", where the customer's price list is in " + *ours,
                 "currency",
                 "give the customer a price list in " + m_resolved.currency + " in Odoo");
        return {};
    }

    static std::string date_in(const Json& holder) {
        for (const char* kind : {"deliver", "ship"})
            for (const auto& date : member(holder, "dates"))
                if (text_of(date, "kind") == kind) return text_of(date, "at");
        return {};
    }

    // Odoo keeps one requested date per order: the header's, else the one all lines agree on.
    void dates() {
        std::string at = date_in(m_order);
        if (at.empty()) {
            std::set<std::string> of_lines;
            for (const auto& line : member(m_order, "lines"))
                of_lines.insert(date_in(line));
            of_lines.erase("");
            if (of_lines.size() == 1) at = *of_lines.begin();
            if (of_lines.size() > 1) {
                std::string all;
                for (const auto& date : of_lines)
                    all += (all.empty() ? "" : ", ") + date;
                m_resolved.remarks.push_back("The lines ask for different dates (" + all +
                                             "); no date is set.");
            }
        }
        if (at.empty()) return;
        auto moment = utc_datetime(at, m_options.delivery_time_utc);
        if (moment)
            m_resolved.commitment_date = *std::move(moment);
        else
            miss("date", "'" + at + "'", "dates", moment.error().remedy());
    }

    bool holds(bool AgreementOrders::*of_agreement, bool otherwise) const {
        const auto agreement = m_options.agreements.find(m_posting.partner);
        return agreement == m_options.agreements.end() ? otherwise
                                                       : agreement->second.*of_agreement;
    }

    // Money and destinations the sales order would not show must not vanish.
    void not_booked() {
        const bool hold_adjustments =
            holds(&AgreementOrders::hold_adjustments, m_options.hold_adjustments);
        const auto adjustment = [&](const Json& one, const std::string& where) {
            const std::string text =
                text_of(one, "kind") + " " + text_of(one, "code") + " " + text_of(one, "amount") +
                (text_of(one, "percent").empty() ? "" : text_of(one, "percent") + " %");
            if (hold_adjustments)
                miss("allowance or charge",
                     text,
                     where,
                     "book it by hand, or set hold_adjustments = false in the partner file's "
                     "[odoo]: "
                     "then it stands in the note");
            else
                m_resolved.remarks.push_back("Not booked: " + text + ".");
        };
        std::size_t at = 0;
        for (const auto& one : member(m_order, "adjustments"))
            adjustment(one, "adjustments[" + std::to_string(at++) + "]");
        std::set<std::string> stores;
        std::size_t line_at = 0;
        for (const auto& line : member(m_order, "lines")) {
            for (const auto& one : member(line, "adjustments"))
                adjustment(one, "lines[" + std::to_string(line_at) + "].adjustments");
            for (const auto& one : member(line, "allocations"))
                stores.insert(text_of(one, "buyer_code"));
            ++line_at;
        }
        // The part for one store of an order that was split: it goes where the rest goes, and is for that store.
        if (stores.size() == 1 &&
            *stores.begin() == text_of(member(m_order, "mark_for"), "buyer_code")) {
            m_resolved.remarks.push_back("All of it is for store " + *stores.begin() + ".");
            return;
        }
        const std::string ship_to = text_of(member(m_order, "ship_to"), "buyer_code");
        if (stores.empty() ||
            (stores.size() == 1 && (ship_to.empty() || *stores.begin() == ship_to)))
            return;
        std::string all;
        for (const auto& store : stores)
            all += (all.empty() ? "" : ", ") + store;
        if (holds(&AgreementOrders::hold_allocations, m_options.hold_allocations))
            miss("allocation",
                 "quantities for the stores " + all,
                 "lines[].allocations",
                 "let the map split the order (`split by` in its header), or set hold_allocations "
                 "= false in the partner "
                 "file's [odoo]: then the split stands in the note");
        else
            m_resolved.remarks.push_back("Quantities are allocated to the stores " + all +
                                         "; see the original.");
    }

    const flow::OrderPosting& m_posting;
    const Json& m_order;
    const OrdersOptions& m_options;
    Lookups& m_lookups;
    std::vector<Partner> m_partners;
    std::optional<std::int64_t> m_pricelist;
    ResolvedOrder m_resolved;
    Missing m_missing;
};

}  // namespace

void add_party_words(const flow::OrderPosting& posting, LookupWords& wanted) {
    if (!posting.customer.empty()) wanted.refs.insert(posting.customer);
    for (const char* path : {"buyer", "ship_to", "bill_to"}) {
        const PartyWords words = words_of(posting.order, path);
        if (!words.gln.empty()) wanted.glns.insert(words.gln);
        for (const auto& [field, code] : words.codes)
            wanted.refs.insert(code);
    }
}

Result<std::variant<ResolvedOrder, Missing>> resolve(const flow::OrderPosting& posting,
                                                     const OrdersOptions& options,
                                                     Lookups& lookups) {
    return OrderResolver(posting, options, lookups).run();
}

}  // namespace sallyport::odoo
