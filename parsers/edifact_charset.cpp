// SPDX-License-Identifier: Apache-2.0
// Syntax identifiers to character sets (ISO 9735-1, element 0001). UNOA and UNOB are subsets of ASCII; many senders write
// ISO 8859-1 under them, which is read as such.
#include "parsers/edifact.h"

#include <iconv.h>

#include <array>
#include <utility>

namespace sallyport::edi {
namespace {

const char* charset_of(std::string_view syntax) {
    static constexpr std::array<std::pair<std::string_view, const char*>, 12> Sets = {
        {{"UNOA", "ISO-8859-1"},
         {"UNOB", "ISO-8859-1"},
         {"UNOC", "ISO-8859-1"},
         {"UNOD", "ISO-8859-2"},
         {"UNOE", "ISO-8859-5"},
         {"UNOF", "ISO-8859-7"},
         {"UNOG", "ISO-8859-3"},
         {"UNOH", "ISO-8859-4"},
         {"UNOI", "ISO-8859-6"},
         {"UNOJ", "ISO-8859-8"},
         {"UNOK", "ISO-8859-9"},
         {"UNOX", "ISO-2022-JP"}}};
    for (const auto& [name, charset] : Sets) {
        if (name == syntax) return charset;
    }
    return "UTF-8";  // UNOW, UNOY, and what no standard names (UNOL, IATA)
}

class Converter {
public:
    Converter(const char* to, const char* from) : m_handle(iconv_open(to, from)) {}
    ~Converter() {
        if (valid()) iconv_close(m_handle);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    std::optional<std::string> convert(std::string_view text) {
        if (!valid()) return std::nullopt;
        std::string input(text), output(text.size() * 4 + 16, '\0');
        char* in = input.data();
        char* out = output.data();
        std::size_t in_left = input.size(), out_left = output.size();
        if (iconv(m_handle, &in, &in_left, &out, &out_left) != 0 || in_left != 0)
            return std::nullopt;
        iconv(m_handle, nullptr, nullptr, &out, &out_left);
        output.resize(output.size() - out_left);
        return output;
    }

private:
    bool valid() const { return reinterpret_cast<std::intptr_t>(m_handle) != -1; }
    iconv_t m_handle;
};

}  // namespace

std::optional<std::string> edifact_to_utf8(std::string_view octets, std::string_view syntax) {
    return Converter("UTF-8", charset_of(syntax)).convert(octets);
}

std::optional<std::string> edifact_from_utf8(std::string_view text, std::string_view syntax) {
    const bool ascii = syntax == "UNOA" || syntax == "UNOB";
    return Converter(ascii ? "ASCII" : charset_of(syntax), "UTF-8").convert(text);
}

}  // namespace sallyport::edi
