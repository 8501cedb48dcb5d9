// SPDX-License-Identifier: Apache-2.0
// How business rules are written down. Private to parsers/.
#pragma once

#include "gateway/base/decimal.h"
#include "parsers/xml_invoice.h"
#include "parsers/xml_path.h"
#include "parsers/xml_rules.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

class RuleRun;

// Rules that are a table row: in every element of `context` …
struct RowRule {
    enum class Kind : std::uint8_t {
        Filled,     // one of the `path`s has text
        Exists,     // one of the `path`s is there
        Never,      // … there must be no such element
        Attribute,  // the element has attribute `path`
        Decimals,   // the text has at most two digits after the point
        Code,       // the text (`path` empty) or attribute `path` is a code of `list`
        AnyCase,    // the same, however it is capitalised
        AtMostOne   // the `path`s occur at most once altogether
    };
    std::string_view id;
    Kind kind;
    std::string_view text;
    struct Binding {
        std::string_view context, path, list;
    } ubl, cii;  // context empty: not judged in this syntax
    Severity severity = Severity::Error;
};
// Rules that need arithmetic or look at several places.
struct CodeRule {
    std::string_view id;
    std::string_view text;
    void (*check)(const RuleRun&, std::string_view argument);
    std::string_view argument = {};
    bool ubl = true, cii = true;
    Severity severity = Severity::Error;
};

// One document, looked at by all rules.
class RuleRun {
public:
    RuleRun(const Transaction& transaction, const XmlSchemas& schemas, FaultSink& sink);

    bool is_ubl() const { return m_ubl; }
    const XmlTree& tree() const { return m_tree; }
    const XmlPaths& paths() const { return m_paths; }
    const InvoiceView& invoice() const { return m_invoice; }
    std::vector<std::uint32_t> match(std::string_view ubl, std::string_view cii) const {
        const std::string_view context = m_ubl ? ubl : cii;
        return context.empty() ? std::vector<std::uint32_t>{} : m_paths.match(context);
    }
    bool any(std::string_view ubl, std::string_view cii) const { return !match(ubl, cii).empty(); }
    std::optional<Decimal> number(std::uint32_t element) const;
    bool is_code(std::string_view list, std::string_view code) const;

    // A violation of the rule being judged. `detail` follows its text.
    void bad(std::uint32_t element, const std::string& detail = {}) const;
    void judge(const RowRule& rule);
    void judge(const CodeRule& rule);

private:
    void row(const RowRule& rule, const RowRule::Binding& binding);

    const Transaction& m_transaction;
    mutable XmlPlaces m_places;  // its count is made when the first fault needs it
    XmlTree m_tree;
    XmlPaths m_paths;
    const XmlSchemas& m_schemas;
    FaultSink& m_sink;
    bool m_ubl;
    InvoiceView m_invoice;
    std::string_view m_id, m_text;
    Severity m_severity = Severity::Error;
};

// The tables, one per file.
std::span<const RowRule> core_rows();  // BR-01 … BR-65, BR-CO that only ask for presence
std::span<const RowRule> code_rows();  // BR-CL, BR-DEC
std::span<const RowRule> ubl_rows();   // UBL-SR, UBL-DT
std::span<const RowRule> peppol_rows();
std::span<const CodeRule> total_rules();  // BR-CO arithmetic
std::span<const CodeRule> vat_rules();    // BR-S, Z, E, AE, IC, G, O, AF, AG, B
std::span<const CodeRule> peppol_rules();
std::span<const CodeRule> identifier_rules();  // PEPPOL-COMMON
std::span<const CodeRule> syntax_rules();      // BR and UBL-SR that compare places

}  // namespace sallyport::edi
