"""Whether two names may be one person's: nobody accepts what is their own by another spelling of their name."""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = re.compile(r"<([^<>@\s]+@[^<>\s]+)>|^([^<>@\s]+@[^<>\s]+)$")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")


def same(one: str, other: str) -> bool:
    """Whether two names are one, but for case, accents' form, width, punctuation, order, and an address around it."""
    mine, others = _words(one), _words(other)
    return bool(mine) and mine == others


def named_so(name: str) -> bool:
    """Whether it is the name of somebody: it has a letter, and nothing that a terminal would not show."""
    return name.strip().isprintable() and any(letter.isalpha() for letter in name)


def mixed(name: str) -> bool:
    """Whether a word of a name has letters of several scripts that look alike: one written to look like another."""
    return any(len({script for letter in word for script in _script(letter)}) > 1 for word in name.split())


def _script(letter: str) -> tuple[str, ...]:
    named = unicodedata.name(letter, "")
    return tuple(each for each in _SCRIPTS if letter.isalpha() and named.startswith(each))


def _words(name: str) -> tuple[str, ...]:
    """The words of a name in order; of an address that which stands before its domain."""
    plain = unicodedata.normalize("NFKC", name.strip()).casefold()
    address = _ADDRESS.search(plain)
    plain = (address[1] or address[2]).partition("@")[0] if address else plain
    shown = "".join(each for each in plain if unicodedata.category(each) not in ("Cf", "Mn"))
    return tuple(sorted(re.findall(r"\w+", unicodedata.normalize("NFKC", shown).replace("_", " "))))
