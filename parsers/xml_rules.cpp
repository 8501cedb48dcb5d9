// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_rules.h"

#include "parsers/xml_faults.h"
#include "parsers/xml_rule_table.h"

#include <algorithm>
#include <array>

namespace sallyport::edi {
namespace {

constexpr std::string_view En16931 = "urn:cen.eu:en16931:2017";
constexpr std::string_view PeppolBilling = "urn:fdc:peppol.eu:2017:poacc:billing:3.0";

std::array<std::span<const RowRule>, 3> rows() {
    return {core_rows(), code_rows(), ubl_rows()};
}
std::array<std::span<const CodeRule>, 3> codes() {
    return {total_rules(), vat_rules(), syntax_rules()};
}

template <typename Rule>
XmlRuleInfo info(const Rule& rule, RuleSet set, bool ubl, bool cii) {
    return {rule.id, set, rule.severity, ubl, cii, rule.text};
}

void add(std::vector<XmlRuleInfo>& all, std::span<const RowRule> table, RuleSet set) {
    for (const RowRule& rule : table)
        all.push_back(info(rule, set, !rule.ubl.context.empty(), !rule.cii.context.empty()));
}
void add(std::vector<XmlRuleInfo>& all, std::span<const CodeRule> table, RuleSet set) {
    for (const CodeRule& rule : table)
        all.push_back(info(rule, set, rule.ubl, rule.cii));
}

}  // namespace

RuleRun::RuleRun(const Transaction& transaction, const XmlSchemas& schemas, FaultSink& sink)
    : m_transaction(transaction),
      m_places(transaction),
      m_tree(transaction),
      m_paths(m_tree),
      m_schemas(schemas),
      m_sink(sink),
      m_ubl(transaction.version == "ubl-2.1"),
      m_invoice(m_ubl ? ubl_invoice(m_tree, m_paths) : cii_invoice(m_tree, m_paths)) {}

std::optional<Decimal> RuleRun::number(std::uint32_t element) const {
    auto value = Decimal::parse(m_tree.trimmed(element));
    if (!value) return std::nullopt;
    return *value;
}

bool RuleRun::is_code(std::string_view list, std::string_view code) const {
    const std::vector<std::string_view>* codes = m_schemas.codes(list);
    return codes && std::binary_search(codes->begin(), codes->end(), code);
}

void RuleRun::bad(std::uint32_t element, const std::string& detail) const {
    if (!wants_more(m_sink)) return m_sink.add(bare_fault(m_id, m_severity));
    const std::uint32_t segment = m_transaction.loops[element].begin;
    m_sink.add(
        xml_rule_fault(m_id,
                       m_severity,
                       m_places,
                       segment,
                       std::string(m_text) + (detail.empty() ? std::string() : ": " + detail)));
}

void RuleRun::judge(const CodeRule& rule) {
    if (m_ubl ? !rule.ubl : !rule.cii) return;
    m_id = rule.id;
    m_text = rule.text;
    m_severity = rule.severity;
    rule.check(*this, rule.argument);
}

void RuleRun::judge(const RowRule& rule) {
    const RowRule::Binding& binding = m_ubl ? rule.ubl : rule.cii;
    if (binding.context.empty()) return;
    m_id = rule.id;
    m_text = rule.text;
    m_severity = rule.severity;
    row(rule, binding);
}

void RuleRun::row(const RowRule& rule, const RowRule::Binding& binding) {
    using Kind = RowRule::Kind;
    for (const std::uint32_t element : m_paths.match(binding.context)) {
        const auto below = [&] { return m_paths.select(element, binding.path); };
        switch (rule.kind) {
            case Kind::Filled: {
                const auto found = below();
                const bool filled = std::any_of(found.begin(), found.end(), [&](std::uint32_t one) {
                    return !m_tree.trimmed(one).empty();
                });
                if (!filled) bad(element);
                break;
            }
            case Kind::Exists:
                if (below().empty()) bad(element);
                break;
            case Kind::Never:
                bad(element);
                break;
            case Kind::Attribute:
                if (m_tree.attribute_text(element, binding.path).empty()) bad(element);
                break;
            case Kind::Decimals: {
                const std::string_view text = m_tree.trimmed(element);
                const std::size_t point = text.find('.');
                if (point != std::string_view::npos && text.size() - point - 1 > 2) bad(element);
                break;
            }
            case Kind::Code:
            case Kind::AnyCase: {
                const std::string_view code = binding.path.empty()
                                                  ? m_tree.trimmed(element)
                                                  : m_tree.attribute_text(element, binding.path);
                std::string compared(code);
                for (char& c : compared)
                    c = rule.kind == Kind::AnyCase && c >= 'a' && c <= 'z'
                            ? static_cast<char>(c - 'a' + 'A')
                            : c;
                if (!is_code(binding.list, compared))
                    bad(element, "\"" + shown(code) + "\" is not");
                break;
            }
            case Kind::AtMostOne:
                if (const auto found = below(); found.size() > 1) bad(found[1]);
                break;
        }
    }
}

std::vector<XmlRuleInfo> xml_rules() {
    std::vector<XmlRuleInfo> all;
    for (const auto& table : rows())
        add(all, table, RuleSet::En16931);
    for (const auto& table : codes())
        add(all, table, RuleSet::En16931);
    add(all, peppol_rows(), RuleSet::Peppol);
    add(all, peppol_rules(), RuleSet::Peppol);
    add(all, identifier_rules(), RuleSet::Peppol);
    std::stable_sort(all.begin(), all.end(), [](const XmlRuleInfo& a, const XmlRuleInfo& b) {
        return std::pair(a.set, a.id) < std::pair(b.set, b.id);
    });
    // A rule written in several parts is one rule.
    std::vector<XmlRuleInfo> merged;
    for (const XmlRuleInfo& one : all) {
        if (!merged.empty() && merged.back().id == one.id) {
            merged.back().ubl |= one.ubl;
            merged.back().cii |= one.cii;
        } else {
            merged.push_back(one);
        }
    }
    return merged;
}

RuleSets rule_sets_of(const Transaction& transaction) {
    const bool invoice = transaction.version == "cii-D16B" ||
                         (transaction.version == "ubl-2.1" &&
                          (transaction.set == "Invoice" || transaction.set == "CreditNote"));
    RuleSets sets;
    sets.en16931 = invoice && transaction.association.find(En16931) != std::string_view::npos;
    sets.peppol =
        sets.en16931 && transaction.association.find(PeppolBilling) != std::string_view::npos;
    return sets;
}

void check_invoice_rules(const Transaction& transaction,
                         const XmlSchemas& schemas,
                         const RuleSets& sets,
                         FaultSink& sink) {
    if (!sets.en16931 && !sets.peppol) return;
    RuleRun run(transaction, schemas, sink);
    for (const auto& table : rows()) {
        for (const RowRule& rule : table)
            run.judge(rule);
    }
    for (const auto& table : codes()) {
        for (const CodeRule& rule : table)
            run.judge(rule);
    }
    if (!sets.peppol) return;
    for (const RowRule& rule : peppol_rows())
        run.judge(rule);
    for (const CodeRule& rule : peppol_rules())
        run.judge(rule);
    for (const CodeRule& rule : identifier_rules())
        run.judge(rule);
}

}  // namespace sallyport::edi
