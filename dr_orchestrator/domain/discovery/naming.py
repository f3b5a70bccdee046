"""Names in drill files, made of whatever AWS and people call things."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection

LONGEST = 40


def named(text: str, what: str, most: int = LONGEST) -> str:
    """A text as a legal name: its letters without their marks; of a text without any, `what` and a digest."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    lost = sum(each.isalnum() for each in text) > 2 * sum(each.isalnum() for each in plain)
    if not made or lost:  # most of its letters are of another script: two such texts would be one name
        made = "-".join(filter(None, (what, made, _digest(text))))
    if not made[0].isalpha():
        made = f"{what}-{made}"
    if len(made) > most:
        made = f"{made[: most - 7].rstrip('-')}-{_digest(text)}"
    return made


def apart(name: str, taken: Collection[str], ending: str = "") -> str:
    """A name with an ending, that nothing else has: numbered where it is taken."""
    number = 1
    while True:
        more = (f"-{number}" if number > 1 else "") + ending
        made = f"{name[: LONGEST - len(more)].rstrip('-')}{more}"
        if made not in taken:
            return made
        number += 1


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
