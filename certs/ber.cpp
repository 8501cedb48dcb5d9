// SPDX-License-Identifier: Apache-2.0
#include "certs/ber.h"

#include <string>
#include <utility>
#include <vector>

namespace sallyport::certs {
namespace {

struct Header {
    std::uint8_t tag = 0;
    std::size_t size = 0;    // of identifier and length octets
    std::size_t length = 0;  // of the content, when definite
    bool indefinite = false;
};

Error malformed(std::string_view what, std::size_t offset) {
    return Error("cms.malformed",
                 Blame::Partner,
                 "cryptographic structure is damaged: " + std::string(what))
        .at({.source = {}, .byte = offset});
}

Result<Header> read_header(BytesView octets, std::size_t at) {
    const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(octets[i]); };
    if (octets.size() - at < 2) return malformed("an element ends inside its header", at);
    Header header{.tag = octet(at), .size = 2};
    // No structure of CMS or X.509 uses tag numbers of 31 and more.
    if ((header.tag & 0x1FU) == 0x1FU) return malformed("long tag number", at);
    const std::uint8_t first = octet(at + 1);
    if (first < 0x80U) {
        header.length = first;
    } else if (first == 0x80U) {
        if ((header.tag & 0x20U) == 0)
            return malformed("indefinite length of a primitive element", at);
        header.indefinite = true;
        return header;
    } else {
        const std::size_t count = first & 0x7FU;
        if (count > 8 || octets.size() - at - 2 < count) return malformed("unusable length", at);
        for (std::size_t i = 0; i < count; ++i)
            header.length = header.length << 8U | octet(at + 2 + i);
        header.size += count;
    }
    if (header.length > octets.size() - at - header.size)
        return malformed("an element is longer than what is there", at);
    return header;
}

struct Frame {
    std::size_t end = 0;  // when definite
    bool indefinite = false;
};

bool end_of_contents(BytesView octets, std::size_t at) {
    return octets.size() - at >= 2 && octets[at] == '\0' && octets[at + 1] == '\0';
}

// Leaves every level that ends at `at`.
void leave_definite(std::vector<Frame>& open, std::size_t at) {
    while (!open.empty() && !open.back().indefinite && open.back().end == at)
        open.pop_back();
}

std::size_t innermost_end(const std::vector<Frame>& open, std::size_t otherwise) {
    for (auto frame = open.rbegin(); frame != open.rend(); ++frame)
        if (!frame->indefinite) return frame->end;
    return otherwise;
}

}  // namespace

Result<std::size_t> check_ber(BytesView octets, unsigned depth, std::size_t elements) {
    const std::size_t allowed = elements + octets.size() / 512;
    std::vector<Frame> open;
    std::size_t at = 0;
    std::size_t count = 0;
    do {
        const std::size_t end = innermost_end(open, octets.size());
        if (!open.empty() && open.back().indefinite && end_of_contents(octets.substr(0, end), at)) {
            open.pop_back();
            at += 2;
            leave_definite(open, at);
            continue;
        }
        auto header = read_header(octets.substr(0, end), at);
        if (!header) return std::move(header).error();
        if (++count > allowed)
            return Error(
                "cms.limit", Blame::Partner, "cryptographic structure has too many elements");
        at += header->size;
        if ((header->tag & 0x20U) == 0) {
            at += header->length;
        } else if (open.size() >= depth) {
            return Error(
                "cms.limit", Blame::Partner, "cryptographic structure is nested too deeply");
        } else {
            open.push_back({.end = at + header->length, .indefinite = header->indefinite});
        }
        leave_definite(open, at);
    } while (!open.empty());
    return at;
}

Result<BerElement> BerReader::next() {
    auto header = read_header(m_rest, 0);
    if (!header) return std::move(header).error();
    BerElement element{.tag = header->tag, .whole = {}, .content = {}};
    if (header->indefinite) {
        auto size = check_ber(m_rest, 64, m_rest.size());
        if (!size) return std::move(size).error();
        element.whole = m_rest.substr(0, *size);
        element.content = element.whole.substr(header->size, *size - header->size - 2);
    } else {
        element.whole = m_rest.substr(0, header->size + header->length);
        element.content = element.whole.substr(header->size);
    }
    m_rest.remove_prefix(element.whole.size());
    return element;
}

Result<BerElement> BerReader::next(std::uint8_t tag) {
    if (peek_tag() != tag) return malformed("an element is missing or of another type", 0);
    return next();
}

Result<Bytes> octet_string(const BerElement& element) {
    if (!element.constructed()) return Bytes(element.content);
    Bytes octets;
    octets.reserve(element.content.size());
    // Parts within parts are legal BER; a list of views keeps the order without recursion.
    std::vector<BytesView> pending{element.content};
    while (!pending.empty()) {
        BytesView& level = pending.back();
        if (level.empty()) {
            pending.pop_back();
            continue;
        }
        BerReader reader(level);
        auto part = reader.next();
        if (!part) return std::move(part).error();
        level.remove_prefix(part->whole.size());
        if (part->tag == ber::OctetString)
            octets += part->content;
        else if (part->tag == ber::OctetStringParts && pending.size() < 32)
            pending.push_back(part->content);
        else
            return malformed("a part of an octet string is not one", 0);
    }
    return octets;
}

Bytes write_element(std::uint8_t tag, BytesView content) {
    Bytes octets(1, static_cast<char>(tag));
    std::size_t size = content.size();
    if (size < 0x80U) {
        octets += static_cast<char>(size);
    } else {
        Bytes length;
        for (; size != 0; size >>= 8U)
            length.insert(length.begin(), static_cast<char>(size & 0xFFU));
        octets += static_cast<char>(0x80U | length.size());
        octets += length;
    }
    octets += content;
    return octets;
}

}  // namespace sallyport::certs
