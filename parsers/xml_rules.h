// SPDX-License-Identifier: Apache-2.0
// The business rules of electronic invoices: EN 16931-1:2017 with its bindings to UBL 2.1 and CII D16B, and Peppol BIS
// Billing 3. Ids, severities and what each rule demands follow the published rule sets; docs/reference/en16931-rules.md
// is made from the same table.
#pragma once

#include "parsers/document.h"
#include "parsers/fault.h"
#include "parsers/faults.h"
#include "parsers/xml_schema.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sallyport::edi {

enum class RuleSet : std::uint8_t { En16931, Peppol };

struct XmlRuleInfo {
    std::string_view id;  // "BR-CO-10", "PEPPOL-EN16931-R010": also the fault's code
    RuleSet set = RuleSet::En16931;
    Severity severity = Severity::Error;
    bool ubl = false, cii = false;  // judged in that syntax
    std::string_view text;          // what it demands, a whole sentence without full stop
};
// Every rule there is, sorted by id.
std::vector<XmlRuleInfo> xml_rules();

// Which sets a document says it follows: its specification identifier (UBL CustomizationID, CII guideline). Neither:
// only the structure is judged.
struct RuleSets {
    bool en16931 = false;
    bool peppol = false;  // implies en16931
};
RuleSets rule_sets_of(const Transaction& transaction);

// Every violation as a fault at the element the rule is about. Transaction::version must be ubl-2.1 or cii-D16B.
void check_invoice_rules(const Transaction& transaction,
                         const XmlSchemas& schemas,
                         const RuleSets& sets,
                         FaultSink& sink);

}  // namespace sallyport::edi
