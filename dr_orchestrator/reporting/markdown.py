"""The escapes that keep any text inert in Markdown: in a sentence, a list or a table cell."""

from __future__ import annotations

import re

from dr_orchestrator.reporting.wording import visible

_MEANT = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)")
_OPENING = re.compile(r"^(?:([#+=>-])|(\d+)([.)])(?=\s))")
_TAG = re.compile(r"<(?=[A-Za-z/!?]|$)")
_ENTITY = re.compile(r"&(?=#|\w+;|$)")


def inert(value: object) -> str:
    """A template's value as Markdown that means nothing but itself, on one line."""
    text = " ".join(visible(str(value)).split())
    text = _TAG.sub("&lt;", _ENTITY.sub("&amp;", text))
    text = _MEANT.sub(r"\\\g<0>", text)
    return _OPENING.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"
