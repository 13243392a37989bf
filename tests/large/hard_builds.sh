#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# hard_builds.sh BIN FOLDER: documents of 50 MB, which no memory limit expected, and 100,000 of one
# word: all build, and give the same bytes by any memory. `make test-large` calls it.
set -eu
bin=$1
folder=$2
rm -rf "$folder"
mkdir -p "$folder"

one_word() { printf 'a\t'; yes word | head -n 10485760 | tr '\n' ' '; echo; }
distinct() { printf 'a\t'; seq -f 'x%.0f' 10000000 14700000 | tr '\n' ' '; echo; }
no_space() { printf 'a\t'; head -c 52428800 /dev/zero | tr '\0' x; echo; }
many() { seq -f 'd%.0f' 1 100000 | sed 's/$/\tword/'; }

for input in one_word distinct no_space many; do
    $input >"$folder/$input.tsv"
    for memory in 64M 8G; do
        for passages in whole paragraphs; do
            first=$folder/first-$input-$passages
            "$bin/indexer" build --json --memory $memory --passages $passages "$folder/index" \
                "$folder/$input.tsv" >"$folder/json" 2>"$folder/errors" ||
                { cat "$folder/errors"; exit 1; }
            peak=$(sed -E 's/.*"peak_rss_bytes":([0-9]+).*/\1/' "$folder/json")
            echo "$input, --memory $memory --passages $passages: peak $((peak >> 20)) MB"
            [ -e "$first" ] || cp "$folder/index/MANIFEST" "$first"
            cmp "$first" "$folder/index/MANIFEST"
        done
    done
    "$bin/indexer" verify "$folder/index"
    rm "$folder/$input.tsv"
done
rm -rf "$folder"
echo "hard builds: all there, same bytes"
