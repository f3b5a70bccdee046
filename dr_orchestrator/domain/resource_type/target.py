"""The target of a call, and the rule by which it is found in its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


def found_at(part: Any, way: Sequence[str]) -> Iterator[Any]:
    """All that stands at a way of keys into what a call is given, through its lists; None where it is missing."""
    if isinstance(part, list | tuple):
        for each in part:
            yield from found_at(each, way)
    elif way:
        yield from found_at(part.get(way[0]) if isinstance(part, Mapping) else None, way[1:])
    else:
        yield part


@dataclass(frozen=True)
class Target:
    """The target of a call; `region` where its ARN says one, `member` where it has to be a part of a stack, `parts` of
    its name where that is made of several. One that is `anywhere` need not be in the region that is called.
    """

    type: str
    name: str
    region: str = ""
    member: bool = False
    parts: tuple[str, ...] = ()
    anywhere: bool = False


@dataclass(frozen=True)
class By:
    """The rule by which the target of a call is found in its parameters: the one that names it.

    `arn` (a pattern with the groups `region` and `name`) is that of just such an object, where an ARN may be given; any
    other ARN names nothing. `within` (with the group `name`) is the pattern of a text that names it in part: any other
    names nothing. With `each` the parameter is a mapping whose keys are names, of parts of a stack alone.
    With `held` it is no copy by itself, but something that a copy holds. With `at`, the parameter of the place that it
    is in, its name is that of the place and its own, with a slash between. With `key` the parameter is a mapping, and
    what stands under that key in it names the target. With `each` and `key` it is a list of such mappings, each of
    which names one by its ARN, and by nothing else. With `listed` it is a list of names. With `way`, keys into what the
    parameter holds, through its lists, each text there names one; and with `at` as the DNS takes names: in any case,
    with a dot at the end or without. One that is `anywhere` is called in whichever region: it has none itself, or its
    ARN says which, and with `arn` a bare name names nothing then.
    """

    type: str
    parameter: str
    arn: str = ""
    each: bool = False
    held: bool = False
    within: str = ""
    at: str = ""
    key: str = ""
    way: str = ""
    listed: bool = False
    anywhere: bool = False

    def targets(self, parameters: Mapping[str, Any]) -> Iterator[Target]:
        """The target of the call; an unnamed target where nothing is named, which no copy is."""
        given = parameters.get(self.parameter, "")
        if self.way:
            place = str(parameters.get(self.at, ""))
            for one in list(found_at(given, self.way.split("."))) or [""]:
                if not self.at:
                    own = (str(one or "").rpartition("/")[2],)
                    yield Target(self.type, str(one or ""), parts=own, anywhere=self.anywhere)
                    continue
                name = str(one or "").rstrip(".").lower()
                yield Target(self.type, f"{place}/{name}" if place and name else "", parts=(place, name))
            return
        if self.listed:
            names = given if isinstance(given, list | tuple) else (given,)
            yield from (Target(self.type, str(name)) for name in names or ("",))
            return
        if self.each and self.key:
            listed = given if isinstance(given, list | tuple) else ()
            for one in listed or ({},):
                found = self._by_arn(str(one.get(self.key, "")) if isinstance(one, Mapping) else "")
                yield replace(found, parts=(found.name.rpartition("/")[2],))
            return
        if self.each:
            yield from (Target(self.type, str(name), member=True) for name in given or ("",))
            return
        if self.key:
            given = given.get(self.key, "") if isinstance(given, Mapping) else ""
        text = str(given)
        if self.at:
            place = str(parameters.get(self.at, ""))
            yield Target(self.type, f"{place}/{text}" if place and text else "", parts=(place, text))
            return
        if not text.startswith("arn:"):
            part = re.fullmatch(self.within, text) if self.within else None
            last = (text.rpartition("/")[2],) if self.arn else ()
            name = part["name"] if part else "" if self.within or (self.anywhere and self.arn) else text
            yield Target(self.type, name, parts=last, anywhere=self.anywhere)
            return
        yield replace(self._by_arn(text), anywhere=self.anywhere)

    def _by_arn(self, text: str) -> Target:
        found = re.fullmatch(self.arn, text) if self.arn else None
        return Target(self.type, found["name"], found["region"]) if found else Target(self.type, "")

    def __str__(self) -> str:
        if self.way and not self.at:
            return f"each {self.way} of {self.parameter} is a copy of type {self.type}"
        if self.way:
            return f"each {self.way} of {self.parameter}, in {self.at}, is a copy of type {self.type}"
        if self.at:
            return f"{self.parameter}, in {self.at}, is what a copy is made of: {self.type}"
        if self.held and self.each:
            return f"{self.key} of each of {self.parameter} is what a copy holds: {self.type}"
        if self.held:
            return f"{self.parameter} is what a copy holds: {self.type}"
        named = f"each key of {self.parameter}" if self.each else self.parameter
        named = f"each of {named}" if self.listed else named
        named = f"a part of {named}" if self.within else named
        named = f"{named}, called in any region," if self.anywhere else named
        return f"{named} is a copy of type {self.type}" + (", a part of a stack" if self.each else "")
