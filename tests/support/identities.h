// SPDX-License-Identifier: Apache-2.0
// The fixed test keys of tests/golden/as2/keys. For test programs that link gw_certs.
#pragma once

#include "certs/keys.h"
#include "gateway/base/file.h"

#include <stdexcept>
#include <string>

namespace sallyport::testing_support {

inline std::string key_path(const std::string& file) {
    return std::string(SALLYPORT_GOLDEN_DIR) + "/as2/keys/" + file;
}

// "gateway", "partner", "partner-next", "stranger" (RSA 2048), "partner-ec" (P-256).
inline certs::Identity test_identity(const std::string& name) {
    auto key_pem = read_file(key_path(name + ".key"), 65536);
    auto certificate_pem = read_file(key_path(name + ".pem"), 65536);
    if (!key_pem || !certificate_pem) throw std::runtime_error("no test key " + name);
    auto key = certs::load_private_key(Secret(*std::move(key_pem)));
    auto certificate = certs::load_certificate(*certificate_pem);
    if (!key || !certificate) throw std::runtime_error("unreadable test key " + name);
    auto identity = certs::make_identity(*std::move(key), *std::move(certificate));
    if (!identity) throw std::runtime_error("test key and certificate differ: " + name);
    return *std::move(identity);
}

}  // namespace sallyport::testing_support
