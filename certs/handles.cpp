// SPDX-License-Identifier: Apache-2.0
#include "certs/handles.h"

#include "gateway/base/digest.h"

#include <openssl/bn.h>
#include <openssl/err.h>

#include <array>
#include <climits>
#include <ctime>
#include <utility>

namespace sallyport::certs {
namespace {

std::string name_text(const X509_NAME* name) {
    const BioPtr out = memory_bio();
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    return bio_octets(out.get());
}

std::string serial_text(const ASN1_INTEGER* serial) {
    const BignumPtr number(ASN1_INTEGER_to_BN(serial, nullptr));
    if (!number) return {};
    char* text = BN_bn2hex(number.get());
    std::string result(text == nullptr ? "" : text);
    OPENSSL_free(text);
    return result;
}

Instant instant_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return Instant{};
    const std::chrono::year_month_day day{
        std::chrono::year(parts.tm_year + 1900),
        std::chrono::month(static_cast<unsigned>(parts.tm_mon) + 1U),
        std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
    return std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) +
           std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
}

}  // namespace

void free_x509_stack(STACK_OF(X509) * stack) {
    sk_X509_pop_free(stack, X509_free);
}

std::string drain_openssl_errors() {
    std::string text;
    while (const unsigned long code = ERR_get_error()) {
        const char* reason = ERR_reason_error_string(code);
        const char* library = ERR_lib_error_string(code);
        if (!text.empty()) text += "; ";
        text += reason == nullptr ? "unnamed error" : reason;
        if (library != nullptr) text += std::string(" (") + library + ")";
    }
    return text;
}

Error openssl_error(std::string_view code, Blame blame, std::string what) {
    const std::string said = drain_openssl_errors();
    if (!said.empty()) what += ": " + said;
    return Error(code, blame, std::move(what));
}

BioPtr memory_bio(BytesView octets) {
    if (octets.size() > INT_MAX) return nullptr;
    // A null pointer is refused even for no octets.
    const void* start = octets.empty() ? "" : octets.data();
    return BioPtr(BIO_new_mem_buf(start, static_cast<int>(octets.size())));
}

BioPtr memory_bio() {
    return BioPtr(BIO_new(BIO_s_mem()));
}

Bytes bio_octets(BIO* memory) {
    char* start = nullptr;
    const long size = BIO_get_mem_data(memory, &start);
    return size <= 0 ? Bytes() : Bytes(start, static_cast<std::size_t>(size));
}

std::string identify(const X509_NAME* issuer, const ASN1_INTEGER* serial) {
    return "issuer " + name_text(issuer) + " serial " + serial_text(serial);
}

Result<Certificate> wrap_certificate(X509Ptr handle) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(handle.get(), &der);
    if (size <= 0)
        return openssl_error(
            "certs.certificate.unreadable", Blame::Operator, "certificate cannot be encoded");
    auto native = std::make_shared<CertificateNative>();
    native->fingerprint =
        sha256_hex(BytesView(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)));
    OPENSSL_free(der);
    native->subject = name_text(X509_get_subject_name(handle.get()));
    native->issuer = name_text(X509_get_issuer_name(handle.get()));
    native->serial = serial_text(X509_get0_serialNumber(handle.get()));
    native->not_before = instant_of(X509_get0_notBefore(handle.get()));
    native->not_after = instant_of(X509_get0_notAfter(handle.get()));
    // Fills OpenSSL's cache of extensions now, so that later readers on many threads only read.
    X509_check_purpose(handle.get(), -1, 0);
    drain_openssl_errors();
    native->handle = std::move(handle);
    return Certificate(std::move(native));
}

}  // namespace sallyport::certs
