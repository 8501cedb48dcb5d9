// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/audit.h"

#include "gateway/base/digest.h"

#include <array>

namespace sallyport::store {

namespace {

void append_field(Bytes& layout, BytesView field) {
    for (int shift = 56; shift >= 0; shift -= 8)
        layout += static_cast<char>((field.size() >> shift) & 0xFFU);
    layout += field;
}

// RFC 8785 section 3.2.2.2: the two-letter escapes where there are any, else \u00xx; everything above 0x1F as it is.
void append_json_string(std::string& json, std::string_view text) {
    static constexpr std::string_view Hex = "0123456789abcdef";
    json += '"';
    for (const char letter : text) {
        const auto octet = static_cast<unsigned char>(letter);
        switch (letter) {
            case '"':
                json += "\\\"";
                break;
            case '\\':
                json += "\\\\";
                break;
            case '\b':
                json += "\\b";
                break;
            case '\f':
                json += "\\f";
                break;
            case '\n':
                json += "\\n";
                break;
            case '\r':
                json += "\\r";
                break;
            case '\t':
                json += "\\t";
                break;
            default:
                if (octet < 0x20) {
                    json += "\\u00";
                    json += Hex[octet >> 4U];
                    json += Hex[octet & 0xFU];
                } else {
                    json += letter;
                }
        }
    }
    json += '"';
}

}  // namespace

Bytes audit_hash(const AuditEntry& entry) {
    Bytes layout("sallyport-audit-1\n");
    layout += entry.previous;
    append_field(layout, std::to_string(entry.seq));
    append_field(layout, std::to_string(to_micros(entry.time)));
    append_field(layout, entry.actor);
    append_field(layout, entry.event);
    append_field(layout, entry.subject);
    append_field(layout, entry.detail);
    return sha256(layout);
}

std::string canonical_json(const AuditDetail& detail) {
    std::string json("{");
    for (const auto& [key, value] : detail) {
        if (json.size() > 1) json += ',';
        append_json_string(json, key);
        json += ':';
        append_json_string(json, value);
    }
    return json + "}";
}

}  // namespace sallyport::store
