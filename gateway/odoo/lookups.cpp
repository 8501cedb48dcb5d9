// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/lookups.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sallyport::odoo {

namespace {

using Words = std::set<std::string>;

// One call answers at most 2,000 records (master_data.cpp); keys are not unique, hence the distance.
constexpr std::size_t KeysPerCall = 400;

Words without(const Words& all, const Words& known) {
    Words rest;
    std::set_difference(
        all.begin(), all.end(), known.begin(), known.end(), std::inserter(rest, rest.end()));
    return rest;
}

Words take(Words& from) {
    Words some;
    while (!from.empty() && some.size() < KeysPerCall)
        some.insert(from.extract(from.begin()));
    return some;
}

template <typename Record>
void add_new(std::vector<Record>& kept, std::vector<Record> found) {
    std::set<std::int64_t> known;
    for (const Record& one : kept)
        known.insert(one.id);
    for (Record& one : found)
        if (known.insert(one.id).second) kept.push_back(std::move(one));
}

}  // namespace

Status Lookups::gather(const LookupWords& wanted) {
    for (LookupWords left = wanted; !left.refs.empty() || !left.glns.empty();)
        if (Status asked = ask_partners(take(left.refs), take(left.glns)); !asked) return asked;
    for (LookupWords left = wanted; !left.barcodes.empty() || !left.codes.empty();)
        if (Status asked = ask_products(take(left.barcodes), take(left.codes)); !asked)
            return asked;
    Words packed = wanted.barcodes;
    for (const Product& product : m_products)
        packed.erase(product.barcode);
    while (!packed.empty())
        if (Status asked = ask_packagings(take(packed)); !asked) return asked;
    std::set<std::int64_t> ids;
    for (const Packaging& packaging : m_packagings)
        ids.insert(packaging.product);
    auto products = products_by_id(ids);
    return products ? Status() : Status(std::move(products).error());
}

Status Lookups::ask_partners(const Words& refs, const Words& glns) {
    const Words new_refs = without(refs, m_asked.refs);
    const Words new_glns = without(glns, m_asked.glns);
    if (new_refs.empty() && new_glns.empty()) return {};
    auto found = m_data.partners(new_refs, new_glns);
    if (!found) return std::move(found).error();
    add_new(m_partners, *std::move(found));
    m_asked.refs.insert(new_refs.begin(), new_refs.end());
    m_asked.glns.insert(new_glns.begin(), new_glns.end());
    return {};
}

Status Lookups::ask_products(const Words& barcodes, const Words& codes) {
    const Words new_barcodes = without(barcodes, m_asked.barcodes);
    const Words new_codes = without(codes, m_asked.codes);
    if (new_barcodes.empty() && new_codes.empty()) return {};
    auto found = m_data.products(new_barcodes, new_codes);
    if (!found) return std::move(found).error();
    keep(*std::move(found));
    m_asked.barcodes.insert(new_barcodes.begin(), new_barcodes.end());
    m_asked.codes.insert(new_codes.begin(), new_codes.end());
    return {};
}

Status Lookups::ask_packagings(const Words& barcodes) {
    const Words fresh = without(barcodes, m_packed);
    if (fresh.empty()) return {};
    auto found = m_data.packagings(fresh);
    if (!found) return std::move(found).error();
    for (Packaging& one : *found)
        m_packagings.push_back(std::move(one));
    m_packed.insert(fresh.begin(), fresh.end());
    return {};
}

void Lookups::keep(std::vector<Product> products) {
    add_new(m_products, std::move(products));
}

Result<std::vector<Partner>> Lookups::partners(const Words& refs, const Words& glns) {
    if (Status asked = ask_partners(refs, glns); !asked) return std::move(asked).error();
    std::vector<Partner> wanted;
    std::copy_if(
        m_partners.begin(), m_partners.end(), std::back_inserter(wanted), [&](const Partner& one) {
            return refs.contains(one.ref) ||
                   std::any_of(one.glns.begin(), one.glns.end(), [&](const auto& gln) {
                       return glns.contains(gln);
                   });
        });
    return wanted;
}

Result<std::vector<Product>> Lookups::products(const Words& barcodes, const Words& codes) {
    if (Status asked = ask_products(barcodes, codes); !asked) return std::move(asked).error();
    std::vector<Product> wanted;
    std::copy_if(
        m_products.begin(), m_products.end(), std::back_inserter(wanted), [&](const Product& one) {
            return barcodes.contains(one.barcode) || codes.contains(one.code);
        });
    return wanted;
}

Result<std::vector<Product>> Lookups::products_by_id(const std::set<std::int64_t>& ids) {
    std::set<std::int64_t> unknown = ids;
    for (const Product& one : m_products)
        unknown.erase(one.id);
    if (!unknown.empty()) {
        auto found = m_data.products_by_id(unknown);
        if (!found) return std::move(found).error();
        keep(*std::move(found));
    }
    std::vector<Product> wanted;
    std::copy_if(
        m_products.begin(), m_products.end(), std::back_inserter(wanted), [&](const Product& one) {
            return ids.contains(one.id);
        });
    return wanted;
}

Result<std::vector<Packaging>> Lookups::packagings(const Words& barcodes) {
    if (Status asked = ask_packagings(barcodes); !asked) return std::move(asked).error();
    std::vector<Packaging> wanted;
    std::copy_if(m_packagings.begin(),
                 m_packagings.end(),
                 std::back_inserter(wanted),
                 [&](const Packaging& one) { return barcodes.contains(one.barcode); });
    return wanted;
}

}  // namespace sallyport::odoo
