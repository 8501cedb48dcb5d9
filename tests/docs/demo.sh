# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of documentation pages: a demonstration that keeps running, SALLYPORT_CONFIG pointing at it. The
# pages' example names stand for what it made: 4500012345 for its order, 01KAQ8 for its document, 412:9f3a… for its head.
command sallyport demo >demo.txt 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null; wait "$demo"; rm -rf "$(dirname "$SALLYPORT_CONFIG")"' EXIT
until grep -q 'Ctrl-C ends it' demo.txt; do
    kill -0 "$demo" || break
    sleep 0.1
done
SALLYPORT_CONFIG=$(sed -n 's/^ *sallyport doc list --config //p' demo.txt)
export SALLYPORT_CONFIG
example_order=$(sed -n 's/^ *sallyport thread \([^ ]*\) .*/\1/p' demo.txt)
example_document=$(command sallyport doc list --set 850 | cut -d' ' -f1)
example_head=$(command sallyport audit verify | sed 's/.*head //')

sallyport() {
    for word in "$@"; do
        shift
        case $word in
        4500012345) word=$example_order ;;
        01KAQ8) word=$example_document ;;
        412:9f3a…) word=$example_head ;;
        esac
        set -- "$@" "$word"
    done
    command sallyport "$@"
}
[ -n "$example_order" ] && [ -n "$example_document" ] && [ -n "$example_head" ]
