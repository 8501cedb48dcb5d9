# SPDX-License-Identifier: Apache-2.0
# Every third-party library, found once. Why each is here: docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibXml2 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Poco 1.11 REQUIRED COMPONENTS Foundation Net NetSSL Data DataSQLite Util JSON XML)
find_package(CLI11 2.1 REQUIRED)
find_package(toml11 3.7 REQUIRED)
