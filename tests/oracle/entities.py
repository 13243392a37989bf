# SPDX-License-Identifier: Apache-2.0
"""What Python's html.unescape makes of texts: the oracle of tests/corpus/test_entity.c.

    python3 tests/oracle/entities.py SEED     a line each: the text and what it means, in hex

Every name with and without its semicolon, and random texts of pieces of references.
"""
import html
import html.entities
import random
import sys

PIECES = ["&", ";", "#", "x", "X", "amp", "lt", "copy", "not", "notin", "no", "acute", "&#", "&#x",
          "8212", "2014", "0", "d800", "110000", "999999999999", "80", "128", "159", " ", "=", "a",
          "&nbsp", "&hearts;", "&NotEqualTilde;", "&ngE;", "\u6865", "<"]


def show(text):
    meaning = html.unescape(text)
    print(text.encode().hex(), meaning.encode().hex() or "-")


for name in html.entities.html5:
    show("a&" + name + "b")
    show("&" + name.rstrip(";") + " ")
random.seed(int(sys.argv[1]))
for _ in range(20000):
    show("".join(random.choices(PIECES, k=random.randint(1, 8))))
