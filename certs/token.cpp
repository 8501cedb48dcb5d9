// SPDX-License-Identifier: Apache-2.0
// libp11's engine "pkcs11" (Debian: libengine-pkcs11-openssl). OpenSSL 3.0 marks the ENGINE interface as deprecated and keeps
// it; this is the only file that uses it.
#include "certs/token.h"

#include "certs/handles.h"

#include <openssl/engine.h>
#include <openssl/err.h>

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace sallyport::certs {
namespace {

constexpr std::string_view Scheme = "pkcs11:";

Error no_module(std::string what) {
    return openssl_error("certs.token.module", Blame::Operator, std::move(what))
        .remedy("install libengine-pkcs11-openssl and name the token's library in pkcs11.module");
}

// One for the process: the engine keeps its sessions and logins for as long as keys of it live, which may be the whole run.
// Released by OpenSSL at exit.
struct Engine {
    std::mutex mutex;
    ENGINE* handle = nullptr;  // with a functional reference
    std::string module;
};

Engine& engine() {
    static Engine one;
    return one;
}

Status open(Engine& one, const std::filesystem::path& module) {
    if (one.handle != nullptr) {
        if (one.module == module.string()) return {};
        return Error("certs.token.module",
                     Blame::Operator,
                     "this process works with the library " + one.module +
                         " and cannot load a second one, " + module.string())
            .remedy("restart the gateway after a change of pkcs11.module");
    }
    ENGINE_load_dynamic();
    ENGINE* found = ENGINE_by_id("pkcs11");
    if (found == nullptr) return no_module("OpenSSL has no engine for PKCS#11");
    const bool ready = ENGINE_ctrl_cmd_string(found, "MODULE_PATH", module.c_str(), 0) == 1 &&
                       ENGINE_ctrl_cmd(found, "QUIET", 0, nullptr, nullptr, 0) == 1 &&
                       ENGINE_init(found) == 1;
    ENGINE_free(found);  // the structural reference; ENGINE_init() took one of its own
    if (!ready) return no_module("the library " + module.string() + " cannot be loaded");
    one.handle = found;
    one.module = module.string();
    return {};
}

Status check_uri(std::string_view uri) {
    const bool shaped = is_token_uri(uri) && uri.size() > Scheme.size() &&
                        uri.find('\0') == uri.npos &&
                        (uri.find("object=") != uri.npos || uri.find("id=") != uri.npos);
    if (!shaped)
        return Error("certs.token.uri",
                     Blame::Operator,
                     "a token's key is named by a URI such as pkcs11:token=edi;object=as2-2026");
    if (uri.find("pin-value") != uri.npos || uri.find("pin-source") != uri.npos)
        return Error("certs.token.uri",
                     Blame::Operator,
                     "the PIN must not stand in the URI: files are copied, backed up and shown")
            .remedy("name it as the key's passphrase: file:, env: or credential:");
    return {};
}

}  // namespace

bool is_token_uri(std::string_view reference) {
    return reference.starts_with(Scheme);
}

Result<PrivateKey> load_token_key(std::string_view uri,
                                  const Secret& pin,
                                  const std::filesystem::path& module) {
    if (Status sound = check_uri(uri); !sound) return std::move(sound).error();
    if (pin.empty())  // the engine would ask at a terminal
        return Error("certs.token.key", Blame::Operator, "no PIN is given for " + std::string(uri))
            .remedy("name it as the key's passphrase: file:, env: or credential:");
    Engine& one = engine();
    const std::lock_guard lock(one.mutex);
    if (Status opened = open(one, module); !opened) return std::move(opened).error();
    // Not as pin-value in the URI: the engine writes the URI to standard error when it finds no key. Tokens may have different
    // PINs, so each key brings its own.
    const std::string name(uri);
    const Secret word(std::string(pin.reveal()) + '\0');
    KeyPtr handle;
    if (ENGINE_ctrl_cmd_string(one.handle, "PIN", word.reveal().data(), 0) == 1)
        handle.reset(ENGINE_load_private_key(one.handle, name.c_str(), nullptr, nullptr));
    if (!handle) {
        ERR_clear_error();
        return Error("certs.token.key",
                     Blame::Operator,
                     "the token has no private key " + std::string(uri) +
                         ", or the PIN does not open it")
            .remedy("compare with: pkcs11-tool --module " + module.string() +
                    " --login --list-objects");
    }
    auto native = std::make_shared<PrivateKeyNative>();
    native->handle = std::move(handle);
    return PrivateKey(std::move(native));
}

}  // namespace sallyport::certs
