// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/host_key.h"

#include "gateway/base/file.h"
#include "transports/sftp/ssh_handles.h"

#include <utility>

namespace sallyport::sftp {

namespace {

Error bad_key(std::string what) {
    return Error("sftp.key", Blame::Operator, std::move(what))
        .remedy("give a key without passphrase, as ssh-keygen writes it");
}

Result<PublicHalf> describe(ssh_key key) {
    PublicHalf half;
    half.type = ssh_key_type_to_char(ssh_key_type(key));
    char* text = nullptr;
    if (ssh_pki_export_pubkey_base64(key, &text) != SSH_OK) return bad_key("the key is not usable");
    half.base64 = SshTextPtr(text).get();
    unsigned char* digest = nullptr;
    std::size_t length = 0;
    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &digest, &length) != 0)
        return bad_key("the key has no fingerprint");
    const SshTextPtr shown(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, digest, length));
    ssh_clean_pubkey_hash(&digest);
    half.fingerprint = shown ? shown.get() : "";
    return half;
}

}  // namespace

Result<Secret> generate_key(KeyType type) {
    ssh_key raw = nullptr;
    const bool ed = type == KeyType::Ed25519;
    if (ssh_pki_generate(ed ? SSH_KEYTYPE_ED25519 : SSH_KEYTYPE_ECDSA_P256, ed ? 0 : 256, &raw) !=
        SSH_OK)
        return Error("sftp.key", Blame::Bug, "generating a host key failed");
    const KeyPtr key(raw);
    char* text = nullptr;
    if (ssh_pki_export_privkey_base64(key.get(), nullptr, nullptr, nullptr, &text) != SSH_OK)
        return Error("sftp.key", Blame::Bug, "writing a host key failed");
    return Secret(SshTextPtr(text).get());
}

Status write_new_key(KeyType type, const std::filesystem::path& file) {
    auto key = generate_key(type);
    if (!key) return std::move(key).error();
    return write_file_durably(file, key->reveal(), 0600);
}

Result<PublicHalf> public_half(const Secret& private_key) {
    ssh_key raw = nullptr;
    const std::string pem(private_key.reveal());
    if (ssh_pki_import_privkey_base64(pem.c_str(), nullptr, nullptr, nullptr, &raw) != SSH_OK)
        return bad_key("this is no private key");
    const KeyPtr key(raw);
    return describe(key.get());
}

Result<PublicHalf> read_public_key(const std::string& line) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos) return bad_key("a public key is \"TYPE BASE64\"");
    const std::string type = line.substr(0, blank);
    const std::string rest = line.substr(blank + 1);
    const std::string base64 = rest.substr(0, rest.find_first_of(" \r\n"));
    ssh_key raw = nullptr;
    const auto known = ssh_key_type_from_name(type.c_str());
    if (known == SSH_KEYTYPE_UNKNOWN || known == SSH_KEYTYPE_DSS)
        return bad_key("keys of type " + type + " are not taken");
    if (ssh_pki_import_pubkey_base64(base64.c_str(), known, &raw) != SSH_OK)
        return bad_key("this is no public key of type " + type);
    const KeyPtr key(raw);
    return describe(key.get());
}

}  // namespace sallyport::sftp
