# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of documentation pages: a demonstration that keeps running, SALLYPORT_CONFIG pointing at it.
sallyport demo >demo.txt 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null; wait "$demo"; rm -rf "$(dirname "$SALLYPORT_CONFIG")"' EXIT
until grep -q 'keeps running' demo.txt; do
    kill -0 "$demo" || { cat demo.txt; false; break; }
    sleep 0.1
done
SALLYPORT_CONFIG=$(sed -n 's/^ *sallyport doc list --config //p' demo.txt)
export SALLYPORT_CONFIG
