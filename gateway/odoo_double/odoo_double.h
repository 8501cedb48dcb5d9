// SPDX-License-Identifier: Apache-2.0
// A stand-in for Odoo 17 on loopback, for the demonstration and for tests: the same JSON-RPC subset, real unique external
// ids, real transactions in its own SQLite file (synchronous=FULL: what it answered survives kill -9), real access
// rights per account, errors as a real server words them, and faults on demand. It is not a product: one database, one
// lock, plain HTTP on 127.0.0.1. Its behaviour is checked against recorded transcripts (tests/odoo/contract_test.cpp).
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::odoo_double {

struct Account {
    std::string login;
    std::string key;       // accepted as password or API key
    std::int64_t uid = 0;  // 0: the next free one
    bool administrator = false;
    std::vector<std::string> groups{"base.group_user"};
    std::map<std::string, std::string>
        rights;  // model -> letters of "rwcu" on top of what an internal user may read
    std::string email{"edi@example.com"};  // empty: Odoo cannot post messages for this account
};

struct Options {
    std::filesystem::path file;  // created when absent; seeded once
    std::string database = "demo";
    std::uint16_t port = 0;       // 0: any free one
    nlohmann::ordered_json seed;  // {"res.partner": [{"id": 7, "ref": …}, …], …}; see demo_seed()
    std::vector<Account> accounts;
    unsigned threads = 8;
    // From 19 on it speaks JSON-2 as well (its fields stay those of 17). Built from Odoo's source and documentation, not
    // recorded from a server.
    int version = 17;
    bool jsonrpc =
        true;  // false: /jsonrpc is not found, as when 19's module `rpc` is not installed
};

// The account of the orders-in flow with the least rights that work; of an administrator; of one who may only read.
Account orders_in_account(std::string key);
// The accounts of the outgoing flows, of the watcher and of stock inquiries, each with its least rights.
std::vector<Account> outgoing_accounts(const std::string& key);
// The accounts of the buy side and of remittance advices, likewise.
std::vector<Account> buying_accounts(const std::string& key);
Account administrator_account(std::string key);
Account read_only_account(std::string key);

// Company, currencies, units, taxes, one customer with delivery and invoice address, three products, a case of twelve.
// Customer: ref CUST-4711, GLN 4012345000009; delivery: ref DC-0042, GLN 4012345000016; invoice: ref AP-0001,
// GLN 4012345000023; products: EDI-1001 (GTIN 04006381333931, case 14006381333938), EDI-1002 (…948), EDI-1003 (…955).
nlohmann::ordered_json demo_seed();

// What goes wrong, once per armed fault, in the order they were armed.
struct Fault {
    enum class Kind : std::uint8_t {
        DropAfterCommit,   // the transaction is committed, the connection closed without a byte
        DropBeforeCommit,  // rolled back, the connection closed
        Busy,              // psycopg2.errors.SerializationFailure, rolled back
        Unavailable,       // HTTP 503 from a proxy
        CutReply,          // committed, half of the reply is sent
        Kill,              // committed, then the process kills itself (SIGKILL)
    };
    Kind kind = Kind::Busy;
    std::string model;   // empty: any
    std::string method;  // empty: any
};

class OdooDouble {
public:
    // Error codes: odoo_double.file, odoo_double.port, odoo_double.seed (Blame::Operator).
    static Result<std::unique_ptr<OdooDouble>> start(Options options, const Clock& clock);
    virtual ~OdooDouble() = default;

    virtual std::string url() const = 0;  // http://127.0.0.1:port
    virtual void stop() = 0;              // joins; the destructor does it as well
    virtual void arm(Fault fault) = 0;
    virtual std::size_t armed() const = 0;  // faults not yet used
    virtual std::size_t calls(const std::string& model,
                              const std::string& method) const = 0;  // "" any
    virtual nlohmann::ordered_json records(
        const std::string& model) const = 0;  // all, as read by an administrator
    // Runs as administrator in its own transaction: what a person does in the web client.
    virtual Status act(const std::string& model,
                       const std::string& method,
                       const nlohmann::ordered_json& args) = 0;
    // The same with arguments by position and by name (context among them), and the answer; an exception of Odoo is an
    // error odoo_double.act whose text is "class: message".
    virtual Result<nlohmann::ordered_json> ask(const std::string& model,
                                               const std::string& method,
                                               const nlohmann::ordered_json& positional,
                                               const nlohmann::ordered_json& named) = 0;
};

}  // namespace sallyport::odoo_double
