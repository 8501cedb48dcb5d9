// SPDX-License-Identifier: Apache-2.0
// A partner's guide: what this partner forbids, requires or restricts beyond the standard, how grave each fault is, which
// deviations of form are put right, and what a faulty transaction means for its group. Text files beside the partner's
// agreement (format: docs/partner-guides.md); immutable and thread-safe once loaded.
#pragma once

#include "gateway/base/error.h"
#include "parsers/ack.h"
#include "parsers/document.h"
#include "parsers/schema.h"
#include "parsers/x12.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

class FaultSink;

// One line of a guide, bound to a place in one set.
struct GuideRule {
    enum class Kind : std::uint8_t {
        Forbid,     // the segment, loop or element must not be there
        Require,    // it must
        AtMost,     // it may stand `max` times in its loop
        Length,     // `min` to `max` characters
        Codes,      // only these
        Allow,      // these as well, whatever the standard's list says
        Condition,  // P R C L E or D1-D7 between elements of the segment
        Grade       // faults of code `word` here have severity `severity`
    };
    Kind kind = Kind::Forbid;
    std::uint32_t node = 0;       // SetSchema::nodes index of the segment or loop
    std::vector<Locator> places;  // of the element; empty: the segment as such
    bool whole = false;           // the element is a composite: any of its components counts
    std::optional<Locator> qualifier_at;
    std::string qualifier;  // N1[ST]: only where qualifier_at holds this
    std::uint32_t min = 0, max = 0;
    std::vector<std::string> codes;  // sorted
    Condition condition;
    std::string word;
    Severity severity = Severity::Error;
    std::string text;    // the line as written, for messages and `schema show`
    std::string source;  // "acme.guide:12"
};

class Guide {
public:
    // The files beside an agreement: for partners/acme.toml, partners/acme.guide and partners/acme/*.guide, in the order
    // of their names. Empty: there are none.
    static std::vector<std::filesystem::path> files_of(const std::filesystem::path& agreement);

    // Errors (Blame::Operator, with file and line): guide.syntax, guide.place.unknown (with the near match),
    // guide.fault.unknown, guide.set.unknown, and those of reading a file. `schemas` must outlive the guide.
    static Result<Guide> load(std::span<const std::filesystem::path> files,
                              const SchemaSet& schemas);
    // The same from text; `name` stands for the file in errors.
    static Result<Guide> parse(std::string_view text,
                               const std::string& name,
                               const SchemaSet& schemas);

    // Null: the guide says nothing about this set.
    const std::vector<GuideRule>* rules(const SetSchema& set) const;
    const std::map<std::string, Severity, std::less<>>& severities() const { return m_severities; }
    const Leniencies& leniencies() const { return m_leniencies; }
    AcceptancePolicy policy() const { return m_policy; }
    bool empty() const { return m_rules.empty() && m_severities.empty(); }

    // "use" line: which use of the standard (VICS, EANCOM-2002-S4, "none") whatever the document says; empty: as it says.
    std::string_view use() const { return m_use; }
    // "characters" lines: false where the X12 basic set alone is allowed; which syntax identifiers (UNOA, UNOC) EDIFACT may
    // have, whose set its values must keep to. Empty: any.
    bool extended_characters() const { return m_extended; }
    const std::vector<std::string>& syntaxes() const { return m_syntaxes; }
    // How faults name it: "the partner's guide", or the name of a use.
    std::string_view title() const { return m_title; }
    void entitle(std::string title) { m_title = std::move(title); }

private:
    friend class GuideLoader;
    std::map<const SetSchema*, std::vector<GuideRule>> m_rules;
    std::map<std::string, Severity, std::less<>> m_severities;
    Leniencies m_leniencies;
    AcceptancePolicy m_policy = AcceptancePolicy::RejectTransaction;
    std::string m_use, m_title = "the partner's guide";
    bool m_extended = true;
    std::vector<std::string> m_syntaxes;
};

// The words of `accept` and `refuse` lines and of `edi --accept`: "junk", "encoding", … in the order of Leniencies.
std::vector<std::string_view> leniency_names();
bool set_leniency(Leniencies& leniencies,
                  std::string_view name,
                  bool accept);  // false: no such name

// Judges a transaction whose segments are placed; `faults` are those found so far, what the guide finds goes to `sink`.
// Private to parsers/.
void apply_guide(const Guide& guide,
                 const Transaction& transaction,
                 std::vector<Fault>& faults,
                 FaultSink& sink);

}  // namespace sallyport::edi
