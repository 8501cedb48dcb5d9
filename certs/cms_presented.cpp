// SPDX-License-Identifier: Apache-2.0
// Which certificates a SignedData (RFC 5652 5.1) brings along for its signers. Kept apart from verification, which never looks
// at them.
#include "certs/cms.h"
#include "certs/cms_names.h"
#include "certs/handles.h"

#include <openssl/err.h>

#include <algorithm>
#include <utility>

namespace sallyport::certs {
namespace {

constexpr std::size_t MostPresented = 5;  // people compare them one by one
constexpr int MostCarried = 32;           // a chain is three or four

bool signs(STACK_OF(CMS_SignerInfo) * signers, X509* certificate) {
    for (int at = 0; at < sk_CMS_SignerInfo_num(signers); ++at)
        if (CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(signers, at), certificate) == 0)
            return true;
    return false;
}

}  // namespace

std::vector<Certificate> presented_signers(BytesView signed_data, const CmsLimits& limits) {
    std::vector<Certificate> presented;
    auto structure = guarded_structure(signed_data, limits);
    if (!structure) return presented;
    auto cms = decode_cms(*structure, limits);
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms->get())) != NID_pkcs7_signed) return presented;
    STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms->get());
    const X509StackPtr carried(CMS_get1_certs(cms->get()));
    const int count = carried ? std::min(sk_X509_num(carried.get()), MostCarried) : 0;
    for (int at = 0; at < count && presented.size() < MostPresented; ++at) {
        X509* certificate = sk_X509_value(carried.get(), at);
        if (!signs(signers, certificate) || X509_up_ref(certificate) != 1) continue;
        if (auto wrapped = wrap_certificate(X509Ptr(certificate)))
            presented.push_back(*std::move(wrapped));
    }
    ERR_clear_error();
    return presented;
}

}  // namespace sallyport::certs
