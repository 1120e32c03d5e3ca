"""A text out of an app's compiled resources (resources.arsc), in one language.

Only what leads to the one text is looked at: the table of a large app holds a hundred thousand entries, and reading all
of them takes seconds. Source of the format: libs/androidfw/include/androidfw/ResourceTypes.h of the Android Open Source
Project; of the choice among languages: Android's guide "Language and locale resolution".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

STRING_POOL, TABLE, PACKAGE, TYPE = 0x0001, 0x0002, 0x0200, 0x0201
UTF8 = 0x100
SPARSE, OFFSETS_OF_16_BITS = 0x01, 0x02
COMPLEX, COMPACT = 0x0001, 0x0008
REFERENCE, STRING = 0x01, 0x03
NO_ENTRY, NO_ENTRY_16 = 0xFFFFFFFF, 0xFFFF
MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Locale:
    """`region` is a country or a number of the UN (419: Latin America); all are "" where nothing is said."""

    language: str = ""
    script: str = ""
    region: str = ""

    @classmethod
    def parse(cls, tag: str) -> Locale:
        """Of a BCP 47 tag: "de-AT", "zh-Hant-TW"."""
        language, *rest = tag.replace("_", "-").split("-")
        script = next((part for part in rest if len(part) == 4 and part.isalpha()), "")
        region = next((part for part in rest if part != script and len(part) in (2, 3) and part.isalnum()), "")
        return cls(language.lower(), script.title(), region.upper())

    def suits(self, wanted: Locale) -> int:
        """How well texts in this language are what is wanted: 0 for not at all, 1 for those without a language."""
        if not self.language:
            return 1
        scripts = {self._script, wanted._script} - {""}
        if self.language != wanted.language or len(scripts) > 1:
            return 0
        return 4 if self.region == wanted.region else 3 if not self.region else 2

    @property
    def _script(self) -> str:
        """Chinese is told apart by where it is written."""
        if self.script or self.language != "zh":
            return self.script
        return "Hant" if self.region in ("TW", "HK", "MO") else "Hans"


def text(tables: Sequence[bytes], resource: int, locale: Locale) -> str | None:
    """The text that a resource has, in tables of one app that complete each other; None where it has none.

    `ValueError` for what is no table.
    """
    for _ in range(MOST_REFERENCES):
        found = [value for table in tables for value in values(table, resource)]
        suiting = [value for value in found if value.locale.suits(locale)]
        if not suiting:
            return None
        best = max(suiting, key=lambda value: value.locale.suits(locale))
        if best.text is not None or best.reference is None:
            return best.text
        resource = best.reference
    return None


@dataclass(frozen=True, slots=True)
class Value:
    """What a table says in one language: a text, or where it stands."""

    locale: Locale
    text: str | None = None
    reference: int | None = None


def values(table: bytes, resource: int) -> Iterator[Value]:
    """All that a table says of a resource, but for what is said in one phone network only."""
    try:
        yield from _values(table, resource)
    except (struct.error, IndexError, UnicodeDecodeError) as e:  # what lies beyond the end, or is no text
        raise ValueError("the table of resources is damaged") from e


def _values(table: bytes, resource: int) -> Iterator[Value]:
    package, kind, entry = resource >> 24, resource >> 16 & 0xFF, resource & 0xFFFF
    what, head, size = struct.unpack_from("<HHI", table)
    if what != TABLE or size > len(table):
        raise ValueError("no table of resources")
    pool: int | None = None
    for chunk in _chunks(table, head, size):
        if chunk.what == STRING_POOL and pool is None:
            pool = chunk.at
        elif chunk.what == PACKAGE and struct.unpack_from("<I", table, chunk.at + 8)[0] == package and pool is not None:
            for inner in _chunks(table, chunk.at + chunk.head, chunk.at + chunk.size):
                if inner.what == TYPE and table[inner.at + 8] == kind:
                    value = _value(table, inner, entry, pool)
                    if value is not None:
                        yield value


class _Chunk(NamedTuple):
    """`head`: the size of what stands before its content."""

    what: int
    head: int
    size: int
    at: int


def _chunks(table: bytes, start: int, end: int) -> Iterator[_Chunk]:
    """Those between two places."""
    while start + 8 <= min(end, len(table)):
        chunk = _Chunk(*struct.unpack_from("<HHI", table, start), start)
        if chunk.size < 8:
            raise ValueError("the table of resources is damaged")
        yield chunk
        start += chunk.size


def _value(table: bytes, chunk: _Chunk, entry: int, pool: int) -> Value | None:
    """What a chunk of one type in one configuration says of its `entry`."""
    network, locale = _configuration(table, chunk.at + 20)
    offset = _offset(table, chunk, entry)
    if network or offset is None:
        return None
    at = chunk.at + offset
    first, flags, third = struct.unpack_from("<HHI", table, at)
    if flags & COMPLEX:
        return None
    if flags & COMPACT:
        kind, data = flags >> 8, third
    else:
        kind, data = struct.unpack_from("<xxxBI", table, at + first)
    if kind == STRING:
        return Value(locale, text=_string(table, pool, data))
    return Value(locale, reference=data if kind == REFERENCE and data else None)


def _offset(table: bytes, chunk: _Chunk, entry: int) -> int | None:
    """Where the entry stands in its chunk."""
    at, head = chunk.at, chunk.head
    flags, count, entries = table[at + 9], *struct.unpack_from("<II", table, at + 12)
    if flags & SPARSE:
        pairs = (struct.unpack_from("<HH", table, at + head + 4 * i) for i in range(count))
        found = next((offset for index, offset in pairs if index == entry), None)
        return None if found is None else entries + 4 * found
    if entry >= count:
        return None
    if flags & OFFSETS_OF_16_BITS:
        (offset,) = struct.unpack_from("<H", table, at + head + 2 * entry)
        return None if offset == NO_ENTRY_16 else entries + 4 * offset
    (offset,) = struct.unpack_from("<I", table, at + head + 4 * entry)
    return None if offset == NO_ENTRY else entries + offset


def _configuration(table: bytes, at: int) -> tuple[int, Locale]:
    """The network's country code, and the language."""
    size, network = struct.unpack_from("<IH", table, at)
    script = table[at + 36 : at + 40].rstrip(b"\0").decode("latin-1") if size >= 40 else ""
    language, region = (_packed(table[at + 8 + i : at + 10 + i], base) for i, base in ((0, "a"), (2, "0")))
    return network, Locale(language, script, region)


def _packed(two: bytes, base: str) -> str:
    """Two letters as they are, or three in five bits each."""
    if not two[0] & 0x80:
        return two.rstrip(b"\0").decode("latin-1")
    bits = two[0] << 8 | two[1]
    return "".join(chr(ord(base) + (bits >> shift & 0x1F)) for shift in (0, 5, 10))


def _string(table: bytes, pool: int, index: int) -> str:
    count, _, flags, strings, _ = struct.unpack_from("<IIIII", table, pool + 8)
    if index >= count:
        raise ValueError("the table of resources is damaged")
    (_, head) = struct.unpack_from("<HH", table, pool)
    at = pool + strings + struct.unpack_from("<I", table, pool + head + 4 * index)[0]
    if flags & UTF8:
        _, at = _length(table, at)  # in UTF-16; then in bytes
        length, at = _length(table, at)
        # Half pairs of UTF-16 stand for what lies beyond 16 bits, as in Java's own files.
        halves = table[at : at + length].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return halves.decode("utf-16-le", "replace")
    (length,) = struct.unpack_from("<H", table, at)
    at += 2
    if length & 0x8000:
        length, at = (length & 0x7FFF) << 16 | struct.unpack_from("<H", table, at)[0], at + 2
    return table[at : at + 2 * length].decode("utf-16-le", "replace")


def _length(table: bytes, at: int) -> tuple[int, int]:
    """A length in one byte or two, and what comes after it."""
    first = table[at]
    return ((first & 0x7F) << 8 | table[at + 1], at + 2) if first & 0x80 else (first, at + 1)
