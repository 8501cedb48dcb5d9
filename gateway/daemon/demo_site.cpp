// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/demo_site.h"

#include "gateway/base/bytes.h"
#include "gateway/base/file.h"

#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

Result<certs::Identity> make_keys(const std::string& name, const Clock& clock) {
    const Instant now = clock.now();
    return certs::generate_self_signed({.common_name = name,
                                        .rsa_bits = 2048,
                                        .not_before = now - std::chrono::hours(1),
                                        .not_after = now + std::chrono::hours(24 * 30)});
}

Status write_keys(const std::filesystem::path& directory,
                  const std::string& name,
                  const certs::Identity& identity) {
    auto pem = identity.key.pem();
    if (!pem) return std::move(pem).error();
    if (Status done = write_file_durably(directory / (name + ".key"), pem->reveal(), 0600); !done)
        return done;
    return write_file_durably(directory / (name + ".pem"), identity.certificate.pem(), 0644);
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char octet : text) {
        if (octet == '"' || octet == '\\') out += '\\';
        out += octet;
    }
    return out + "\"";
}

std::string settings_text(const std::filesystem::path& directory,
                          const std::filesystem::path& data,
                          const DemoOdoo& odoo) {
    return "# Made by `sallyport demo`.\n"
           "state_directory = " +
           quoted((directory / "state").string()) +
           "\n"
           "schema_directory = " +
           quoted((data / "schemas").string()) +
           "\n"
           "mapping_directory = " +
           quoted((data / "maps").string()) +
           "\n"
           "partner_directory = \"partners\"\n"
           "log_level = \"info\"\n"
           "environment = \"test\"\n\n"
           "[as2]\n"
           "http = \"127.0.0.1:0\"\n\n"
           "[api]\n"
           "listen = \"127.0.0.1:0\"\n\n"
           "[limits]\n"
           "free_disk = \"16MiB\"\n\n"
           "[identity.main]\n"
           "as2_id = " +
           quoted(DemoGatewayId) +
           "\n"
           "key = \"file:gateway.key\"\n"
           "certificate = \"gateway.pem\"\n\n"
           "[odoo]\n"
           "enabled = true\n"
           "url = " +
           quoted(odoo.url) +
           "\n"
           "database = " +
           quoted(odoo.database) +
           "\n"
           "login = " +
           quoted(odoo.login) +
           "\n"
           "key = " +
           quoted("file:" + odoo.key_file.string()) + "\n";
}

std::string partner_text(const std::string& url) {
    return "# Made by `sallyport demo`.\n"
           "name = \"acme\"\n"
           "description = \"the partner of the demonstration\"\n\n"
           "[as2]\n"
           "id = " +
           quoted(DemoPartnerId) +
           "\n"
           "url = " +
           quoted(url) +
           "\n"
           "certificates = [\"../partner.pem\"]\n\n"
           "[x12]\n"
           "our_id = \"SALLYPORT\"\n"
           "their_id = \"ACMERETAIL\"\n\n"
           "[[documents]]\n"
           "direction = \"in\"\n"
           "version = \"004010\"\n"
           "set = \"850\"\n"
           "map = \"x12-850-base.map\"\n\n"
           "[odoo]\n"
           "customer = \"CUST-4711\"\n";
}

}  // namespace

DemoSite::DemoSite(std::filesystem::path directory,
                   std::filesystem::path data,
                   certs::Identity gateway,
                   certs::Identity partner)
    : m_directory(std::move(directory)),
      m_data(std::move(data)),
      m_gateway(std::move(gateway)),
      m_partner(std::move(partner)) {}

DemoSite::~DemoSite() {
    if (m_double) m_double->stop();
    m_double.reset();
    std::error_code ignored;
    if (!m_keep) std::filesystem::remove_all(m_directory, ignored);
}

Result<std::unique_ptr<DemoSite>> DemoSite::make(const std::filesystem::path& data,
                                                 const Clock& clock) {
    auto gateway = make_keys("Sallyport demo gateway", clock);
    if (!gateway) return std::move(gateway).error();
    auto partner = make_keys("Sallyport demo partner", clock);
    if (!partner) return std::move(partner).error();
    std::error_code failed;
    std::string name =
        (std::filesystem::temp_directory_path(failed) / "sallyport-demo-XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr)
        return Error("demo.directory", Blame::Operator, "no temporary directory can be made")
            .remedy("point TMPDIR at a directory you may write to");
    std::unique_ptr<DemoSite> site(
        new DemoSite(name, data, *std::move(gateway), *std::move(partner)));
    if (Status done = write_keys(name, "gateway", site->m_gateway); !done)
        return std::move(done).error();
    if (Status done = write_keys(name, "partner", site->m_partner); !done)
        return std::move(done).error();
    return site;
}

Result<DemoOdoo> DemoSite::back_office(const Clock& clock) {
    DemoOdoo odoo{.url = environment("SALLYPORT_ODOO_URL"),
                  .database = environment("SALLYPORT_ODOO_DB"),
                  .login = environment("SALLYPORT_ODOO_LOGIN"),
                  .key_file = environment("SALLYPORT_ODOO_KEY_FILE"),
                  .real = true};
    if (!odoo.url.empty()) {
        if (odoo.database.empty() || odoo.login.empty() || odoo.key_file.empty())
            return Error("demo.environment",
                         Blame::Operator,
                         "SALLYPORT_ODOO_URL is set, the rest of that Odoo is not")
                .remedy(
                    "set SALLYPORT_ODOO_DB, SALLYPORT_ODOO_LOGIN and SALLYPORT_ODOO_KEY_FILE "
                    "too, or unset SALLYPORT_ODOO_URL to use the built-in stand-in");
        return odoo;
    }
    SystemRandom random;
    const std::string key = new_id(clock.now(), random) + new_id(clock.now(), random);
    odoo.key_file = m_directory / "odoo.key";
    if (Status done = write_file_durably(odoo.key_file, key, 0600); !done)
        return std::move(done).error();
    odoo_double::Options options;
    options.file = m_directory / "odoo.db";
    options.seed = odoo_double::demo_seed();
    options.accounts = {odoo_double::orders_in_account(key)};
    odoo.real = false;
    odoo.database = options.database;
    odoo.login = options.accounts.front().login;
    auto started = odoo_double::OdooDouble::start(std::move(options), clock);
    if (!started) return std::move(started).error();
    m_double = *std::move(started);
    odoo.url = m_double->url();
    return odoo;
}

Result<config::Configuration> DemoSite::configure(const DemoOdoo& odoo,
                                                  const std::string& partner_url) {
    if (Status made = make_directories_durably(m_directory / "partners"); !made)
        return std::move(made).error();
    if (Status done = write_file_durably(config_file(), settings_text(m_directory, m_data, odoo));
        !done)
        return std::move(done).error();
    if (Status done =
            write_file_durably(m_directory / "partners" / "acme.toml", partner_text(partner_url));
        !done)
        return std::move(done).error();
    config::LoadResult load = config::load(config_file());
    if (!load.ok()) return std::move(load.faults.front());
    return std::move(load.configuration);
}

Result<std::int64_t> DemoSite::count_orders(const DemoOdoo& odoo,
                                            const std::string& number,
                                            const Clock& clock) const {
    auto key = read_file(odoo.key_file, 4096);
    if (!key) return std::move(key).error();
    while (!key->empty() && (key->back() == '\n' || key->back() == '\r'))
        key->pop_back();
    odoo::ClientOptions options;
    options.url = odoo.url;
    options.database = odoo.database;
    options.login = odoo.login;
    options.keys.emplace_back(*std::move(key));
    const odoo::Fence fence(
        {{.model = "sale.order", .method = "search_read", .fields = {"id", "client_order_ref"}}});
    auto client = odoo::Client::make(std::move(options), fence, clock);
    if (!client) return std::move(client).error();
    odoo::Call call;
    call.model = "sale.order";
    call.method = "search_read";
    call.arguments["domain"] = nlohmann::ordered_json::array(
        {nlohmann::ordered_json::array({"client_order_ref", "=", number})});
    call.arguments["fields"] = nlohmann::ordered_json::array({"id"});
    auto found = (*client)->call(call);
    if (!found) return std::move(found).error();
    return static_cast<std::int64_t>(found->size());
}

}  // namespace sallyport::daemon
