// SPDX-License-Identifier: Apache-2.0
// Inside config only: the tables themselves. Each takes the struct that it fills; a default-made one serves where only
// names and help are wanted.
#pragma once

#include "config/field.h"
#include "config/partners.h"
#include "config/settings.h"

#include <vector>

namespace sallyport::config {

// Parts of one table, one after the other.
std::vector<Field> joined(std::vector<std::vector<Field>> parts);

std::vector<Field> settings_fields(Settings& settings);  // all but [identity.NAME]
std::vector<Field> identity_fields(Identity& identity);  // within [identity.NAME]

std::vector<Field> partner_fields(Partner& partner);                 // outside the tables below
std::vector<Field> sftp_section_fields(SftpSection& sftp);           // sftp.… of the settings
std::vector<Field> sftp_fields(SftpAgreement& sftp);                 // within [sftp]
std::vector<Field> sftp_client_fields(SftpClientAgreement& client);  // within [sftp_client]
std::vector<Field> https_section_fields(HttpsSection& https);        // https.… of the settings
std::vector<Field> webhook_fields(WebhookSection& webhook);          // within [webhook.NAME]
std::vector<Field> https_fields(HttpsAgreement& https);              // within [https]
std::vector<Field> folder_fields(FolderAgreement& folder);           // within [folder]
std::vector<Field> as2_fields(As2Agreement& as2);                    // within [as2]
std::vector<Field> x12_fields(X12Agreement& x12);                    // within [x12]
std::vector<Field> edifact_fields(EdifactAgreement& edifact);        // within [edifact]
std::vector<Field> xml_fields(XmlAgreement& xml);                    // within [xml]
std::vector<Field> files_fields(FilesAgreement& files);              // within [files]
std::vector<Field> document_fields(DocumentAgreement& doc,
                                   std::string& direction,
                                   std::string& map);  // each [[documents]]
std::vector<Field> odoo_fields(OdooAgreement& odoo);   // within [odoo]

}  // namespace sallyport::config
