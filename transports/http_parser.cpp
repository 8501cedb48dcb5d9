// SPDX-License-Identifier: Apache-2.0
#include "transports/http_parser.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace sallyport::transports {
namespace {

struct CodeStatus {
    std::string_view code;
    int status;
};
constexpr std::array<CodeStatus, 9> Statuses{{
    {"http.header.large", 431},
    {"http.header.count", 431},
    {"http.target.long", 414},
    {"http.version", 505},
    {"http.transfer-encoding.unknown", 501},
    {"http.body.large", 413},
    {"http.expect", 417},
    {"http.busy", 503},
    {"http.spool", 503},
}};

struct Reason {
    int status;
    std::string_view text;
};
constexpr std::array<Reason, 32> Reasons{{
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {505, "HTTP Version Not Supported"},
}};

Error refused(std::string_view code, std::string what) {
    return Error(code, Blame::Partner, std::move(what));
}

bool is_token(std::string_view text) {
    constexpr std::string_view Marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               Marks.find(c) != std::string_view::npos;
    });
}

bool is_control(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < 0x20U && c != '\t') || octet == 0x7FU;
}

bool is_framing_field(std::string_view name) {
    return equal_no_case(name, "Content-Length") || equal_no_case(name, "Transfer-Encoding") ||
           equal_no_case(name, "Host") || equal_no_case(name, "Connection") ||
           equal_no_case(name, "Expect");
}

// Lines without their CR LF; the caller has made sure that every LF follows a CR.
std::vector<BytesView> lines_of(BytesView text) {
    std::vector<BytesView> lines;
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == BytesView::npos ? text.size() : end + 2);
    }
    return lines;
}

Status check_host(const HttpRequest& request) {
    const std::size_t count = count_header(request.headers, "Host");
    if (count > 1) return refused("http.host", "request has more than one Host field");
    if (count == 0) {
        if (request.minor == 0) return {};
        return refused("http.host", "HTTP/1.1 request without a Host field");
    }
    const std::string_view host = header_or_empty(request.headers, "Host");
    const bool clean = std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view("-._~:[]%").find(c) != std::string_view::npos;
    });
    if (!clean) return refused("http.host", "Host field is not a host and port");
    return {};
}

// Origin form, absolute form or "*" (RFC 9112 3.2).
Status split_target(HttpRequest& request) {
    std::string_view rest = request.target;
    const bool clean = std::all_of(rest.begin(), rest.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet > 0x20U && octet < 0x7FU && c != '#';
    });
    if (!clean || rest.empty())
        return refused("http.target", "request target holds octets no target may hold");
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equal_no_case(rest.substr(0, scheme.size()), scheme)) continue;
        const auto slash = rest.find('/', scheme.size());
        rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    }
    if (rest[0] != '/' && !(rest == "*" && request.method == "OPTIONS"))
        return refused("http.target", "request target is neither a path nor a URL");
    const auto question = rest.find('?');
    request.path = rest.substr(0, question);
    if (question != std::string_view::npos) request.query = rest.substr(question + 1);
    return {};
}

Status parse_request_line(BytesView line, const HttpLimits& limits, HttpRequest& request) {
    const auto first = line.find(' ');
    const auto second = first == BytesView::npos ? first : line.find(' ', first + 1);
    if (second == BytesView::npos || line.find(' ', second + 1) != BytesView::npos)
        return refused("http.request-line", "request line is not METHOD TARGET VERSION");
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, second - first - 1);
    const BytesView version = line.substr(second + 1);
    if (!is_token(request.method)) return refused("http.request-line", "method is not a token");
    if (request.target.size() > limits.target_bytes)
        return refused("http.target.long", "request target is too long");
    if (!version.starts_with("HTTP/") || version.size() != 8 || version[6] != '.')
        return refused("http.request-line", "no HTTP version");
    if (version[5] != '1' || version[7] < '0' || version[7] > '9')
        return refused("http.version", "only HTTP/1.1 and HTTP/1.0 are spoken here");
    request.minor = version[7] == '0' ? 0 : 1;
    return split_target(request);
}

}  // namespace

int http_status_of(const Error& error) {
    for (const auto& entry : Statuses)
        if (entry.code == error.code()) return entry.status;
    return 400;
}

std::string_view http_reason(int status) {
    for (const auto& entry : Reasons)
        if (entry.status == status) return entry.text;
    return status == 503 ? "Service Unavailable" : "Status";
}

Result<std::size_t> find_head_end(BytesView buffer, std::size_t from, const HttpLimits& limits) {
    for (auto at = buffer.find('\n', from); at != BytesView::npos; at = buffer.find('\n', at + 1)) {
        if (at == 0 || buffer[at - 1] != '\r')
            return refused("http.bare-lf", "a header line ends with LF alone");
        if (at + 1 > limits.header_bytes) break;
        if (at >= 3 && buffer[at - 2] == '\n') return at + 1;
    }
    if (buffer.size() > limits.header_bytes)
        return refused("http.header.large",
                       "header is longer than " + std::to_string(limits.header_bytes) + " octets");
    return std::size_t{0};
}

Result<HeaderList> parse_fields(BytesView lines, const HttpLimits& limits) {
    HeaderList headers;
    for (const BytesView line : lines_of(lines)) {
        if (std::any_of(line.begin(), line.end(), is_control))
            return refused("http.header.value", "a header field holds a control character");
        if (!line.empty() && (line[0] == ' ' || line[0] == '\t')) {
            if (headers.empty() || is_framing_field(headers.back().first))
                return refused("http.header.folded", "a line is folded where none may be");
            const BytesView more = trim(line);
            std::string& value = headers.back().second;
            if (!more.empty()) value += (value.empty() ? "" : " ") + std::string(more);
            continue;
        }
        const auto colon = line.find(':');
        if (colon == BytesView::npos || !is_token(line.substr(0, colon)))
            return refused("http.header.name", "a header line has no valid field name");
        if (headers.size() == limits.header_count)
            return refused("http.header.count",
                           "more than " + std::to_string(limits.header_count) + " fields");
        headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    return headers;
}

Result<HttpRequest> parse_head(BytesView head, const HttpLimits& limits) {
    HttpRequest request;
    const auto line_end = head.find("\r\n");
    if (line_end == BytesView::npos || !head.ends_with("\r\n\r\n"))
        return refused("http.request-line", "request has no complete header");
    const auto parsed = parse_request_line(head.substr(0, line_end), limits, request);
    if (!parsed) return parsed.error();
    request.header_block = head.substr(line_end + 2);
    auto headers = parse_fields(
        BytesView(request.header_block).substr(0, request.header_block.size() - 2), limits);
    if (!headers) return std::move(headers).error();
    request.headers = *std::move(headers);
    const auto host = check_host(request);
    if (!host) return host.error();
    return request;
}

Result<HttpFraming> decide_framing(const HttpRequest& head) {
    const std::size_t lengths = count_header(head.headers, "Content-Length");
    const std::size_t encodings = count_header(head.headers, "Transfer-Encoding");
    if (lengths > 0 && encodings > 0)
        return refused("http.framing.both",
                       "request has both Content-Length and Transfer-Encoding");
    if (lengths > 1) return refused("http.length", "request has more than one Content-Length");
    if (encodings > 1)
        return refused("http.transfer-encoding", "request has more than one Transfer-Encoding");
    if (encodings == 1) {
        if (head.minor == 0)
            return refused("http.transfer-encoding", "Transfer-Encoding in an HTTP/1.0 request");
        if (!equal_no_case(header_or_empty(head.headers, "Transfer-Encoding"), "chunked"))
            return refused("http.transfer-encoding.unknown",
                           "the only transfer encoding taken is chunked");
        return HttpFraming{.kind = BodyFraming::Chunked};
    }
    if (lengths == 0) return HttpFraming{};
    const std::string_view text = header_or_empty(head.headers, "Content-Length");
    HttpFraming framing{.kind = BodyFraming::Length};
    // 19 digits stay below 2^64; leading zeros are legal.
    const std::string_view digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
    if (text.empty() || digits.size() > 19 ||
        text.find_first_not_of("0123456789") != std::string_view::npos)
        return refused("http.length", "Content-Length is not a number");
    for (const char c : digits)
        framing.length = framing.length * 10 + static_cast<std::uint64_t>(c - '0');
    return framing;
}

bool wants_keep_alive(const HttpRequest& head) {
    bool keep = head.minor > 0;
    for (const auto& [name, value] : head.headers) {
        if (!equal_no_case(name, "Connection")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            const std::string_view option = trim(rest.substr(0, comma));
            if (equal_no_case(option, "close")) return false;
            if (equal_no_case(option, "keep-alive")) keep = true;
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return keep;
}

Status ChunkedDecoder::size_line(BytesView text) {
    std::size_t digits = 0;
    m_left = 0;
    for (; digits < text.size(); ++digits) {
        const char c = text[digits];
        unsigned value = 0;
        if (c >= '0' && c <= '9')
            value = static_cast<unsigned>(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            value = static_cast<unsigned>((c | 0x20) - 'a') + 10U;
        else
            break;
        if (m_left >> 59U != 0) return refused("http.chunk", "chunk size is too large");
        m_left = m_left << 4U | value;
    }
    // Blanks before an extension, and before the line's end, are seen from real peers.
    const BytesView rest = trim(text.substr(digits));
    if (digits == 0 || digits > 16 || (!rest.empty() && rest[0] != ';') ||
        std::any_of(rest.begin(), rest.end(), is_control))
        return refused("http.chunk", "chunk size is not a hexadecimal number");
    if (m_left > m_max_body_bytes - m_total)
        return refused("http.body.large",
                       "body is longer than " + std::to_string(m_max_body_bytes) + " octets");
    m_total += m_left;
    m_state = m_left == 0 ? State::Trailer : State::Data;
    return {};
}

Status ChunkedDecoder::line(Bytes text) {
    if (m_state == State::Size) return size_line(text);
    if (!text.empty()) {
        m_trailer += text + "\r\n";
        if (m_trailer.size() > m_limits.header_bytes)
            return refused("http.header.large", "trailer fields are too long");
        return {};
    }
    const auto fields = parse_fields(m_trailer, m_limits);
    if (!fields) return fields.error();
    for (const auto& field : *fields)
        if (is_framing_field(field.first))
            return refused("http.trailer", "a trailer field may not frame the message");
    m_state = State::Done;
    return {};
}

Status ChunkedDecoder::data_end(char octet) {
    if (octet != (m_data_cr ? '\n' : '\r'))
        return refused("http.chunk", "chunk data do not end where they should");
    if (m_data_cr) m_state = State::Size;
    m_data_cr = !m_data_cr;
    return {};
}

Result<std::size_t> ChunkedDecoder::feed(BytesView input, Bytes& body) {
    std::size_t at = 0;
    while (at < input.size() && m_state != State::Done) {
        Status status;
        if (m_state == State::Data) {
            const std::size_t take = std::min(m_left, input.size() - at);
            body.append(input.substr(at, take));
            at += take;
            m_left -= take;
            if (m_left == 0) m_state = State::DataEnd;
            continue;
        }
        const char octet = input[at++];
        if (m_state == State::DataEnd) {
            status = data_end(octet);
        } else if (octet != '\n') {
            m_line += octet;
            const std::size_t limit =
                m_state == State::Size ? m_limits.chunk_line_bytes : m_limits.header_bytes;
            if (m_line.size() > limit) return refused("http.chunk", "chunk line is too long");
        } else if (m_line.empty() || m_line.back() != '\r') {
            return refused("http.chunk", "a chunk line ends with LF alone");
        } else {
            m_line.pop_back();
            status = line(std::exchange(m_line, {}));
        }
        if (!status) return status.error();
    }
    return at;
}

}  // namespace sallyport::transports
