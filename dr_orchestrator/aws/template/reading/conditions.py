"""The conditions of a template, as far as they can be told before CloudFormation tells them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.aws.template.reading.forms import Untold, function


class Conditions:
    """The conditions by name; `text` tells what a value comes to, or that it is not known."""

    def __init__(self, said: Mapping[str, Any], text: Callable[[Any], str]) -> None:
        self._said, self._text = said, text
        self._known: dict[str, bool | None] = {}

    def holds(self, name: str) -> bool | None:
        """Whether a condition holds; None where that cannot be told."""
        if name not in self._known:
            self._known[name] = None  # one that names itself is never told
            self._known[name] = self._holds(self._said.get(name))
        return self._known[name]

    def _holds(self, said: Any) -> bool | None:
        form, inner = function(said)
        parts = inner if isinstance(inner, list) else [inner]
        if form == "Condition":
            return self.holds(inner) if isinstance(inner, str) else None
        if form == "Fn::Equals":
            return self._equal(parts)
        if form not in ("Fn::Not", "Fn::And", "Fn::Or"):
            return {"true": True, "false": False}.get(str(said).lower())
        held = [self._holds(part) for part in parts]
        if form == "Fn::Not":
            return None if None in held else not all(held)
        decides = {"Fn::And": False, "Fn::Or": True}.get(form)
        if decides is None or decides in held:
            return decides
        return None if None in held else not decides

    def _equal(self, parts: list[Any]) -> bool | None:
        """Whether values are the same: told of plain texts alone, for a wrong word would hide what is made."""
        if any(function(part)[0] not in _PLAIN for part in parts):
            return None
        try:
            told = {self._text(part) for part in parts}
        except Untold:
            return None
        if len(told) == 1:
            return True
        if any(type(part) in (int, float) for part in parts) and any(map(_ODD.fullmatch, told)):
            return None
        return None if any("${" in each for each in told) else False


_ODD = re.compile(r"0\d+|\d*\.\d*")
"""Numbers that may be written in another way than they are read: 010 is 8 to YAML, and 1.0 may be 1."""

_PLAIN = ("", "Ref", "Fn::FindInMap", "Fn::If", "Fn::Join", "Fn::Sub")
"""The functions whose texts are what is written: what they are cut into (Fn::Select, Fn::Split) is not."""
