// SPDX-License-Identifier: Apache-2.0
// CompressedData (RFC 3274) on zlib: Debian's OpenSSL is built without it.
#include "certs/compressed_data.h"

#include "certs/ber.h"
#include "certs/cms.h"
#include "certs/cms_names.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

// id-ct-compressedData, id-data and id-alg-zlibCompress (RFC 3274 section 1.1 and 2), content octets.
constexpr std::array<unsigned char, 11> CompressedDataOid{
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x09};
constexpr std::array<unsigned char, 9> DataOid{
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
constexpr std::array<unsigned char, 11> ZlibOid{
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x03, 0x08};

constexpr std::size_t RatioFrom = 1U << 20;

template <std::size_t Size>
BytesView view(const std::array<unsigned char, Size>& octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

Error failed(std::string_view what) {
    return Error("cms.decompression-failed",
                 Blame::Partner,
                 "message cannot be decompressed: " + std::string(what));
}

class Inflater {
public:
    Inflater() { m_ready = inflateInit(&m_stream) == Z_OK; }
    ~Inflater() {
        if (m_ready) inflateEnd(&m_stream);
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    Inflater(Inflater&&) = delete;
    Inflater& operator=(Inflater&&) = delete;

    Result<Bytes> run(BytesView compressed, const CmsLimits& limits) {
        if (!m_ready) return Error("cms.compress", Blame::Bug, "zlib cannot start");
        Bytes out;
        std::array<char, 64U << 10> chunk;  // NOLINT: filled by inflate()
        // zlib reads from, and never writes to, next_in; lengths are checked against INT_MAX by guarded_structure().
        m_stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));
        m_stream.avail_in = static_cast<uInt>(compressed.size());
        int state = Z_OK;
        while (state == Z_OK) {
            m_stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
            m_stream.avail_out = static_cast<uInt>(chunk.size());
            state = inflate(&m_stream, Z_NO_FLUSH);
            if (state != Z_OK && state != Z_STREAM_END)
                return failed("data are damaged or incomplete");
            out.append(chunk.data(), chunk.size() - m_stream.avail_out);
            const std::size_t consumed =
                std::max<std::size_t>(compressed.size() - m_stream.avail_in, 1);
            if (out.size() > limits.inflated_bytes ||
                (out.size() > RatioFrom && out.size() / consumed > limits.inflation_ratio))
                return Error(
                    "cms.limit", Blame::Partner, "compressed message grows beyond the limit");
        }
        if (m_stream.avail_in != 0) return failed("octets follow the compressed data");
        return out;
    }

private:
    z_stream m_stream{};
    bool m_ready = false;
};

// CompressedData ::= SEQUENCE { version, compressionAlgorithm, encapContentInfo }
Result<Bytes> compressed_octets(BytesView compressed_data) {
    auto outer = BerReader(compressed_data).next(ber::Sequence);
    if (!outer) return std::move(outer).error();
    BerReader fields(outer->content);
    auto version = fields.next(ber::Integer);
    if (!version) return std::move(version).error();
    auto algorithm = fields.next(ber::Sequence);
    if (!algorithm) return std::move(algorithm).error();
    auto identifier = BerReader(algorithm->content).next(ber::ObjectId);
    if (!identifier) return std::move(identifier).error();
    if (identifier->content != view(ZlibOid)) return failed("the algorithm is not zlib");
    auto content = fields.next(ber::Sequence);
    if (!content) return std::move(content).error();
    BerReader inner(content->content);
    auto type = inner.next(ber::ObjectId);
    if (!type) return std::move(type).error();
    auto wrapper = inner.next(ber::Context0);
    if (!wrapper) return std::move(wrapper).error();
    auto octets = BerReader(wrapper->content).next();
    if (!octets) return std::move(octets).error();
    if (octets->tag != ber::OctetString && octets->tag != ber::OctetStringParts)
        return failed("the content is not an octet string");
    return octet_string(*octets);
}

}  // namespace

Bytes zlib_oid() {
    return write_element(ber::ObjectId, view(ZlibOid));
}
Bytes data_oid() {
    return write_element(ber::ObjectId, view(DataOid));
}

Result<Bytes> compress(BytesView content) {
    uLongf size = compressBound(content.size());
    Bytes packed(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(packed.data()),
                  &size,
                  reinterpret_cast<const Bytef*>(content.data()),
                  content.size(),
                  Z_DEFAULT_COMPRESSION) != Z_OK)
        return Error("cms.compress", Blame::Bug, "message cannot be compressed");
    packed.resize(size);
    const Bytes encapsulated =
        write_element(ber::ObjectId, view(DataOid)) +
        write_element(ber::Context0, write_element(ber::OctetString, packed));
    const Bytes compressed_data =
        write_element(ber::Integer, BytesView("\0", 1)) +
        write_element(ber::Sequence, write_element(ber::ObjectId, view(ZlibOid))) +
        write_element(ber::Sequence, encapsulated);
    return write_element(
        ber::Sequence,
        write_element(ber::ObjectId, view(CompressedDataOid)) +
            write_element(ber::Context0, write_element(ber::Sequence, compressed_data)));
}

Result<Bytes> decompress(BytesView compressed, const CmsLimits& limits) {
    auto structure = guarded_structure(compressed, limits);
    if (!structure) return std::move(structure).error();
    auto parts = read_content_info(*structure);
    if (!parts) return std::move(parts).error();
    if (parts->kind != ContentKind::Compressed)
        return failed("the structure is not CompressedData");
    auto octets = compressed_octets(parts->content);
    if (!octets) return std::move(octets).error();
    return Inflater().run(*octets, limits);
}

}  // namespace sallyport::certs
