// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_names.h"

#include <algorithm>
#include <iterator>

namespace sallyport::edi {
namespace {

struct Binding {
    std::string_view prefix, uri;
};

// UBL 2.1 (OASIS), CII D16B (UN/CEFACT), XML signatures, and the two names every XML document may use.
constexpr Binding Bindings[] = {
    {"cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"},
    {"cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"},
    {"ext", "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"},
    {"sig", "urn:oasis:names:specification:ubl:schema:xsd:CommonSignatureComponents-2"},
    {"sac", "urn:oasis:names:specification:ubl:schema:xsd:SignatureAggregateComponents-2"},
    {"sbc", "urn:oasis:names:specification:ubl:schema:xsd:SignatureBasicComponents-2"},
    {"rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"},
    {"ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"},
    {"udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"},
    {"qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"},
    {"ds", "http://www.w3.org/2000/09/xmldsig#"},
    {"xades", "http://uri.etsi.org/01903/v1.3.2#"},
    {"xml", "http://www.w3.org/XML/1998/namespace"},
    {"xsi", "http://www.w3.org/2001/XMLSchema-instance"},
};

}  // namespace

std::string_view conventional_prefix(std::string_view uri) {
    const auto* found = std::find_if(std::begin(Bindings),
                                     std::end(Bindings),
                                     [&](const Binding& binding) { return binding.uri == uri; });
    return found == std::end(Bindings) ? std::string_view() : found->prefix;
}

std::string_view conventional_namespace(std::string_view prefix) {
    const auto* found =
        std::find_if(std::begin(Bindings), std::end(Bindings), [&](const Binding& binding) {
            return binding.prefix == prefix;
        });
    return found == std::end(Bindings) ? std::string_view() : found->uri;
}

std::string_view xml_family(std::string_view root_namespace, std::string_view local_name) {
    constexpr std::string_view Ubl = "urn:oasis:names:specification:ubl:schema:xsd:";
    if (root_namespace.substr(0, Ubl.size()) == Ubl &&
        root_namespace.substr(Ubl.size()) == std::string(local_name) + "-2")
        return "ubl-2.1";
    if (root_namespace == conventional_namespace("rsm") && local_name == "CrossIndustryInvoice")
        return "cii-D16B";
    if (root_namespace.empty() && local_name == "cXML") return "cxml-1.2";
    return {};
}

XmlName take_apart(std::string_view tag, std::string_view root_namespace) {
    if (!tag.empty() && tag.front() == '{') {
        const std::size_t close = tag.find('}');
        if (close == std::string_view::npos) return {{}, {}, tag};
        return {tag.substr(1, close - 1), {}, tag.substr(close + 1)};
    }
    const std::size_t colon = tag.find(':');
    if (colon == std::string_view::npos) return {root_namespace, {}, tag};
    return {
        conventional_namespace(tag.substr(0, colon)), tag.substr(0, colon), tag.substr(colon + 1)};
}

}  // namespace sallyport::edi
