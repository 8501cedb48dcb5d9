// SPDX-License-Identifier: Apache-2.0
// The tables of the syntaxes in a partner file: [x12], [edifact] and [xml].
#include "config/tables.h"

namespace sallyport::config {

namespace {

const std::vector<std::string>& qualifiers() {
    // X12 data element 105, those for parties.
    static const std::vector<std::string> codes{
        "01", "02", "03", "04", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
        "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30",
        "31", "32", "33", "34", "35", "36", "37", "38", "AM", "NR", "SA", "SN", "ZZ"};
    return codes;
}

std::vector<Field> x12_address_fields(X12Agreement& x12) {
    return {
        {.key = "our_qualifier",
         .standard = "\"ZZ\"",
         .target = &x12.our_qualifier,
         .help = "qualifier of our interchange id",
         .choices = qualifiers(),
         .reloadable = true},
        {.key = "our_id",
         .target = &x12.our_id,
         .help = "our interchange id, at most 15 characters",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "their_qualifier",
         .standard = "\"ZZ\"",
         .target = &x12.their_qualifier,
         .help = "qualifier of the partner's interchange id",
         .choices = qualifiers(),
         .reloadable = true},
        {.key = "their_id",
         .target = &x12.their_id,
         .help = "the partner's interchange id, at most 15 characters",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "our_group_id",
         .standard = "\"\"",
         .target = &x12.our_group_id,
         .help = "our group id; empty: as our_id",
         .reloadable = true},
        {.key = "their_group_id",
         .standard = "\"\"",
         .target = &x12.their_group_id,
         .help = "the partner's; empty: as their_id",
         .reloadable = true},
        {.key = "test",
         .standard = "false",
         .target = &x12.test,
         .help = "test interchanges: what comes must say so too, what goes says so",
         .reloadable = true},
    };
}

std::vector<Field> x12_writing_fields(X12Agreement& x12) {
    return {
        {.key = "element_separator",
         .standard = "\"*\"",
         .target = &x12.element_separator,
         .help = "of what we send",
         .reloadable = true},
        {.key = "component_separator",
         .standard = "\">\"",
         .target = &x12.component_separator,
         .help = "of what we send",
         .reloadable = true},
        {.key = "repetition_separator",
         .standard = "\"^\"",
         .target = &x12.repetition_separator,
         .help = "of what we send",
         .reloadable = true},
        {.key = "segment_terminator",
         .standard = "\"~\"",
         .target = &x12.segment_terminator,
         .help = "of what we send",
         .reloadable = true},
        {.key = "line_breaks",
         .standard = "false",
         .target = &x12.line_breaks,
         .help = "a line end after each segment we send",
         .reloadable = true},
        {.key = "acknowledge",
         .standard = "\"always\"",
         .target = &x12.acknowledge,
         .help = "when we answer with a 997 or 999",
         .choices = {"always", "on-faults", "never"},
         .reloadable = true},
        {.key = "acknowledge_with",
         .standard = "\"997\"",
         .target = &x12.acknowledge_with,
         .help = "the set we answer with; a 999 goes as 005010",
         .choices = {"997", "999"},
         .reloadable = true},
        {.key = "expect_acknowledgement",
         .standard = "true",
         .target = &x12.expect_acknowledgement,
         .help = "whether the partner answers ours with a 997 or 999",
         .reloadable = true},
        {.key = "acknowledgement_within",
         .standard = "\"24h\"",
         .target = &x12.acknowledgement_within,
         .help = "when a missing one is overdue",
         .least = 60'000,
         .most = 30.0 * 86'400'000,
         .reloadable = true},
    };
}

std::vector<Field> edifact_address_fields(EdifactAgreement& edifact) {
    return {
        {.key = "our_id",
         .target = &edifact.our_id,
         .help = "our interchange id (UNB 0004/0010), at most 35 characters: a GLN, mostly",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "our_qualifier",
         .standard = "\"14\"",
         .target = &edifact.our_qualifier,
         .help = "its qualifier (0007): 14 is GLN; empty: none",
         .reloadable = true},
        {.key = "their_id",
         .target = &edifact.their_id,
         .help = "the partner's interchange id",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "their_qualifier",
         .standard = "\"14\"",
         .target = &edifact.their_qualifier,
         .help = "its qualifier",
         .reloadable = true},
        {.key = "test",
         .standard = "false",
         .target = &edifact.test,
         .help = "test interchanges: what comes must say so too, what goes says so",
         .reloadable = true},
    };
}

std::vector<Field> edifact_writing_fields(EdifactAgreement& edifact) {
    return {
        {.key = "syntax",
         .standard = "\"UNOC\"",
         .target = &edifact.syntax,
         .help = "character set of what we send",
         .choices = {"UNOA", "UNOB", "UNOC", "UNOD", "UNOE", "UNOF", "UNOG", "UNOY", "UNOW"},
         .reloadable = true},
        {.key = "syntax_version",
         .standard = "\"3\"",
         .target = &edifact.syntax_version,
         .help = "syntax version of what we send",
         .choices = {"1", "2", "3", "4"},
         .reloadable = true},
        {.key = "application_reference",
         .standard = "\"\"",
         .target = &edifact.application_reference,
         .help = "UNB 0026 of what we send; empty: none",
         .reloadable = true},
        {.key = "line_breaks",
         .standard = "false",
         .target = &edifact.line_breaks,
         .help = "a line end after each segment we send",
         .reloadable = true},
        {.key = "acknowledge",
         .standard = "\"always\"",
         .target = &edifact.acknowledge,
         .help = "when we answer with a CONTRL",
         .choices = {"always", "on-faults", "never"},
         .reloadable = true},
        {.key = "request_acknowledgement",
         .standard = "false",
         .target = &edifact.request_acknowledgement,
         .help = "what we send asks for a CONTRL (UNB 0031)",
         .reloadable = true},
        {.key = "expect_acknowledgement",
         .standard = "true",
         .target = &edifact.expect_acknowledgement,
         .help = "whether the partner answers ours with a CONTRL",
         .reloadable = true},
        {.key = "acknowledgement_within",
         .standard = "\"24h\"",
         .target = &edifact.acknowledgement_within,
         .help = "when a missing one is overdue",
         .least = 60'000,
         .most = 30.0 * 86'400'000,
         .reloadable = true},
    };
}

}  // namespace

std::vector<Field> x12_fields(X12Agreement& x12) {
    return joined({x12_address_fields(x12), x12_writing_fields(x12)});
}

std::vector<Field> edifact_fields(EdifactAgreement& edifact) {
    return joined({edifact_address_fields(edifact), edifact_writing_fields(edifact)});
}

std::vector<Field> xml_fields(XmlAgreement& xml) {
    return {
        {.key = "our_id",
         .standard = "\"\"",
         .target = &xml.our_id,
         .help = "our electronic address (EndpointID, URIID) or cXML identity; empty: not compared",
         .reloadable = true},
        {.key = "our_qualifier",
         .standard = "\"0088\"",
         .target = &xml.our_qualifier,
         .help = "its scheme (0088 is GLN), or the domain of the cXML credential (DUNS, NetworkID)",
         .reloadable = true},
        {.key = "their_id",
         .standard = "\"\"",
         .target = &xml.their_id,
         .help = "the partner's; empty: not compared",
         .reloadable = true},
        {.key = "their_qualifier",
         .standard = "\"0088\"",
         .target = &xml.their_qualifier,
         .help = "its scheme or domain",
         .reloadable = true},
        {.key = "test",
         .standard = "false",
         .target = &xml.test,
         .help =
             "test documents: cXML that comes must say so too (deploymentMode), what goes says so; "
             "UBL and CII cannot say it",
         .reloadable = true},
    };
}

}  // namespace sallyport::config
