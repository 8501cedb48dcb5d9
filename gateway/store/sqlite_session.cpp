// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sqlite_session.h"

#include <algorithm>

namespace sallyport::store {

Error SqliteSession::doom(Error error) {
    if (!m_doomed) m_doomed = error;
    return error;
}

Status SqliteSession::run(const std::string& sql, const std::vector<Value>& values) {
    auto done = m_connection.run(sql, values);
    if (!done) return doom(std::move(done).error());
    return done;
}

Result<std::vector<Row>> SqliteSession::query(const std::string& sql,
                                              std::string_view shape,
                                              const std::vector<Value>& values) {
    auto rows = m_connection.query(sql, shape, values);
    if (!rows) return doom(std::move(rows).error());
    return rows;
}

Status SqliteSession::change(const std::string& what,
                             const std::string& sql,
                             const std::vector<Value>& values) {
    if (auto done = run(sql, values); !done) return done;
    if (m_connection.changes() > 0) return {};
    return doom(Error("store.not_found", Blame::Operator, "there is no " + what)
                    .remedy("check the identifier; list what there is"));
}

std::string order_and_limit(const std::string& order, unsigned limit) {
    return " ORDER BY " + order + " LIMIT " + std::to_string(std::clamp(limit, 1U, 10000U));
}

}  // namespace sallyport::store
