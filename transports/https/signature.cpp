// SPDX-License-Identifier: Apache-2.0
#include "transports/https/signature.h"

#include "gateway/base/digest.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::https {
namespace {

using transports::HttpRequest;

Error bad(std::string what) {
    return Error("https.signature", Blame::Partner, std::move(what))
        .remedy("sign as docs/partners/https.md shows, with the clock set right");
}

// The little of structured fields (RFC 8941) that the two headers of the profile need.
class Scanner {
public:
    explicit Scanner(std::string_view text) : m_rest(text) {}
    std::string_view rest() const { return m_rest; }
    void blanks() {
        while (!m_rest.empty() && (m_rest.front() == ' ' || m_rest.front() == '\t'))
            m_rest.remove_prefix(1);
    }
    bool take(char letter) {
        if (m_rest.empty() || m_rest.front() != letter) return false;
        m_rest.remove_prefix(1);
        return true;
    }
    std::string_view token() {
        std::size_t size = 0;
        while (size < m_rest.size() && is_key(m_rest[size]))
            ++size;
        const std::string_view word = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return word;
    }
    std::optional<std::string> string() {
        if (!take('"')) return std::nullopt;
        std::string text;
        while (!m_rest.empty()) {
            const char letter = m_rest.front();
            m_rest.remove_prefix(1);
            if (letter == '"') return text;
            if (letter < ' ' || letter > '~' || letter == '\\') return std::nullopt;
            text += letter;
        }
        return std::nullopt;
    }
    std::optional<std::int64_t> integer() {
        std::int64_t value = 0;
        const auto [end, fault] =
            std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
        // 15 digits are the most that RFC 8941 knows, and no instant overflows with them.
        if (fault != std::errc() || value < 0 || end - m_rest.data() > 11) return std::nullopt;
        m_rest.remove_prefix(static_cast<std::size_t>(end - m_rest.data()));
        return value;
    }
    std::optional<Bytes> octets() {
        if (!take(':')) return std::nullopt;
        const std::size_t end = m_rest.find(':');
        if (end == std::string_view::npos) return std::nullopt;
        Bytes value;
        if (!from_base64(m_rest.substr(0, end), value)) return std::nullopt;
        m_rest.remove_prefix(end + 1);
        return value;
    }

private:
    static bool is_key(char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
               letter == '-' || letter == '_' || letter == '.' || letter == '*';
    }
    std::string_view m_rest;
};

bool read_covered(Scanner& scanner, std::vector<std::string>& covered) {
    if (!scanner.take('(')) return false;
    while (true) {
        scanner.blanks();
        if (scanner.take(')')) return true;
        auto name = scanner.string();
        if (!name || name->empty() || covered.size() == 20) return false;
        covered.push_back(*std::move(name));
    }
}

bool read_parameter(Scanner& scanner, RequestSignature& signature) {
    const std::string_view name = scanner.token();
    if (!scanner.take('=')) return false;
    if (name == "created" || name == "expires") {
        const auto seconds = scanner.integer();
        if (!seconds) return false;
        const Instant at{std::chrono::seconds(*seconds)};
        if (name == "created")
            signature.created = at;
        else
            signature.expires = at;
        return true;
    }
    auto text = scanner.string();
    if (!text) return false;
    if (name == "keyid")
        signature.key_id = *std::move(text);
    else if (name == "nonce")
        signature.nonce = *std::move(text);
    else if (name == "alg")
        return *text == "hmac-sha256";
    return true;
}

bool has(const RequestSignature& signature, std::string_view name) {
    return std::find(signature.covered.begin(), signature.covered.end(), name) !=
           signature.covered.end();
}

Status covers_enough(const RequestSignature& signature, const HttpRequest& head) {
    std::vector<std::string_view> needed{"@method", "@path"};
    if (!head.query.empty()) needed.push_back("@query");
    const bool body = transports::find_header(head.headers, "Content-Digest") != nullptr ||
                      transports::find_header(head.headers, "Content-Type") != nullptr;
    if (body) {
        needed.push_back("content-digest");
        needed.push_back("content-type");
    }
    if (transports::find_header(head.headers, "Idempotency-Key") != nullptr)
        needed.push_back("idempotency-key");
    for (const std::string_view name : needed)
        if (!has(signature, name))
            return bad("the signature does not cover \"" + std::string(name) + "\"");
    return {};
}

std::optional<std::string> component(std::string_view name, const HttpRequest& head) {
    if (name == "@method") return head.method;
    if (name == "@path") return head.path;
    if (name == "@query") return "?" + head.query;
    if (name == "@authority") {
        std::string host(transports::header_or_empty(head.headers, "Host"));
        std::transform(host.begin(), host.end(), host.begin(), [](char letter) {
            return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        });
        return host;
    }
    if (name.starts_with('@') || transports::count_header(head.headers, name) != 1)
        return std::nullopt;
    return std::string(transports::trim(transports::header_or_empty(head.headers, name)));
}

}  // namespace

bool is_signed(const HttpRequest& request) {
    return transports::find_header(request.headers, "Signature-Input") != nullptr ||
           transports::find_header(request.headers, "Signature") != nullptr;
}

Result<RequestSignature> read_signature(const HttpRequest& head) {
    if (transports::count_header(head.headers, "Signature-Input") != 1 ||
        transports::count_header(head.headers, "Signature") != 1)
        return bad("one Signature-Input and one Signature are needed");
    RequestSignature signature;
    Scanner input(transports::trim(transports::header_or_empty(head.headers, "Signature-Input")));
    const std::string label(input.token());
    if (label.empty() || !input.take('=')) return bad("Signature-Input has no label");
    signature.parameters = input.rest();
    if (!read_covered(input, signature.covered)) return bad("Signature-Input lists no components");
    while (input.take(';'))
        if (!read_parameter(input, signature)) return bad("a parameter of the signature is wrong");
    if (!input.rest().empty()) return bad("there is more than one signature");
    Scanner value(transports::trim(transports::header_or_empty(head.headers, "Signature")));
    if (value.token() != label || !value.take('='))
        return bad("Signature and Signature-Input have different labels");
    auto mac = value.octets();
    if (!mac || !value.rest().empty()) return bad("the signature is not :BASE64:");
    signature.mac = *std::move(mac);
    if (signature.key_id.empty() || signature.nonce.size() < 16 || signature.nonce.size() > 128 ||
        signature.created == Instant{})
        return bad("created, keyid and a nonce of 16 to 128 characters are needed");
    return signature;
}

Status verify_signature(const RequestSignature& signature,
                        const HttpRequest& head,
                        const Secret& key,
                        Instant now,
                        std::chrono::seconds window) {
    if (Status enough = covers_enough(signature, head); !enough) return enough;
    std::string base;
    for (const std::string& name : signature.covered) {
        const auto value = component(name, head);
        if (!value) return bad("component \"" + name + "\" is not there once");
        base += "\"" + name + "\": " + *value + "\n";
    }
    base += "\"@signature-params\": " + signature.parameters;
    if (!equal_constant_time(hmac_sha256(key, base), signature.mac))
        return bad("the signature is not right");
    if (signature.created > now + window || signature.created + window < now ||
        (signature.expires && *signature.expires < now))
        return bad("the request was signed too long ago, or in the future");
    return {};
}

Status verify_content_digest(const HttpRequest& request) {
    const std::string* given = transports::find_header(request.headers, "Content-Digest");
    if (given == nullptr)
        return request.body.empty() ? Status() : Status(bad("the body has no Content-Digest"));
    Scanner scanner(transports::trim(*given));
    std::optional<Bytes> digest;
    while (!scanner.rest().empty()) {
        const std::string_view name = scanner.token();
        if (!scanner.take('=')) return bad("Content-Digest cannot be read");
        auto value = scanner.octets();
        if (!value) return bad("Content-Digest cannot be read");
        if (name == "sha-256") digest = *std::move(value);
        scanner.blanks();
        if (scanner.take(',')) scanner.blanks();
    }
    if (!digest) return bad("Content-Digest has no sha-256");
    if (!equal_constant_time(*digest, sha256(request.body)))
        return bad("the body is not the one that was signed");
    return {};
}

}  // namespace sallyport::https
