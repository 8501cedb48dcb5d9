// SPDX-License-Identifier: Apache-2.0
#include "certs/certs_only.h"

#include "certs/cms_names.h"
#include "certs/handles.h"

#include <openssl/err.h>

#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

Error unreadable(std::string what) {
    return Error("certs.only.unreadable", Blame::Partner, std::move(what))
        .remedy("ask the partner for PKCS#7 with certificates only, or for the certificate itself");
}

Error too_many(std::size_t count) {
    return {"certs.only.many",
            Blame::Partner,
            std::to_string(count) + " certificates at once, at most " +
                std::to_string(MostCertsOnly) + " are looked at"};
}

Result<std::vector<Certificate>> unpack(CMS_ContentInfo* cms) {
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
        return unreadable("it is CMS, but no SignedData");
    const X509StackPtr carried(CMS_get1_certs(cms));
    const int count = carried ? sk_X509_num(carried.get()) : 0;
    if (count <= 0) return unreadable("the SignedData holds no certificate");
    if (static_cast<std::size_t>(count) > MostCertsOnly)
        return too_many(static_cast<std::size_t>(count));
    std::vector<Certificate> certificates;
    for (int at = 0; at < count; ++at) {
        X509* certificate = sk_X509_value(carried.get(), at);
        if (X509_up_ref(certificate) != 1) return unreadable("a certificate cannot be kept");
        auto wrapped = wrap_certificate(X509Ptr(certificate));
        if (!wrapped) return unreadable("a certificate in it cannot be read");
        certificates.push_back(*std::move(wrapped));
    }
    return certificates;
}

}  // namespace

Result<std::vector<Certificate>> read_certs_only(BytesView octets, const CmsLimits& limits) {
    if (octets.starts_with("-----BEGIN CERTIFICATE-----")) {
        auto all = load_certificates(octets);
        if (!all) return unreadable("the PEM text holds no certificate that can be read");
        if (all->size() > MostCertsOnly) return too_many(all->size());
        return all;
    }
    auto structure = guarded_structure(octets, limits);
    if (!structure) return std::move(structure).error();
    auto cms = decode_cms(*structure, limits);
    if (cms) {
        auto certificates = unpack(cms->get());
        ERR_clear_error();
        return certificates;
    }
    auto bare = load_certificate(octets);
    ERR_clear_error();
    if (!bare) return unreadable("it is neither CMS nor a certificate");
    return std::vector<Certificate>{*std::move(bare)};
}

Result<Bytes> write_certs_only(const std::vector<Certificate>& certificates) {
    const X509StackPtr stack(sk_X509_new_null());
    bool whole = stack != nullptr && !certificates.empty();
    for (const Certificate& one : certificates) {
        X509* handle = one.native().handle.get();
        whole = whole && X509_up_ref(handle) == 1;
        if (!whole) break;
        if (sk_X509_push(stack.get(), handle) > 0) continue;
        X509_free(handle);
        whole = false;
    }
    // Without a signer there is nothing to finish: CMS_PARTIAL leaves the structure as it is, and detached it has no content.
    const CmsPtr cms(
        whole ? CMS_sign(
                    nullptr, nullptr, stack.get(), nullptr, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY)
              : nullptr);
    const BioPtr out = memory_bio();
    if (!cms || i2d_CMS_bio(out.get(), cms.get()) != 1)
        return openssl_error(
            "certs.only.unwritable", Blame::Bug, "certificates cannot be packed as PKCS#7");
    return bio_octets(out.get());
}

}  // namespace sallyport::certs
