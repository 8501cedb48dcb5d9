// SPDX-License-Identifier: Apache-2.0
// `sallyport doctor` on machines with one thing wrong each, and `sallyport odoo setup`.
#include "site.h"

#include "certs/keys.h"
#include "gateway/odoo_double/odoo_double.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace sallyport::daemon {
namespace {

using nlohmann::json;
using testing::Ended;
using ::testing::HasSubstr;
using testing::read_text;
using testing::replaced;
using testing::run_program;
using testing::Site;
using testing::write_text;

class Doctor : public ::testing::Test {
protected:
    struct Visit {
        int code = -1;
        json said;
    };
    Visit visit(bool offline = false) {
        std::vector<std::string> words{"doctor", "--json"};
        if (offline) words.emplace_back("--offline");
        const Ended ended = m_site.command(words);
        Visit visit{ended.code, json::parse(ended.out, nullptr, false)};
        EXPECT_TRUE(visit.said.is_object()) << ended.out << ended.err;
        return visit;
    }
    // The finding with that code; null when there is none.
    static json with_code(const json& said, const std::string& code) {
        for (const json& one : said["findings"])
            if (one["code"] == code) return one;
        return nullptr;
    }
    void change_settings(const std::string& what, const std::string& with) {
        write_text(m_site.config(), replaced(read_text(m_site.config()), what, with));
    }
    void use_gateway_certificate(std::chrono::hours until) {
        const Instant now = m_site.clock.now();
        const auto made =
            certs::generate_self_signed({.common_name = "doctor",
                                         .rsa_bits = 2048,
                                         .not_before = now - std::chrono::hours(24 * 400),
                                         .not_after = now + until});
        ASSERT_TRUE(made) << made.error().text();
        write_text(m_site.path("gateway.key"), std::string(made->key.pem()->reveal()));
        write_text(m_site.path("gateway.pem"), made->certificate.pem());
    }
    Site m_site;
};

TEST_F(Doctor, FindsAFitMachineFitWhileTheGatewayRunsOnIt) {
    change_settings("environment = \"test\"", "environment = \"production\"");
    m_site.start();
    const Visit seen = visit();
    EXPECT_EQ(seen.code, 0) << seen.said.dump(2);
    EXPECT_EQ(seen.said["healthy"], true);
    ASSERT_EQ(seen.said["rights"].size(), 1U);
    EXPECT_EQ(seen.said["rights"][0]["flow"], "orders-in");
    const auto& rows = seen.said["rights"][0]["rows"];
    const auto order = std::find_if(
        rows.begin(), rows.end(), [](const json& row) { return row["model"] == "sale.order"; });
    ASSERT_NE(order, rows.end());
    EXPECT_EQ((*order)["needed"], "rwc");
    EXPECT_EQ((*order)["granted"], "rwc");
    EXPECT_EQ((*order)["missing"], "");
    EXPECT_EQ((*order)["excess"], "");
    const std::string text = m_site.command({"doctor"}).out;
    EXPECT_THAT(text, HasSubstr("runs and is ready"));
    EXPECT_THAT(text, HasSubstr("sale.order "));
    EXPECT_THAT(text, HasSubstr("0 failures"));
    m_site.stop();
}

TEST_F(Doctor, RefusesAnAccountThatMayDoTooMuchInProductionAndWarnsInTest) {
    odoo_double::Options options;
    options.file = m_site.path("admin.db");
    options.accounts = {odoo_double::administrator_account("0123456789abcdef")};
    const std::string login = options.accounts[0].login;
    auto administered = odoo_double::OdooDouble::start(std::move(options), m_site.clock);
    ASSERT_TRUE(administered) << administered.error().text();
    write_text(m_site.odoo.key_file, "0123456789abcdef");
    change_settings("url = \"" + m_site.odoo.url + "\"",
                    "url = \"" + (*administered)->url() + "\"");
    change_settings("login = \"" + m_site.odoo.login + "\"", "login = \"" + login + "\"");
    const Visit warned = visit();
    EXPECT_EQ(warned.code, 0) << warned.said.dump(2);
    EXPECT_EQ(with_code(warned.said, "odoo.rights.excess")["weight"], "warning");

    change_settings("environment = \"test\"", "environment = \"production\"");
    const Visit refused = visit();
    EXPECT_EQ(refused.code, 1);
    const json finding = with_code(refused.said, "odoo.rights.excess");
    EXPECT_EQ(finding["weight"], "failure");
    EXPECT_EQ(finding["who"], "operator");
    EXPECT_THAT(finding["what"].get<std::string>(), HasSubstr("base.group_system"));
    EXPECT_THAT(finding["remedy"].get<std::string>(), HasSubstr("sallyport odoo setup"));

    // And the gateway does what the doctor says.
    m_site.start();
    m_site.send(replaced(m_site.sample, "PO-DEMO", "PO-EXCESS"));
    const auto held = m_site.await_document("PO-EXCESS", "held");
    EXPECT_EQ(held["next"]["code"], "odoo.rights.excess");
    EXPECT_EQ((*administered)->records("sale.order").size(), 0U);
    m_site.stop();
}

TEST_F(Doctor, TellsABackOfficeThatIsAwayFromAMachineThatIsIll) {
    change_settings("url = \"" + m_site.odoo.url + "\"", "url = \"http://127.0.0.1:1\"");
    const Visit seen = visit();
    EXPECT_EQ(seen.code, 69) << seen.said.dump(2);
    EXPECT_EQ(with_code(seen.said, "odoo.connect")["weight"], "failure");
    EXPECT_EQ(visit(true).code, 0) << "--offline does not ask";
}

TEST_F(Doctor, SaysThatAKeyIsRefused) {
    write_text(m_site.odoo.key_file, "somebody-elses-key");
    const Visit seen = visit();
    EXPECT_EQ(seen.code, 1);
    EXPECT_EQ(with_code(seen.said, "odoo.credentials")["check"], "back office");
    EXPECT_EQ(seen.said.dump().find("somebody-elses-key"), std::string::npos);
}

TEST_F(Doctor, TellsAnExpiredCertificateFromOneThatWillBe) {
    use_gateway_certificate(std::chrono::hours(24 * 7));
    const Visit soon = visit(true);
    EXPECT_EQ(soon.code, 0) << soon.said.dump(2);
    EXPECT_EQ(with_code(soon.said, "doctor.certificate.soon")["weight"], "warning");
    use_gateway_certificate(std::chrono::hours(-24));
    const Visit expired = visit(true);
    EXPECT_EQ(expired.code, 1);
    const json finding = with_code(expired.said, "doctor.certificate.expired");
    EXPECT_EQ(finding["weight"], "failure");
    EXPECT_THAT(finding["place"].get<std::string>(), HasSubstr("gateway.pem"));
}

TEST_F(Doctor, SeesWhatOthersMayChange) {
    namespace fs = std::filesystem;
    fs::permissions(m_site.path("partners"), fs::perms::others_write, fs::perm_options::add);
    const Visit seen = visit(true);
    EXPECT_EQ(seen.code, 1);
    const json finding = with_code(seen.said, "doctor.files.writable");
    EXPECT_THAT(finding["remedy"].get<std::string>(), HasSubstr("chmod o-w"));
    fs::permissions(m_site.path("partners"), fs::perms::others_write, fs::perm_options::remove);
    EXPECT_EQ(visit(true).code, 0);
}

TEST_F(Doctor, SeesADamagedDatabase) {
    m_site.start();
    m_site.stop();
    EXPECT_EQ(visit(true).code, 0);
    const auto file = m_site.path("state/sallyport.db");
    std::string octets = read_text(file);
    for (std::size_t page = 8192; page + 64 < octets.size(); page += 4096)
        octets.replace(page, 64, std::string(64, 'x'));
    write_text(file, octets);
    const Visit seen = visit(true);
    EXPECT_EQ(seen.code, 1) << seen.said.dump(2);
    const auto& findings = seen.said["findings"];
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const json& one) {
        return one["check"] == "store" && one["weight"] == "failure";
    })) << findings.dump(2);
}

TEST_F(Doctor, SeesAPortThatIsTaken) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(socket, 1), 0);
    socklen_t length = sizeof address;
    ASSERT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length), 0);
    change_settings("http = \"127.0.0.1:0\"",
                    "http = \"127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "\"");
    const Visit taken = visit(true);
    EXPECT_EQ(taken.code, 1);
    EXPECT_THAT(with_code(taken.said, "doctor.port.taken")["what"].get<std::string>(),
                HasSubstr("as2.http"));
    ::close(socket);
    EXPECT_EQ(visit(true).code, 0);
}

TEST_F(Doctor, EndsAsCheckDoesWhenTheConfigurationIsWrong) {
    change_settings("log_level", "log_levle");
    const Visit seen = visit(true);
    EXPECT_EQ(seen.code, 78);
    EXPECT_EQ(with_code(seen.said, "config.key.unknown")["check"], "configuration");
}

TEST_F(Doctor, TheSetupOfTheAccountUsesTheLoginOfTheSettings) {
    const Ended script = m_site.command({"odoo", "setup"});
    EXPECT_EQ(script.code, 0) << script.err;
    EXPECT_THAT(script.out, HasSubstr("'" + m_site.odoo.login + "'"));
    EXPECT_THAT(script.out, HasSubstr("'sale.order': 'rwc'"));
    EXPECT_THAT(m_site.command({"odoo", "setup", "--login", "x@y.example", "--by-hand"}).out,
                HasSubstr("create the user x@y.example with the e-mail x@y.example"));
    EXPECT_EQ(m_site.command({"odoo", "setup", "--flow", "orders-inn"}).code, 2);
}

}  // namespace
}  // namespace sallyport::daemon
