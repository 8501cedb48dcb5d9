// SPDX-License-Identifier: Apache-2.0
// CompressedData (RFC 3274) in constant memory. What deflate makes of the content is longer than known beforehand, so it is
// written in parts with indefinite lengths (X.690 8.7), as Java peers do.
#include "certs/ber.h"
#include "certs/ber_stream.h"
#include "certs/cms_names.h"
#include "certs/cms_stream.h"
#include "certs/compressed_data.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

constexpr std::uint64_t RatioFrom = std::uint64_t{1} << 20U;

Error failed(std::string_view what) {
    return Error("cms.decompression-failed",
                 Blame::Partner,
                 "message cannot be decompressed: " + std::string(what));
}

class StreamInflater {
public:
    explicit StreamInflater(const CmsLimits& limits) : m_limits(limits) {
        m_ready = inflateInit(&m_stream) == Z_OK;
    }
    ~StreamInflater() {
        if (m_ready) inflateEnd(&m_stream);
    }
    StreamInflater(const StreamInflater&) = delete;
    StreamInflater& operator=(const StreamInflater&) = delete;
    StreamInflater(StreamInflater&&) = delete;
    StreamInflater& operator=(StreamInflater&&) = delete;

    Status pass(BytesView octets, const OctetSink& sink) {
        if (!m_ready) return Error("cms.compress", Blame::Bug, "zlib cannot start");
        if (m_done && !octets.empty()) return failed("octets follow the compressed data");
        // zlib reads from, and never writes to, next_in.
        m_stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(octets.data()));
        m_stream.avail_in = static_cast<uInt>(octets.size());
        m_in += octets.size();
        do {
            m_stream.next_out = reinterpret_cast<Bytef*>(m_chunk.data());
            m_stream.avail_out = static_cast<uInt>(m_chunk.size());
            const int state = inflate(&m_stream, Z_NO_FLUSH);
            if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
                return failed("data are damaged or incomplete");
            m_done = state == Z_STREAM_END;
            const auto made = m_chunk.size() - m_stream.avail_out;
            m_out += made;
            const std::uint64_t consumed = std::max<std::uint64_t>(m_in - m_stream.avail_in, 1);
            if (m_out > m_limits.inflated_bytes ||
                (m_out > RatioFrom && m_out / consumed > m_limits.inflation_ratio))
                return Error(
                    "cms.limit", Blame::Partner, "compressed message grows beyond the limit");
            if (Status taken = sink(BytesView(m_chunk.data(), made)); !taken) return taken;
        } while (!m_done && (m_stream.avail_in != 0 || m_stream.avail_out == 0));
        if (m_done && m_stream.avail_in != 0) return failed("octets follow the compressed data");
        return {};
    }
    Status finish() const {
        return m_done ? Status() : Status(failed("data are damaged or incomplete"));
    }

private:
    const CmsLimits& m_limits;
    z_stream m_stream{};
    std::array<char, OctetPiece> m_chunk{};
    std::uint64_t m_in = 0;
    std::uint64_t m_out = 0;
    bool m_ready = false;
    bool m_done = false;
};

Status check_algorithm(const Bytes& algorithm) {
    const auto outer = BerReader(algorithm).next(ber::Sequence);
    if (!outer) return outer.error();
    const auto identifier = BerReader(outer->content).next(ber::ObjectId);
    if (!identifier) return identifier.error();
    if (identifier->whole != zlib_oid()) return failed("the algorithm is not zlib");
    return {};
}

// Up to the OCTET STRING that holds the compressed octets.
Status enter_content(BerStream& stream) {
    if (Status in = stream.enter(ber::Sequence); !in) return in;
    const auto type = stream.whole(ber::ObjectId);
    if (!type) return type.error();
    const auto oid = BerReader(*type).next();
    if (!oid || kind_of_oid(oid->content) != ContentKind::Compressed)
        return failed("the structure is not CompressedData");
    if (Status in = stream.enter(ber::Context0); !in) return in;
    if (Status in = stream.enter(ber::Sequence); !in) return in;
    if (const auto version = stream.whole(ber::Integer); !version) return version.error();
    const auto algorithm = stream.whole(ber::Sequence);
    if (!algorithm) return algorithm.error();
    if (Status known = check_algorithm(*algorithm); !known) return known;
    if (Status in = stream.enter(ber::Sequence); !in) return in;
    if (const auto inner = stream.whole(ber::ObjectId); !inner) return inner.error();
    if (Status in = stream.enter(ber::Context0); !in) return in;
    const auto tag = stream.peek_tag();
    if (!tag) return tag.error();
    if (*tag != ber::OctetString && *tag != ber::OctetStringParts)
        return failed("the content is not an octet string");
    return {};
}

class StreamDeflater {
public:
    StreamDeflater() { m_ready = deflateInit(&m_stream, Z_DEFAULT_COMPRESSION) == Z_OK; }
    ~StreamDeflater() {
        if (m_ready) deflateEnd(&m_stream);
    }
    StreamDeflater(const StreamDeflater&) = delete;
    StreamDeflater& operator=(const StreamDeflater&) = delete;
    StreamDeflater(StreamDeflater&&) = delete;
    StreamDeflater& operator=(StreamDeflater&&) = delete;

    // Each full piece becomes one part of the OCTET STRING.
    Status pass(BytesView octets, bool last, const OctetSink& sink) {
        if (!m_ready) return Error("cms.compress", Blame::Bug, "zlib cannot start");
        m_stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(octets.data()));
        m_stream.avail_in = static_cast<uInt>(octets.size());
        int state = Z_OK;
        do {
            m_stream.next_out = reinterpret_cast<Bytef*>(m_chunk.data());
            m_stream.avail_out = static_cast<uInt>(m_chunk.size());
            state = deflate(&m_stream, last ? Z_FINISH : Z_NO_FLUSH);
            if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
                return Error("cms.compress", Blame::Bug, "message cannot be compressed");
            const BytesView made(m_chunk.data(), m_chunk.size() - m_stream.avail_out);
            if (made.empty()) continue;
            if (Status taken = sink(write_element(ber::OctetString, made)); !taken) return taken;
        } while (m_stream.avail_out == 0 || (last && state != Z_STREAM_END));
        return {};
    }

private:
    z_stream m_stream{};
    std::array<char, OctetPiece> m_chunk{};
    bool m_ready = false;
};

}  // namespace

Status inflate_stream(const Octets& compressed, const CmsLimits& limits, const OctetSink& sink) {
    BerStream stream(compressed, {.depth = limits.depth, .elements = limits.elements});
    if (Status entered = enter_content(stream); !entered) return entered;
    StreamInflater inflater(limits);
    const Status passed =
        stream.octet_string([&](BytesView octets) { return inflater.pass(octets, sink); });
    return passed ? inflater.finish() : passed;
}

Status deflate_stream(const Octets& content, const OctetSink& sink) {
    constexpr std::string_view SequenceOpen("\x30\x80", 2);
    constexpr std::string_view ContextOpen("\xA0\x80", 2);
    constexpr std::string_view PartsOpen("\x24\x80", 2);
    const Bytes head = Bytes(SequenceOpen) + content_info_oid(ContentKind::Compressed) +
                       Bytes(ContextOpen) + Bytes(SequenceOpen) +
                       write_element(ber::Integer, BytesView("\0", 1)) +
                       write_element(ber::Sequence, zlib_oid()) + Bytes(SequenceOpen) + data_oid() +
                       Bytes(ContextOpen) + Bytes(PartsOpen);
    if (Status taken = sink(head); !taken) return taken;
    StreamDeflater deflater;
    const Status poured =
        pour(content, [&](BytesView piece) { return deflater.pass(piece, false, sink); });
    if (!poured) return poured;
    if (Status ended = deflater.pass({}, true, sink); !ended) return ended;
    return sink(Bytes(12, '\0'));  // six ends of contents
}

}  // namespace sallyport::certs
