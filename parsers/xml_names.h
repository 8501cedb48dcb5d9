// SPDX-License-Identifier: Apache-2.0
// Namespaces and the prefixes their standards print; which document a root element is. Private to parsers/.
#pragma once

#include <string>
#include <string_view>

namespace sallyport::edi {

// "cbc" for UBL's common basic components …; empty: not a namespace with a conventional prefix.
std::string_view conventional_prefix(std::string_view uri);
// The reverse; empty: no such prefix.
std::string_view conventional_namespace(std::string_view prefix);

// "ubl-2.1", "cii-D16B", "cxml-1.2" by the root element; empty: not a family this program knows.
std::string_view xml_family(std::string_view root_namespace, std::string_view local_name);

// "{uri}Name" or "cbc:Name" or "Name" taken apart. `root_namespace` is what a name without prefix belongs to.
struct XmlName {
    std::string_view uri, prefix, local;
};
XmlName take_apart(std::string_view tag, std::string_view root_namespace);

}  // namespace sallyport::edi
