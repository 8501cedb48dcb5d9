// SPDX-License-Identifier: Apache-2.0
// [sftp], [sftp_client], [folder] and deliver_by: what is refused, and what is filled in.
#include "loaded.h"

namespace sallyport::config {
namespace {

const std::string Key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIkF0m9YQ0l1xW1n8Zl2nF3b0m1mJzJ5m2m0yJx8Qv0a";

TEST(SftpSettings, FillInHostKeysDefaultsAndTheWayOut) {
    const Loaded loaded("[sftp]\nlisten = \"127.0.0.1:2222\"",
                        "[sftp]\nuser = \"acme\"\npublic_keys = [\"" + Key + "\"]\n");
    ASSERT_TRUE(loaded.result.ok()) << loaded.result.faults.at(0).text();
    const Settings& settings = loaded.result.configuration.settings;
    EXPECT_TRUE(settings.sftp.listen.enabled);
    EXPECT_TRUE(settings.sftp.host_keys_ours);
    EXPECT_EQ(secret_path(settings.sftp.host_key),
              settings.state_directory / "sftp_host_ed25519_key");
    EXPECT_NE(show_effective(settings).find("sftp_host_ed25519_key"), std::string::npos);
    EXPECT_EQ(loaded.partner().deliver_by, "sftp");
    EXPECT_EQ(loaded.partner().sftp.after_fetch, "archive");
    EXPECT_EQ(loaded.partner().sftp.temporary.size(), 3U);
}

TEST(SftpSettings, AnAccountNeedsAKeyOrAPasswordAndOldAlgorithmsNeedANetwork) {
    EXPECT_TRUE(Loaded("", "[sftp]\nuser = \"acme\"\n").has("neither a key nor a password"));
    EXPECT_TRUE(Loaded("", "[sftp]\nuser = \"acme\"\npublic_keys = [\"ssh-dss AAAA\"]\n")
                    .has("no public key"));
    EXPECT_TRUE(Loaded("",
                       "[sftp]\nuser = \"acme\"\nallow = [\"hmac-sha1\"]\npublic_keys = [\"" + Key +
                           "\"]\n")
                    .has("sftp.allow needs sftp.networks"));
    EXPECT_TRUE(Loaded("",
                       "[sftp]\nuser = \"acme\"\nkey_and_password = true\npublic_keys = [\"" + Key +
                           "\"]\n")
                    .has("sftp.key_and_password is true"));
    EXPECT_TRUE(
        Loaded("",
               "[sftp]\nuser = \"acme\"\nfolders = [\"../x\"]\npublic_keys = [\"" + Key + "\"]\n")
            .has("sftp.folders"));
}

TEST(SftpSettings, ThePasswordHashIsNeverInTheFile) {
    const Loaded loaded("", "[sftp]\nuser = \"acme\"\npassword_hash = \"$y$j9T$abc\"\n");
    EXPECT_FALSE(loaded.result.ok());
    EXPECT_FALSE(loaded.has("$y$j9T$abc")) << "a fault must not repeat it";
}

TEST(SftpSettings, TheClientsHostKeysAreFingerprints) {
    const std::string head =
        "[sftp_client]\nhost = \"h\"\nuser = \"u\"\npassword = \"env:P\"\npush_folder = \"/in\"\n";
    EXPECT_TRUE(Loaded("", head + "host_keys = [\"SHA256:short\"]\n").has("no fingerprint"));
    const Loaded good(
        "", head + "host_keys = [\"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"]\n");
    ASSERT_TRUE(good.result.ok()) << good.result.faults.at(0).text();
    EXPECT_EQ(good.partner().deliver_by, "sftp-push");
    EXPECT_EQ(good.partner().sftp_client.port, 22U);
    EXPECT_TRUE(Loaded("", "deliver_by = \"sftp\"\n" + head).has("deliver_by names it"));
    EXPECT_TRUE(Loaded("", head + "[sftp_client.poll]\nfolder = \"/out\"\nafter = \"archive\"\n")
                    .has("archive_folder"));
}

TEST(SftpSettings, FoldersAreAbsolute) {
    EXPECT_TRUE(Loaded("", "[folder]\nout = \"relative\"\n").has("no absolute path"));
    const Loaded good("", "[folder]\nout = \"/srv/out\"\n[folder.in]\nfolder = \"/srv/in\"\n");
    ASSERT_TRUE(good.result.ok()) << good.result.faults.at(0).text();
    EXPECT_EQ(good.partner().deliver_by, "folder");
}

}  // namespace
}  // namespace sallyport::config
