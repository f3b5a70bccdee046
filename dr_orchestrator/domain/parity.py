"""Configuration parity: the settings of a restored copy beside those of its source.

A backup holds data, and few of the settings around them. A service whose data came back may still run without what
production has: this tells which, and how much that matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Severity

NONE, OFF = "none", "off"
"""The values of a setting that is not there, or is switched off."""

ANY = "any"
"""In place of a value that a drill gives: it gives one in any case, by what the drill file says."""

KEY_OF_AWS, NOT_ENCRYPTED = "a key of AWS's own", "not encrypted"
"""The values of an encryption that names no key."""

MANAGED_KEY = "the key that AWS manages for the account"
"""Likewise of one that AWS made in the account for a service: each region has one, and IAM's policies decide on it."""

_OWN = "one of its own"


class Standing(StrEnum):
    """How a setting that is not known to be the same is to be taken."""

    DIFFERS = "differs"
    ACCEPTED = "accepted"
    BY_DRILL = "by the drill"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True)
class Setting:
    """A setting that a copy is to have as its source has it.

    `why` tells what a service lacks without it. Where a drill itself gives its copy the value `given`, `reason` says
    why: that is no fault of the backup's; to what a template makes it gives that alone to which it is `edited`. Where
    the value `names` a thing, of which a template makes one of its own, any one is as good there; what names
    none, as none and off do, is `nameless`.
    """

    name: str
    severity: Severity
    why: str
    given: str = ""
    reason: str = ""
    edited: str = ""
    names: bool = False
    nameless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unread:
    """A setting that could not be read, and why not."""

    why: str


Facts = Mapping[str, str | Unread]
"""The settings of a live object by their names, each as people read it: two are the same where their words are."""


@dataclass(frozen=True)
class Difference:
    """A setting of a store in which the copy is not, or is not known to be, as its source.

    `why` is what it means, or why it is accepted, given by the drill or not compared.
    """

    store: str
    setting: str
    source: str
    copy: str
    standing: Standing
    severity: Severity
    why: str


@dataclass(frozen=True)
class Parity:
    """The outcome of comparing so many settings, those of each store after the other."""

    compared: int
    differences: tuple[Difference, ...] = ()

    def __add__(self, other: Parity) -> Parity:
        return Parity(self.compared + other.compared, self.differences + other.differences)

    def __str__(self) -> str:
        told = [f"{counted(self.compared, 'setting')} compared"]
        for standing in Standing:
            names = [each.setting for each in self.differences if each.standing is standing]
            told += [f"{len(names)} {_WORDS[standing]} ({', '.join(dict.fromkeys(names))})"] if names else []
        return "; ".join(told if self.differences else [*told, "all are as the source's"])


_WORDS = {
    Standing.DIFFERS: "not as the source's",
    Standing.ACCEPTED: "accepted",
    Standing.BY_DRILL: "given by the drill",
    Standing.NOT_COMPARED: "not compared",
}


def compare(
    settings: Iterable[Setting],
    store: str,
    source: Facts,
    copy: Facts,
    accepted: Mapping[str, str],
    *,
    from_template: bool = False,
) -> Parity:
    """Compare the settings of a store's copy with its source's.

    `accepted` are the reasons for settings that may differ, by their names, or by `STORE.NAME`. A setting that neither
    tells of is none of theirs.
    """
    found = [each for each in settings if each.name in source or each.name in copy]
    if from_template:
        found = [replace(each, given=each.edited) for each in found]
        source, copy = ({**of, **_own(found, of)} for of in (source, copy))
    told = (_difference(each, store, source, copy, accepted) for each in found)
    differences = tuple(each for each in told if each is not None)
    unknown = sum(each.standing is Standing.NOT_COMPARED for each in differences)
    return Parity(len(found) - unknown, differences)


def _own(settings: Iterable[Setting], of: Facts) -> Facts:
    """The settings that name things, told alike: of what a template makes, these are its own."""
    named = ((each, of[each.name]) for each in settings if each.names and each.name in of)
    nothing = (NONE, OFF)
    return {
        each.name: _OWN for each, value in named if isinstance(value, str) and value not in (*nothing, *each.nameless)
    }


def _difference(
    setting: Setting, store: str, source: Facts, copy: Facts, accepted: Mapping[str, str]
) -> Difference | None:
    was, became = source.get(setting.name, NONE), copy.get(setting.name, NONE)
    if unread := [each.why for each in (was, became) if isinstance(each, Unread)]:
        standing, why = Standing.NOT_COMPARED, unread[0]
    elif was == became:
        return None
    elif setting.given and setting.given in (became, ANY):
        standing, why = Standing.BY_DRILL, setting.reason
    elif reason := accepted.get(f"{store}.{setting.name}") or accepted.get(setting.name):
        standing, why = Standing.ACCEPTED, reason
    else:
        standing, why = Standing.DIFFERS, setting.why
    return Difference(store, setting.name, _told(was), _told(became), standing, setting.severity, why)


def _told(value: str | Unread) -> str:
    return value if isinstance(value, str) else "not known"


def grouped(differences: Iterable[Difference], standing: Standing) -> Iterator[Sequence[Difference]]:
    """The differences of a standing: those of a store and of one severity together, the gravest first."""
    chosen = [each for each in differences if each.standing is standing]
    for store in dict.fromkeys(each.store for each in chosen):
        for severity in Severity:
            found = [each for each in chosen if (each.store, each.severity) == (store, severity)]
            if found:
                yield found
