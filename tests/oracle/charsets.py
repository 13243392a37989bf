# SPDX-License-Identifier: Apache-2.0
"""What Python's codecs make of bytes: the oracle of tests/corpus/test_charset.c.

    python3 tests/oracle/charsets.py      a line each: label, bytes in hex, text as UTF-8 in hex

Every byte of the encodings of one byte, and of the others every character of two bytes and samples
of those of three and four. Bytes that Python does not know are left out.
"""
SINGLE = {"windows-1252": "cp1252", "windows-1250": "cp1250", "windows-1251": "cp1251",
          "windows-1253": "cp1253", "windows-1254": "cp1254", "windows-1255": "cp1255",
          "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-1258": "cp1258",
          "windows-874": "cp874", "iso-8859-2": "iso8859_2", "iso-8859-3": "iso8859_3",
          "iso-8859-4": "iso8859_4", "iso-8859-5": "iso8859_5", "iso-8859-6": "iso8859_6",
          "iso-8859-7": "iso8859_7", "iso-8859-8": "iso8859_8", "iso-8859-10": "iso8859_10",
          "iso-8859-13": "iso8859_13", "iso-8859-14": "iso8859_14", "iso-8859-15": "iso8859_15",
          "iso-8859-16": "iso8859_16", "ibm866": "cp866", "koi8-r": "koi8_r", "koi8-u": "koi8_u",
          "macintosh": "mac_roman"}
DOUBLE = {"gb18030": "gb18030", "big5": "big5", "euc-jp": "euc_jp", "shift_jis": "cp932",
          "euc-kr": "cp949"}
SAMPLE = ("The bridge \u6865 is \u6a4b, \u30ab\u30bf\u30ab\u30ca \u3072\u3089\u304c\u306a; "
          "\ud55c\uad6d\uc5b4. ")
WIDE = SAMPLE + "\U00020000 \U0001f600 caf\u00e9 \u20ac"


def show(label, raw, text):
    print(label, raw.hex(), text.encode().hex())


for label, codec in SINGLE.items():
    for byte in range(256):
        raw = bytes([0x41, byte, 0x42])
        try:
            show(label, raw, raw.decode(codec))
        except UnicodeDecodeError:
            pass
for label, codec in DOUBLE.items():
    for lead in range(0x81, 0xff):
        good = bytearray()
        for trail in range(0x40, 0xff):
            try:
                if len(bytes([lead, trail]).decode(codec)) == 1:
                    good += bytes([lead, trail])
            except UnicodeDecodeError:
                pass
        if good:
            show(label, bytes(good), bytes(good).decode(codec))
show("iso-2022-jp", SAMPLE[:29].encode("iso2022_jp", "ignore"),
     SAMPLE[:29].encode("iso2022_jp", "ignore").decode("iso2022_jp"))
for label in ("gb18030", "utf-16le", "utf-16be", "utf-32le", "utf-32be"):
    show(label, WIDE.encode(label), WIDE)
