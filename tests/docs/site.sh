# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of documentation pages: an installation as the package makes it, in the current folder, with one
# partner; SALLYPORT_CONFIG pointing at it.
data=$(dirname "$(command -v sallyport)")/share/sallyport
mkdir -p etc/partners etc/keys state
sallyport cert generate --name test --key etc/keys/gateway.key --certificate etc/keys/gateway.pem &&
    sallyport cert generate --name acme --key acme.key --certificate etc/partners/acme.pem &&
    sed -e "s|/var/lib/sallyport|$PWD/state|" "$SALLYPORT_SOURCE/config/sample/sallyport.toml" >etc/sallyport.toml &&
    sed -i "1i schema_directory = \"$data/schemas\"\nmapping_directory = \"$data/maps\"" etc/sallyport.toml &&
    cp "$SALLYPORT_SOURCE/config/sample/partners/acme.toml" etc/partners/
SALLYPORT_CONFIG=$PWD/etc/sallyport.toml
export SALLYPORT_CONFIG
