// SPDX-License-Identifier: Apache-2.0
#include "transports/mime_stream.h"

#include <algorithm>
#include <string>

namespace sallyport::transports {
namespace {

using certs::Octets;

constexpr std::size_t WindowSize = std::size_t{256} << 10U;
constexpr std::size_t LargestQuotedPrintable = std::size_t{16} << 20U;
// A delimiter, and what decides whether it is one: the octet before it and two behind it.
constexpr std::size_t Overlap = 128;

Error bad(std::string_view code, std::string what) {
    return Error(code, Blame::Partner, std::move(what));
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// A window over octets that is moved from front to back.
class Scanner {
public:
    explicit Scanner(const Octets& octets) : m_octets(octets) {}

    // Octets from `at` on, at least `least` unless they end before that.
    Result<BytesView> from(std::uint64_t at, std::size_t least) {
        const std::uint64_t end = m_at + m_window.size();
        if (at < m_at || (at + least > end && end < m_octets.size()) || at > end) {
            auto taken = certs::take_octets(m_octets, at, std::max(least, WindowSize));
            if (!taken) return std::move(taken).error();
            m_window = *std::move(taken);
            m_at = at;
        }
        return BytesView(m_window).substr(at - m_at);
    }
    std::uint64_t size() const { return m_octets.size(); }

private:
    const Octets& m_octets;
    std::uint64_t m_at = 0;
    Bytes m_window;
};

struct Found {
    bool is = false;
    std::uint64_t at = 0;
};

// Another boundary may have ours as its beginning.
bool ends_delimiter(BytesView after) {
    return after.empty() || after.starts_with("--") || is_blank(after[0]) || after[0] == '\r' ||
           after[0] == '\n';
}

// Where a delimiter line begins at or behind `start`, at a line's start.
Result<Found> find_delimiter(Scanner& scanner, std::string_view delimiter, std::uint64_t start) {
    // From one octet earlier, so that the line's start can be seen.
    std::uint64_t at = start == 0 ? 0 : start - 1;
    while (at < scanner.size()) {
        auto window = scanner.from(at, 2 * Overlap);  // so that each step goes forward
        if (!window) return std::move(window).error();
        const bool last = at + window->size() >= scanner.size();
        for (auto hit = window->find(delimiter); hit != BytesView::npos;
             hit = window->find(delimiter, hit + 1)) {
            const BytesView after = window->substr(hit + delimiter.size());
            if (!last && after.size() < 2) break;  // decided in the next window
            if (at + hit < start || (at + hit != 0 && (hit == 0 || (*window)[hit - 1] != '\n')))
                continue;
            if (ends_delimiter(after)) return Found{.is = true, .at = at + hit};
        }
        if (last) break;
        at += window->size() - Overlap;
    }
    return Found{};
}

// Behind the line end that follows `at`, or the end.
Result<std::uint64_t> behind_line(Scanner& scanner, std::uint64_t at) {
    while (at < scanner.size()) {
        auto window = scanner.from(at, 1);
        if (!window) return std::move(window).error();
        const auto end = window->find('\n');
        if (end != BytesView::npos) return at + end + 1;
        at += window->size();
    }
    return at;
}

// A delimiter's line end belongs to the delimiter.
Result<OctetSpan> part_between(const Octets& body, std::uint64_t start, std::uint64_t next) {
    if (next == start) return OctetSpan{.begin = start, .size = 0};
    const std::uint64_t from = next - std::min<std::uint64_t>(2, next - start);
    const auto tail = certs::take_octets(body, from, next - from);
    if (!tail) return tail.error();
    BytesView end = *tail;
    if (end.ends_with('\n')) {
        end.remove_suffix(1);
        --next;
    }
    if (end.ends_with('\r')) --next;
    return OctetSpan{.begin = start, .size = next - start};
}

class Base64Decoder {
public:
    Status pass(BytesView octets, const certs::OctetSink& sink) {
        constexpr std::string_view Alphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (const char c : octets) {
            if (m_done) break;
            if (Alphabet.find(c) != std::string_view::npos)
                m_digits += c;
            else if (c != '\r' && c != '\n' && !is_blank(c))
                m_done = true;  // padding, or junk after the end
        }
        return flush(m_digits.size() / 4 * 4, sink);
    }
    Status finish(const certs::OctetSink& sink) {
        m_digits.append((4 - m_digits.size() % 4) % 4, '=');
        if (m_digits.empty() && !m_any) return undecodable();
        return flush(m_digits.size(), sink);
    }

private:
    static Error undecodable() { return bad("mime.base64", "base64 text cannot be decoded"); }
    Status flush(std::size_t count, const certs::OctetSink& sink) {
        if (count == 0) return {};
        Bytes octets;
        if (!from_base64(BytesView(m_digits).substr(0, count), octets)) return undecodable();
        m_digits.erase(0, count);
        m_any = true;
        return sink(octets);
    }

    std::string m_digits;
    bool m_any = false;
    bool m_done = false;
};

}  // namespace

Result<StreamedEntity> parse_entity(const Octets& octets, const MimeLimits& limits) {
    const auto start = certs::take_octets(octets, 0, limits.header_bytes + limits.line_bytes + 2);
    if (!start) return start.error();
    auto entity = parse_entity(BytesView(*start), limits);
    if (!entity) return std::move(entity).error();
    return StreamedEntity{.headers = std::move(entity->headers),
                          .body = entity->header_block.size()};
}

Result<std::vector<OctetSpan>> split_multipart(const Octets& body,
                                               std::string_view boundary,
                                               const MimeLimits& limits) {
    if (boundary.empty() || boundary.size() > limits.boundary_bytes ||
        boundary.find_first_of("\r\n") != std::string_view::npos)
        return bad("mime.boundary", "multipart without a usable boundary");
    const std::string delimiter = "--" + std::string(boundary);
    Scanner scanner(body);
    std::vector<OctetSpan> parts;
    auto at = find_delimiter(scanner, delimiter, 0);
    if (!at) return std::move(at).error();
    if (!at->is) return bad("mime.multipart", "multipart holds no part");
    while (true) {
        const auto after = certs::take_octets(body, at->at + delimiter.size(), 2);
        if (!after) return after.error();
        if (*after == "--") break;
        const auto start = behind_line(scanner, at->at + delimiter.size());
        if (!start) return start.error();
        auto next = find_delimiter(scanner, delimiter, *start);
        if (!next) return std::move(next).error();
        if (!next->is)
            return bad("mime.multipart",
                       "multipart has no closing delimiter: it was cut or damaged");
        if (parts.size() == limits.parts) return bad("mime.limit", "multipart has too many parts");
        const auto part = part_between(body, *start, next->at);
        if (!part) return part.error();
        parts.push_back(*part);
        at = next;
    }
    if (parts.empty()) return bad("mime.multipart", "multipart holds no part");
    return parts;
}

bool is_identity_transfer(std::string_view encoding) {
    const std::string word = parse_parameterised(encoding).value;
    return word != "base64" && word != "quoted-printable";
}

Status decode_transfer(const Octets& body,
                       std::string_view encoding,
                       const certs::OctetSink& sink) {
    const std::string word = parse_parameterised(encoding).value;
    if (word == "quoted-printable") {
        if (body.size() > LargestQuotedPrintable)
            return bad("mime.limit", "quoted-printable text is too long");
        const auto text = certs::take_octets(body, 0, LargestQuotedPrintable);
        if (!text) return text.error();
        const auto decoded = decode_transfer(BytesView(*text), encoding);
        return decoded ? sink(*decoded) : Status(decoded.error());
    }
    if (word != "base64") return certs::pour(body, sink);
    Base64Decoder decoder;
    const Status poured =
        certs::pour(body, [&](BytesView piece) { return decoder.pass(piece, sink); });
    return poured ? decoder.finish(sink) : poured;
}

}  // namespace sallyport::transports
