#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# same_bytes.sh BIN FOLDER: one corpus, large enough to spill, by all threads and memories; the
# manifest holds the checksums of all bytes. `make test-large` calls it.
set -eu
bin=$1
folder=$2
megabytes=${QIAO_LARGE_MB:-160}
rm -rf "$folder"
mkdir -p "$folder"
"$bin/large/make_corpus" "$folder/corpus" "$megabytes"

for memory in 64M 512M 8G; do
    for threads in 1 2 3 8; do
        "$bin/indexer" build --json --threads $threads --memory $memory "$folder/index" \
            "$folder/corpus" >"$folder/json" 2>"$folder/errors" ||
            { cat "$folder/errors"; exit 1; }
        runs=$(sed -E 's/.*"runs":([0-9]+).*/\1/' "$folder/json")
        peak=$(sed -E 's/.*"peak_rss_bytes":([0-9]+).*/\1/' "$folder/json")
        echo "$megabytes MB, --memory $memory --threads $threads: $runs runs, peak $((peak >> 20)) MB"
        if [ $memory = 64M ] && [ "$runs" -lt 8 ]; then
            echo "too few runs: give QIAO_LARGE_MB a larger number" >&2
            exit 1
        fi
        [ -e "$folder/first" ] || cp "$folder/index/MANIFEST" "$folder/first"
        cmp "$folder/first" "$folder/index/MANIFEST"
    done
done
"$bin/indexer" verify "$folder/index"
rm -rf "$folder"
echo "same bytes"
