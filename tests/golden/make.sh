#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the golden indexes and what `indexer dump` must print of them; then reads them with the
# independent reader. Only for a new version of the format: see README.md.
#
#     make.sh [INDEXER]        default: build/indexer of this tree
set -eu
cd "$(dirname "$0")"
indexer=${1:-../../build/indexer}
trap "rm -f n.txt made.tmp read.tmp" EXIT

# dump INDEX NAME WORDS...: the file INDEX.NAME, after making sure that both readers agree.
dump() {
    file=$1.$2 index=$1
    shift 2
    "$indexer" dump "$index" "$@" >made.tmp
    python3 ../oracle/read_format.py "$index" "$@" >read.tmp
    cmp made.tmp read.tmp
    cat made.tmp >>"$file"
}

# make INDEX SOURCE [OPTIONS...]
make() {
    index=$1 source=$2
    shift 2
    rm -rf "$index" "$index".*
    "$indexer" build --quiet "$@" "$index" "$source"
    "$indexer" verify "$index"
    dump "$index" terms terms
}

make v1 corpus.jsonl
for what in forms documents passages; do
    dump v1 "$what" "$what"
done
for term in flood boat onc bridg keeper cafe istanbul "istanbul'da" 大桥 大橋 моста 한강 🌉; do
    dump v1 postings postings "$term"
done

# 300 passages of eight words, so that lists have several blocks, a bitset among them, and bounds.
awk 'BEGIN {
    for (i = 1; i <= 300; i++)
        print "always", i % 2 ? "odd" : "even", (i > 20) ? "late" : "early", "seldom" i % 7,
              i % 10 ? "plain" : "tenth", i % 3 ? "plain" : "always", i == 150 ? "once" : "dawn", "dusk"
}' >n.txt
make v1-blocks n.txt --passages window:8:8 --id stem
dump v1-blocks postings postings alway

cat corpus.jsonl v1*.* v1/* v1-blocks/* | wc -c
