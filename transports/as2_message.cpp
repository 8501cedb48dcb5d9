// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_message.h"

#include <algorithm>
#include <utility>

namespace sallyport::transports {
namespace {

constexpr std::size_t LongestName = 128;

bool printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::vector<std::string> split_list(std::string_view text, char separator) {
    std::vector<std::string> items;
    while (true) {
        const auto end = text.find(separator);
        const auto item = trim(text.substr(0, end));
        if (!item.empty()) items.emplace_back(item);
        if (end == std::string_view::npos) return items;
        text.remove_prefix(end + 1);
    }
}

// Comments have no meaning in these fields.
std::string without_comments(std::string_view text) {
    std::string out;
    unsigned depth = 0;
    for (const char c : text) {
        if (c == '(')
            ++depth;
        else if (c == ')' && depth > 0)
            --depth;
        else if (depth == 0)
            out += c;
    }
    return out;
}

std::optional<certs::Digest> digest_of_size(std::size_t octets) {
    switch (octets) {
        case 16:
            return certs::Digest::Md5;
        case 20:
            return certs::Digest::Sha1;
        case 32:
            return certs::Digest::Sha256;
        case 48:
            return certs::Digest::Sha384;
        case 64:
            return certs::Digest::Sha512;
        default:
            return std::nullopt;
    }
}

std::size_t size_of(certs::Digest digest) {
    switch (digest) {
        case certs::Digest::Md5:
            return 16;
        case certs::Digest::Sha1:
            return 20;
        case certs::Digest::Sha256:
            return 32;
        case certs::Digest::Sha384:
            return 48;
        case certs::Digest::Sha512:
            return 64;
    }
    return 0;
}

bool contains(const std::vector<certs::Digest>& list, certs::Digest digest) {
    return std::find(list.begin(), list.end(), digest) != list.end();
}

// HDR-09, MDN-06: the first entry we may use; none and "required" fails the message, none and "optional" gives an
// unsigned receipt.
void choose_digest(ReceiptStyle& style,
                   const std::vector<certs::Digest>& allowed,
                   certs::Digest preferred) {
    for (const auto& name : style.options.micalgs) {
        const auto digest = certs::digest_from_name(name);
        if (!digest || !contains(allowed, *digest)) continue;
        style.digest = *digest;
        style.is_signed = true;
        return;
    }
    if (!style.options.micalg_required) return;
    style.failure = "unsupported MIC-algorithms";
    style.digest = preferred;  // the receipt that says so is signed as best we can
    style.is_signed = true;
}

}  // namespace

std::optional<std::string> read_as2_name(std::string_view field) {
    std::string_view text = trim(field);
    std::string name;
    // Doubled quotes ("" a ""), seen from products that quote twice.
    while (text.size() >= 4 && text.starts_with("\"\"") && text.ends_with("\"\""))
        text = text.substr(1, text.size() - 2);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\' && i + 1 < text.size() &&
                (text[i + 1] == '"' || text[i + 1] == '\\'))
                ++i;
            name += text[i];
        }
    } else {
        name = text;
    }
    if (name.empty() || name.size() > LongestName || !printable(name)) return std::nullopt;
    return name;
}

std::string write_as2_name(std::string_view name) {
    if (name.find_first_of(" \"\\") == std::string_view::npos) return std::string(name);
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

DispositionOptions read_disposition_options(std::string_view field) {
    DispositionOptions options;
    const std::string text = without_comments(field);
    for (const auto& parameter : split_list(text, ';')) {
        const auto equals = parameter.find('=');
        if (equals == std::string::npos) continue;
        const std::string name = lower(trim(std::string_view(parameter).substr(0, equals)));
        auto values = split_list(std::string_view(parameter).substr(equals + 1), ',');
        if (values.empty()) continue;
        for (auto& value : values)
            value = std::string(trim(value.size() > 1 && value.front() == '"' && value.back() == '"'
                                         ? std::string_view(value).substr(1, value.size() - 2)
                                         : std::string_view(value)));
        const std::string importance = lower(values.front());
        // An importance that is neither word is taken for the first value of a list without one.
        if (importance == "required" || importance == "optional") values.erase(values.begin());
        if (name == "signed-receipt-protocol") {
            options.protocol_given = true;
            options.protocol_required = importance == "required";
            for (auto& value : values)
                options.protocols.push_back(lower(value));
        } else if (name == "signed-receipt-micalg") {
            options.micalg_given = true;
            options.micalg_required = importance == "required";
            options.micalgs = std::move(values);
        }
    }
    return options;
}

ReceiptStyle choose_receipt(const HeaderList& headers,
                            const std::vector<certs::Digest>& allowed,
                            certs::Digest preferred) {
    ReceiptStyle style;
    // HDR-07: the field's presence asks, its value is an address nobody uses.
    style.wanted = find_header(headers, "Disposition-Notification-To") != nullptr;
    style.options =
        read_disposition_options(header_or_empty(headers, "Disposition-Notification-Options"));
    const auto& options = style.options;
    if (!style.wanted || !options.protocol_given || !options.micalg_given) return style;
    const bool known =
        std::find(options.protocols.begin(), options.protocols.end(), "pkcs7-signature") !=
        options.protocols.end();
    if (!known) {
        if (options.protocol_required) style.failure = "unsupported format";
        return style;
    }
    choose_digest(style, allowed, preferred);
    return style;
}

std::string micalg_name(certs::Digest digest, bool legacy) {
    std::string name(certs::to_string(digest));
    if (legacy || digest == certs::Digest::Sha1) std::erase(name, '-');
    return name;
}

std::string micalg_name(certs::Digest digest, const DispositionOptions& options) {
    for (const auto& spelled : options.micalgs)
        if (certs::digest_from_name(spelled) == digest) return spelled;
    return micalg_name(digest, false);
}

std::string write_mic(certs::Digest digest, BytesView octets, std::string_view name) {
    return to_base64(certs::digest(digest, octets)) + ", " + std::string(name);
}

std::optional<Mic> read_mic(std::string_view field) {
    std::optional<certs::Digest> algorithm;
    Bytes octets;
    for (auto item : split_list(without_comments(field), ',')) {
        if (const auto named = certs::digest_from_name(item)) {
            algorithm = named;
            continue;
        }
        // A long value may be wrapped: the blanks of folding are not part of it.
        Bytes decoded;
        if (octets.empty() && from_base64(item, decoded))
            octets = std::move(decoded);
        else
            return std::nullopt;
    }
    if (octets.empty()) return std::nullopt;
    if (!algorithm) algorithm = digest_of_size(octets.size());
    if (!algorithm || size_of(*algorithm) != octets.size()) return std::nullopt;
    return Mic{.digest = *algorithm, .octets = std::move(octets)};
}

std::string Disposition::text() const {
    if (modifier.empty()) return type;
    return type + '/' + modifier + (detail.empty() ? "" : ": " + detail);
}

Disposition read_disposition(std::string_view field) {
    // disposition-mode ";" disposition-type ["/" modifier [":" detail]]
    const std::string text = without_comments(field);
    const auto semicolon = text.find(';');
    const std::string_view outcome = semicolon == std::string::npos
                                         ? std::string_view()
                                         : trim(std::string_view(text).substr(semicolon + 1));
    Disposition disposition;
    const auto slash = outcome.find_first_of("/:");
    disposition.type = lower(trim(outcome.substr(0, slash)));
    if (disposition.type != "processed" && disposition.type != "failed") return {};
    if (slash == std::string_view::npos) return disposition;
    const auto rest = outcome.substr(slash + 1);
    const auto colon = rest.find(':');
    disposition.modifier = lower(trim(rest.substr(0, colon)));
    if (colon != std::string_view::npos) disposition.detail = trim(rest.substr(colon + 1));
    // A slash or colon announces something: silence after it is not success.
    if (disposition.modifier.empty()) disposition.modifier = "error";
    return disposition;
}

}  // namespace sallyport::transports
