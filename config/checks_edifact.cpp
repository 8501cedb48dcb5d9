// SPDX-License-Identifier: Apache-2.0
#include "config/checks.h"

#include <algorithm>
#include <string_view>

namespace sallyport::config {

namespace {

void check_edifact_id(const std::string& key,
                      const std::string& value,
                      std::size_t most,
                      Binder& binder,
                      const Place& file) {
    const bool plain = std::all_of(value.begin(), value.end(), [](const char octet) {
        return octet > ' ' && octet < 0x7F &&
               std::string_view("+:'?*").find(octet) == std::string_view::npos;
    });
    if (value.size() > most || !plain)
        binder.fault(value_fault(
            key + " has a character or a length that a UNB cannot carry",
            binder.place(key, file),
            "at most " + std::to_string(most) + " printable characters without blanks, + : ' ? *"));
}

}  // namespace

void check_edifact(const EdifactAgreement& edifact, Binder& binder, const Place& file) {
    check_edifact_id("edifact.our_id", edifact.our_id, 35, binder, file);
    check_edifact_id("edifact.their_id", edifact.their_id, 35, binder, file);
    check_edifact_id("edifact.our_qualifier", edifact.our_qualifier, 4, binder, file);
    check_edifact_id("edifact.their_qualifier", edifact.their_qualifier, 4, binder, file);
    check_edifact_id(
        "edifact.application_reference", edifact.application_reference, 14, binder, file);
    if (!edifact.our_id.empty() && edifact.our_id == edifact.their_id &&
        edifact.our_qualifier == edifact.their_qualifier)
        binder.fault(value_fault("edifact.their_id is our own interchange id",
                                 binder.place("edifact.their_id", file),
                                 "give the partner's"));
}

void check_xml_document(const LoadedPartner& loaded,
                        const DocumentAgreement& document,
                        const Place& place,
                        Binder& binder) {
    const std::vector<std::string> families{"ubl-2.1", "cii-D16B", "cxml-1.2"};
    if (!loaded.partner.xml.enabled)
        binder.fault(missing_key("[xml]", "the partner exchanges XML documents", place));
    if (std::find(families.begin(), families.end(), document.version) == families.end())
        binder.fault(value_fault("there is no XML family " + toml_text(document.version),
                                 place,
                                 "version is \"ubl-2.1\", \"cii-D16B\" or \"cxml-1.2\""));
    if (document.batch.count() != 0)
        binder.fault(value_fault(
            "an XML document goes by itself, batch has no meaning for it", place, "remove batch"));
}

}  // namespace sallyport::config
