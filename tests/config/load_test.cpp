// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include <cstdlib>
#include <set>

namespace sallyport::config {

class Load : public ::testing::Test {
protected:
    Settings settings() const {
        auto result = load(m_dir.file());
        EXPECT_TRUE(result.ok()) << texts_of(result.faults);
        return result.configuration.settings;
    }
    Partner partner() const {
        auto result = load(m_dir.file());
        EXPECT_TRUE(result.ok()) << texts_of(result.faults);
        EXPECT_EQ(result.configuration.partners.size(), 1U);
        return result.configuration.partners.empty() ? Partner()
                                                     : result.configuration.partners.front();
    }
    ConfigDirectory m_dir;
};

TEST_F(Load, TheSmallestFileGetsItsDefaultsAndAbsolutePaths) {
    const Settings s = settings();
    EXPECT_EQ(s.state_directory, m_dir.path() / "state");
    EXPECT_EQ(s.partner_directory, m_dir.path() / "partners");
    EXPECT_TRUE(s.as2.http.enabled);
    EXPECT_EQ(s.as2.http.listen.host, "0.0.0.0");
    EXPECT_EQ(s.as2.http.listen.port, 4080);
    EXPECT_FALSE(s.as2.https.enabled);
    EXPECT_EQ(s.as2.path, "/as2");
    EXPECT_EQ(s.api.port, 8080);
    EXPECT_EQ(s.limits.message_bytes, 100U << 20U);
    EXPECT_EQ(s.retry.first_delay, std::chrono::seconds(5));
    EXPECT_EQ(s.retry.give_up_after, std::chrono::hours(7 * 24));
    EXPECT_DOUBLE_EQ(s.retry.factor, 2.0);
    EXPECT_EQ(s.pipeline.lease, std::chrono::seconds(120));
    EXPECT_FALSE(s.odoo.enabled);
    ASSERT_EQ(s.identities.size(), 1U);
    EXPECT_EQ(s.identities[0].name, "main");
    EXPECT_EQ(s.identities[0].as2_id, "SALLYPORT");
    EXPECT_EQ(s.identities[0].key.value, (m_dir.path() / "keys/gateway.key").string());
    EXPECT_EQ(s.identities[0].certificate, m_dir.path() / "keys/gateway.pem");
}

TEST_F(Load, ValuesReplaceDefaults) {
    m_dir.write(
        "sallyport.toml",
        ConfigDirectory::good_settings() +
            "[as2]\nhttp = \"off\"\nhttps = \"[::]:443\"\ntls_key = \"file:keys/server.key\"\n"
            "tls_certificate = \"keys/gateway.pem\"\n[retry]\nfirst_delay = \"250ms\"\nfactor = 3\n"
            "[limits]\nmessage_bytes = \"2GiB\"\nfree_disk = 0\n[odoo]\nenabled = true\n"
            "url = \"https://odoo.example\"\ndatabase = \"d\"\nlogin = \"l\"\nkey = "
            "\"env:ODOO_KEY\"\n");
    const Settings s = settings();
    EXPECT_FALSE(s.as2.http.enabled);
    EXPECT_TRUE(s.as2.https.enabled);
    EXPECT_EQ(s.as2.https.listen.host, "::");
    EXPECT_EQ(s.as2.https.listen.port, 443);
    EXPECT_EQ(s.retry.first_delay, std::chrono::milliseconds(250));
    EXPECT_DOUBLE_EQ(s.retry.factor, 3.0);
    EXPECT_EQ(s.limits.message_bytes, 2ULL << 30U);
    EXPECT_EQ(s.limits.free_disk_bytes, 0U);
    EXPECT_EQ(s.odoo.key.kind, SecretRef::Kind::Env);
    EXPECT_EQ(s.odoo.key.value, "ODOO_KEY");
}

TEST_F(Load, APartnerIsReadWholeAndCompletedFromTheSettings) {
    m_dir.write("partners/acme.toml", ConfigDirectory::good_partner());
    const Partner p = partner();
    EXPECT_EQ(p.name, "acme");
    EXPECT_TRUE(p.as2.enabled);
    EXPECT_EQ(p.as2.id, "ACME");
    EXPECT_EQ(p.as2.identity, "main");
    EXPECT_EQ(p.as2.certificates,
              std::vector<std::filesystem::path>{m_dir.path() / "partners/acme.pem"});
    EXPECT_TRUE(p.as2.require_signed);
    EXPECT_TRUE(p.as2.require_encrypted);
    EXPECT_EQ(p.as2.digests, (std::vector<std::string>{"sha-256", "sha-384", "sha-512"}));
    EXPECT_EQ(p.as2.cipher, "aes-256-cbc");
    EXPECT_EQ(p.as2.mdn, MdnMode::Signed);
    EXPECT_EQ(p.x12.our_group_id, "SALLYPORT");
    EXPECT_EQ(p.x12.acknowledge, AckPolicy::Always);
    EXPECT_EQ(p.x12.acknowledge_with, "997");
    EXPECT_EQ(p.x12.acknowledgement_within, std::chrono::hours(24));
    ASSERT_EQ(p.documents.size(), 1U);
    EXPECT_TRUE(p.documents[0].inbound);
    EXPECT_EQ(p.documents[0].map, m_dir.path() / "maps/acme-850.map");
    EXPECT_EQ(p.documents[0].params.at("our_vendor_number"), "104455");
    EXPECT_EQ(p.odoo.customer, "ACME");
    EXPECT_EQ(p.message_bytes, 100U << 20U);
}

TEST_F(Load, AMapBesideThePartnerFileComesBeforeTheShippedOne) {
    m_dir.write("partners/acme.toml", ConfigDirectory::good_partner());
    m_dir.write("partners/acme-850.map", "own");
    EXPECT_EQ(partner().documents.at(0).map, m_dir.path() / "partners/acme-850.map");
}

TEST_F(Load, WithoutAnyPartnerAndEvenWithoutTheirDirectoryTheGatewayStarts) {
    std::filesystem::remove_all(m_dir.path() / "partners");
    auto result = load(m_dir.file());
    EXPECT_TRUE(result.ok()) << texts_of(result.faults);
    EXPECT_TRUE(result.configuration.partners.empty());
}

TEST_F(Load, PartnersComeSortedAndOtherFilesAreLeftAlone) {
    for (const std::string name : {"zeta", "beta"}) {
        std::string text = ConfigDirectory::good_partner();
        for (const std::string word : {"acme\"", "\"ACME\""})
            for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;
                 at += name.size() + 1)
                text.replace(at, word.size(), word[0] == '"' ? "\"" + name + "\"" : name + "\"");
        m_dir.write("partners/" + name + ".toml", text);
    }
    m_dir.write("partners/notes.txt", "not TOML");
    m_dir.write("partners/.beta.toml.swp", "not TOML");
    m_dir.write("partners/.hidden.toml", "not TOML");
    auto result = load(m_dir.file());
    EXPECT_TRUE(result.ok()) << texts_of(result.faults);
    ASSERT_EQ(result.configuration.partners.size(), 2U);
    EXPECT_EQ(result.configuration.partners[0].name, "beta");
    EXPECT_EQ(result.configuration.partners[1].name, "zeta");
}

TEST_F(Load, AllFaultsOfAllFilesComeInOnePass) {
    m_dir.write("sallyport.toml",
                ConfigDirectory::good_settings() + "[retry]\nfactr = 2\njitter = 3\n");
    m_dir.write("partners/acme.toml", "name = \"other\"\n");
    m_dir.write("partners/broken.toml", "name = \n");
    std::set<std::string_view> codes;
    for (const Error& fault : load(m_dir.file()).faults) {
        codes.insert(fault.code());
        EXPECT_EQ(fault.blame(), Blame::Operator);
        EXPECT_NE(fault.place().source, "");
        EXPECT_NE(fault.remedy(), "") << fault.text();
    }
    EXPECT_EQ(codes,
              (std::set<std::string_view>{
                  "config.key.unknown", "config.range", "config.value", "config.syntax"}));
}

// Saved as Latin-1 or by an editor of another system: found by fuzzing, where the library read outside its buffer.
TEST_F(Load, AFileThatIsNotUtf8IsNamedWithItsPlace) {
    for (const std::string value : {"\"M\xFCller\"", "'M\xFCller'", "1 # M\xFCller"}) {
        m_dir.write("partners/acme.toml", "name = \"acme\"\nname2 = " + value + "\n");
        const auto faults = load(m_dir.file()).faults;
        ASSERT_EQ(faults.size(), 1U) << texts_of(faults);
        EXPECT_EQ(faults[0].code(), "config.syntax");
        EXPECT_EQ(faults[0].place().line, 2U);
        EXPECT_EQ(faults[0].place().column, 9U + value.find('\xFC'));
        EXPECT_EQ(faults[0].remedy(), "save the file as UTF-8");
    }
}

TEST_F(Load, FilesAreNotLookedForWhenThatIsSwitchedOff) {
    m_dir.write("partners/acme.toml", ConfigDirectory::good_partner());
    std::filesystem::remove_all(m_dir.path() / "keys");
    std::filesystem::remove_all(m_dir.path() / "maps");
    EXPECT_FALSE(load(m_dir.file()).ok());
    auto result = load(m_dir.file(), {.check_files = false});
    EXPECT_TRUE(result.ok()) << texts_of(result.faults);
}

TEST_F(Load, AKeyThatEverybodyMayReadIsRefused) {
    m_dir.write("keys/gateway.key", "key", 0644);
    const auto faults = load(m_dir.file()).faults;
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].code(), "config.secret.readable");
    EXPECT_EQ(faults[0].place().line, 7U);
    EXPECT_NE(faults[0].remedy().find("chmod 0640"), std::string::npos);
}

TEST_F(Load, AFileThatIsNotThereIsOneFault) {
    const auto faults = load(m_dir.path() / "absent.toml").faults;
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].code(), "config.file");
}

TEST_F(Load, OnePartnerFileCanBeCheckedAgainstLoadedSettings) {
    const Settings s = settings();
    m_dir.write("new.toml", ConfigDirectory::good_partner());
    auto result = load_partner(m_dir.path() / "new.toml", s);
    EXPECT_EQ(result.configuration.partners.size(), 1U);
    EXPECT_NE(texts_of(result.faults).find("the file is new.toml"), std::string::npos);
}

TEST_F(Load, TheEffectiveConfigurationSaysWhereEachValueComesFromAndLoadsAgain) {
    m_dir.write("sallyport.toml",
                ConfigDirectory::good_settings() +
                    "[retry]\nfirst_delay = \"90s\"\n[odoo]\nkey = \"file:keys/gateway.key\"\n");
    const Settings before = settings();
    const std::string shown = show_effective(before);
    EXPECT_NE(shown.find("first_delay = \"90s\""), std::string::npos);
    EXPECT_NE(shown.find("# sallyport.toml:10"), std::string::npos);
    EXPECT_NE(shown.find("# default"), std::string::npos);
    m_dir.write("sallyport.toml", shown);
    const Settings after = settings();
    EXPECT_EQ(after.retry.first_delay, before.retry.first_delay);
    EXPECT_EQ(after.limits.message_bytes, before.limits.message_bytes);
    EXPECT_EQ(after.as2.https.enabled, before.as2.https.enabled);
    EXPECT_EQ(after.identities.at(0).key.text(), before.identities.at(0).key.text());
    EXPECT_EQ(show_effective(after).size() > 0, true);
}

TEST_F(Load, HowOrdersFindTheirRecordsIsReadFromBothFilesAndShown) {
    m_dir.write("items.csv", "theirs,ours\n");
    m_dir.write("partners/acme-items.csv", "theirs,ours\n");
    m_dir.write("sallyport.toml",
                ConfigDirectory::good_settings() +
                    "[odoo]\nitem_table = \"items.csv\"\ngln_fields = [\"x_edi_gln\"]\n"
                    "delivery_time_utc = \"06:30:00\"\n[odoo.units]\nctn = \"my.unit_carton\"\n");
    m_dir.write("partners/acme.toml",
                ConfigDirectory::good_partner() +
                    "item_table = \"acme-items.csv\"\nhold_adjustments = false\n"
                    "units = { cs = \"uom.product_uom_dozen\" }\n");
    const Settings s = settings();
    EXPECT_EQ(s.odoo.item_table, m_dir.path() / "items.csv");
    EXPECT_EQ(s.odoo.gln_fields, std::vector<std::string>{"x_edi_gln"});
    EXPECT_EQ(s.odoo.line_field, "x_edi_line");
    EXPECT_EQ(s.odoo.units.at("ctn"), "my.unit_carton");
    EXPECT_EQ(s.environment, "production");
    const std::string shown = show_effective(s);
    EXPECT_NE(shown.find("units = { ctn = \"my.unit_carton\" }"), std::string::npos) << shown;
    EXPECT_NE(shown.find("delivery_time_utc = \"06:30:00\""), std::string::npos);
    const Partner p = partner();
    EXPECT_EQ(p.odoo.item_table, m_dir.path() / "partners/acme-items.csv");
    EXPECT_FALSE(p.odoo.hold_adjustments);
    EXPECT_TRUE(p.odoo.hold_allocations);
    const std::string agreed = show_effective(p);
    EXPECT_NE(agreed.find("units = { cs = \"uom.product_uom_dozen\" }"), std::string::npos)
        << agreed;
    const std::size_t line = agreed.find("hold_adjustments = false");
    ASSERT_NE(line, std::string::npos);
    EXPECT_NE(agreed.substr(line, agreed.find('\n', line) - line).find("# acme.toml:"),
              std::string::npos);
}

TEST(Tables, EverySettingHasHelpAValidDefaultAndAUniqueName) {
    for (const auto* table : {&setting_table(), &partner_table()}) {
        std::set<std::string> keys;
        for (const SettingInfo& info : *table) {
            EXPECT_TRUE(keys.insert(info.key).second) << info.key;
            EXPECT_NE(info.help, "") << info.key;
            EXPECT_NE(info.type, "") << info.key;
        }
        EXPECT_GT(keys.size(), 20U);
    }
    for (const SettingInfo& info : setting_table())
        EXPECT_NE(reference_text().find("`" + info.key + "`"), std::string::npos) << info.key;
}

// The documented reference is what the program prints; `sallyport config reference` renews it.
TEST(Tables, TheReferencePageIsUpToDate) {
    const std::filesystem::path page =
        std::string(SALLYPORT_SOURCE_DIR) + "/docs/reference/configuration.md";
    if (std::getenv("GW_ACCEPT") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
        ASSERT_TRUE(write_file_durably(page, reference_text(), 0644));
        GTEST_SKIP() << "accepted " << page;
    }
    auto text = read_file(page, 1U << 20U);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, reference_text());
}

// The sample is what the package installs: it must hold with nothing but the files the package makes.
TEST(Sample, HoldsWithoutAPartnerAndWithTheSamplePartner) {
    const std::filesystem::path sample = std::string(SALLYPORT_SOURCE_DIR) + "/config/sample";
    auto settings_text = read_file(sample / "sallyport.toml", 1U << 20U);
    ASSERT_TRUE(settings_text);
    const ConfigDirectory directory;
    directory.write("sallyport.toml", *settings_text);
    auto result = load(directory.file());
    for (const Error& fault :
         result.faults)  // schemas and maps stand in /usr/share only once the package is installed
        EXPECT_TRUE(fault.code() == "config.file.missing" &&
                    fault.what().find("/usr/share/sallyport") != std::string::npos)
            << fault.text();
    EXPECT_EQ(result.configuration.settings.state_directory, "/var/lib/sallyport");

    auto partner_text = read_file(sample / "partners/acme.toml", 1U << 20U);
    ASSERT_TRUE(partner_text);
    directory.write(
        "sallyport.toml",
        "mapping_directory = \"maps\"\nschema_directory = \"schemas\"\n" + *settings_text);
    directory.write("partners/acme.toml", *partner_text);
    result = load(directory.file());
    EXPECT_TRUE(result.ok()) << texts_of(result.faults);
    EXPECT_EQ(result.configuration.partners.size(), 1U);
}

}  // namespace sallyport::config
