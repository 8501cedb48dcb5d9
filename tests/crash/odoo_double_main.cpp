// SPDX-License-Identifier: Apache-2.0
// The Odoo double as a process of its own, so that the gateway can be killed beside it.
// usage: crash_odoo_double FILE KEY-FILE; prints its port, ends when standard input does.
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/odoo_double/odoo_double.h"

#include <iostream>
#include <string>
#include <utility>

int main(int argc, char** argv) {
    using namespace sallyport;
    if (argc != 3) {
        std::cerr << "usage: crash_odoo_double FILE KEY-FILE\n";
        return 2;
    }
    auto key = read_file(argv[2], 4096);
    if (!key) {
        std::cerr << key.error().text() << '\n';
        return 1;
    }
    const SystemClock clock;
    odoo_double::Options options;
    options.file = argv[1];
    options.seed = odoo_double::demo_seed();
    options.accounts = odoo_double::outgoing_accounts(*key);
    for (odoo_double::Account& account : odoo_double::buying_accounts(*key))
        options.accounts.push_back(std::move(account));
    options.accounts.push_back(odoo_double::orders_in_account(*key));
    options.accounts.push_back(odoo_double::administrator_account("admin"));
    auto started = odoo_double::OdooDouble::start(std::move(options), clock);
    if (!started) {
        std::cerr << started.error().text() << '\n';
        return 1;
    }
    std::cout << (*started)->url() << ' ' << odoo_double::orders_in_account(*key).login
              << std::endl;
    // One command per line: "fault KIND" arms one fault, "orders" prints every order's reference.
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "fault drop-after-commit")
            (*started)->arm({.kind = odoo_double::Fault::Kind::DropAfterCommit});
        else if (line == "fault busy")
            (*started)->arm({.kind = odoo_double::Fault::Kind::Busy});
        else if (line == "fault unavailable")
            (*started)->arm({.kind = odoo_double::Fault::Kind::Unavailable});
        else if (line == "orders")
            std::cout << (*started)->records("sale.order").dump() << std::endl;
        else
            std::cout << "unknown command" << std::endl;
    }
    (*started)->stop();
    return 0;
}
