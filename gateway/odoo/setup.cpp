// SPDX-License-Identifier: Apache-2.0
// What an Odoo administrator does once for a flow's service account.
#include "gateway/odoo/rights.h"
#include "gateway/odoo/rights_profiles.h"

namespace sallyport::odoo {

namespace {

// A Python literal; nothing of ours or the operator's leaves the quotes.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
    return out + "'";
}

std::string spelled(const std::string& letters) {
    std::string words;
    for (const char letter : letters)
        words += std::string(words.empty() ? "" : ", ") + (letter == 'r'   ? "read"
                                                           : letter == 'w' ? "write"
                                                           : letter == 'c' ? "create"
                                                                           : "delete");
    return words;
}

std::string group_name(Flow flow) {
    return "EDI " + std::string(to_string(flow));
}

}  // namespace

std::string setup_script(Flow flow, const std::string& login, const std::string& email) {
    std::string rights;
    for (const auto& [model, letters] : needed_rights(flow))
        rights += (rights.empty() ? "" : ", ") + quoted(model) + ": " + quoted(letters);
    return "# Run as:  odoo-bin shell -c odoo.conf -d DATABASE < this-file\n"
           "# Makes or renews the account of the EDI flow " +
           std::string(to_string(flow)) +
           ". The last line it prints is the new API key:\n"
           "# put it into the key file the gateway's settings name. Older keys of the same name "
           "are revoked.\n"
           "LOGIN, EMAIL, GROUP, KEY = " +
           quoted(login) + ", " + quoted(email) + ", " + quoted(group_name(flow)) +
           ", 'sallyport'\n"
           "RIGHTS = {" +
           rights +
           "}\n"
           R"(group = env['res.groups'].search([('name', '=', GROUP)], limit=1) or env['res.groups'].create({'name': GROUP})
env['ir.model.access'].search([('group_id', '=', group.id)]).unlink()
_ = [env['ir.model.access'].create({'name': '%s %s' % (GROUP, model), 'model_id': env['ir.model']._get(model).id, 'group_id': group.id, 'perm_read': 'r' in letters, 'perm_write': 'w' in letters, 'perm_create': 'c' in letters, 'perm_unlink': 'u' in letters}) for model, letters in RIGHTS.items() if env['ir.model']._get(model)]
company = env.company.id
values = {'name': GROUP, 'login': LOGIN, 'email': EMAIL, 'lang': 'en_US', 'tz': 'UTC', 'notification_type': 'email', 'company_id': company, 'company_ids': [(6, 0, [company])], 'groups_id': [(6, 0, [env.ref('base.group_user').id, group.id])]}
users = env['res.users'].with_context(no_reset_password=True, active_test=False)
user = users.search([('login', '=', LOGIN)], limit=1)
_ = user.write(dict(values, active=True)) if user else None
user = user or users.create(values)
env.cr.execute('UPDATE res_users SET password = NULL WHERE id = %s', [user.id])
env['res.users.apikeys'].sudo().search([('user_id', '=', user.id), ('name', '=', KEY)]).unlink()
key = env['res.users.apikeys'].with_user(user)._generate(None, KEY)
env.cr.commit()
print(key)
)";
}

std::string setup_text(Flow flow, const std::string& login, const std::string& email) {
    std::string out = "The Odoo account for the flow " + std::string(to_string(flow)) +
                      "\n"
                      "1. Settings > Users & Companies > Groups: create the group \"" +
                      group_name(flow) + "\" with these access rights and no others:\n";
    for (const auto& [model, letters] : needed_rights(flow))
        out += "     " + model + ": " + spelled(letters) + "\n";
    out += "2. Settings > Users: create the user " + login + " with the e-mail " + email +
           ", language English (US), time zone UTC, type Internal User,\n"
           "   the group above and no other, the flow's company only. Leave the password empty: an "
           "account without one cannot log in to\n"
           "   the web client, and its key is checked fifteen times faster.\n"
           "   An account made over the API without explicit groups becomes an administrator: name "
           "the groups.\n"
           "3. Create an API key for the user and put it into the key file the settings name (mode "
           "0600).\n";
    if (flow == Flow::OrdersIn)
        out +=
            "4. Optional, narrower: a record rule on the group for sale.order, domain "
            "[('create_uid', '=', user.id)], so that the account\n"
            "   sees its own orders only (the gateway then no longer notices orders a person "
            "typed in).\n";
    out +=
        "Then: sallyport doctor shows what the account may do: needed, granted, missing, excess.\n";
    return out;
}

}  // namespace sallyport::odoo
