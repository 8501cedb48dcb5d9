// SPDX-License-Identifier: Apache-2.0
// Inside config only: what one value cannot tell by itself. Each check reports at the place of the value it doubts.
#pragma once

#include "config/load.h"
#include "config/table.h"

#include <map>
#include <string>
#include <vector>

namespace sallyport::config {

void check_settings(Settings& settings,
                    Binder& binder,
                    const Place& file,
                    const LoadOptions& options);

struct LoadedPartner {
    Partner partner{};
    Place file{};
    std::map<std::string, Place> places{};
};
// Fills in what depends on the settings: the identity, the map's path, the size limit.
void check_partner(LoadedPartner& loaded,
                   const Settings& settings,
                   Binder& binder,
                   const LoadOptions& options);
// checks_as2.cpp: receipts, logins, quirks and planned changes of [as2]; planned changes of [identity.NAME].
void check_next_identity(const Identity& identity,
                         Binder& binder,
                         const Place& file,
                         const LoadOptions& options);
void check_tokens(const Settings& settings, Binder& binder);
void check_as2_options(const As2Agreement& as2,
                       const Settings& settings,
                       Binder& binder,
                       const Place& file,
                       const LoadOptions& options);
// checks_edifact.cpp
void check_edifact(const EdifactAgreement& edifact, Binder& binder, const Place& file);
void check_xml_document(const LoadedPartner& loaded,
                        const DocumentAgreement& document,
                        const Place& place,
                        Binder& binder);
// checks_odoo.cpp: how orders find their products, units and addresses.
void check_orders(const OdooSection& odoo,
                  Binder& binder,
                  const Place& file,
                  const LoadOptions& options);
void check_orders(const OdooAgreement& odoo,
                  Binder& binder,
                  const Place& file,
                  const LoadOptions& options);
// sftp.cpp
void check_sftp_section(Settings& settings,
                        Binder& binder,
                        const Place& file,
                        const LoadOptions& options);
void check_sftp(const SftpAgreement& sftp,
                Binder& binder,
                const Place& file,
                const LoadOptions& options);
void check_sftp_client(const SftpClientAgreement& client,
                       Binder& binder,
                       const Place& file,
                       const LoadOptions& options);
// https.cpp
void check_https_section(const Settings& settings,
                         Binder& binder,
                         const Place& file,
                         const LoadOptions& options);
void check_https(const HttpsAgreement& https,
                 Binder& binder,
                 const Place& file,
                 const LoadOptions& options);
void check_folder(const FolderAgreement& folder, Binder& binder, const Place& file);
void check_files(const FilesAgreement& files, Binder& binder, const Place& file);
// Chooses deliver_by where the file leaves it open.
void check_delivery(Partner& partner, Binder& binder, const Place& file);
// Across partners.
void check_duplicates(const std::vector<LoadedPartner>& partners, std::vector<Error>& faults);

// --- shared by the checks ---------------------------------------------------------------------------------------------
Error value_fault(const std::string& what, const Place& place, const std::string& remedy);
Error missing_key(const std::string& key, const std::string& why, const Place& place);
void check_file(const std::string& key,
                const std::filesystem::path& path,
                const Place& place,
                Binder& binder);
void check_url(const std::string& key, const std::string& url, const Place& place, Binder& binder);
void check_secret(const std::string& key,
                  const SecretRef& reference,
                  const Place& place,
                  Binder& binder);

}  // namespace sallyport::config
