#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the index of docs/FORMAT.md 12 and prints its bytes (without lines of zeros), or says which
# rows of that page differ from it.
#
#     example.sh [--check] [INDEXER]     default: build/indexer of this tree
set -eu
check=
[ "${1-}" != --check ] || { check=yes && shift; }
here=$(cd "$(dirname "$0")" && pwd)
indexer=$(realpath "${1:-$here/../../build/indexer}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf 'a\tTea for two, and two for tea.\nb\tTwo teas, and tea: tea!\n' >t.tsv
"$indexer" build --quiet x t.tsv

# Rows of the page are: four spaces, offset, two spaces, bytes; those of MANIFEST come first.
if [ -n "$check" ]; then
    exec python3 - "$here/../../docs/FORMAT.md" x/MANIFEST x/segment-*.qs <<'END'
import re, sys
page, *files = (open(name, "rb").read() for name in sys.argv[1:])
rows = re.findall(rb"^    ([0-9a-f]{4})  ((?:[0-9a-f]{2} )*[0-9a-f]{2})(?=\s)", page, re.M)
segment, bad = -1, 0
for at, there in rows:
    segment += at == b"0000"
    at, there = int(at, 16), bytes.fromhex(there.decode())
    here = files[segment][at:at + len(there)]
    if here != there:
        bad += 1
        print("%04x  the page says %s, the index %s" % (at, there.hex(" "), here.hex(" ")))
print("%d rows, %d differ" % (len(rows), bad))
sys.exit(len(rows) < 30 or bad > 0)
END
fi
for file in MANIFEST segment-*.qs; do
    (cd x && ls $file && od -A x -t x1z -v $file | grep -v '\( 00\)\{16\}')
done
