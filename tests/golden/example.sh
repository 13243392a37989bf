#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the index of docs/FORMAT.md 12 and prints its bytes, without the zeros between the table and
# the first section.
#
#     example.sh [INDEXER]     default: build/indexer of this tree
set -eu
cd "$(dirname "$0")"
indexer=$(realpath "${1:-../../build/indexer}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf 'a\tTea for two, and two for tea.\nb\tTwo teas, and tea: tea!\n' >t.tsv
"$indexer" build --quiet x t.tsv
for file in MANIFEST segment-*.qs; do
    echo "$file"
    od -A x -t x1z -v "x/$(basename "$(ls x/$file)")" | grep -v ' 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 '
done
