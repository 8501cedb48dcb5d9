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
# No CMake package files in Debian 12 for these.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBSSH REQUIRED IMPORTED_TARGET libssh>=0.10.6)
pkg_check_modules(LIBSSH2 REQUIRED IMPORTED_TARGET libssh2>=1.10)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
