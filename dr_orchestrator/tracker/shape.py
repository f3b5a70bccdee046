"""The shape of a tracker's answers: one that has another is none, and is no empty list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dr_orchestrator.tracker.faults import AnswerLost

Json = Mapping[str, Any]
MOST_PAGES = 1000
"""Pages of a list at most: what has more is no list of tickets."""

_HINT = "see that `tracker: url` in tiers.yaml is the tracker's own; the next sync asks again"


def mapping(call: str, data: Any, *needed: str) -> Json:
    """An object that has numbers or texts by the names that are needed; AnswerLost else."""
    if not isinstance(data, Mapping):
        raise AnswerLost(call, f"the answer is {_kind(data)}, where an object belongs", _HINT)
    for name in needed:
        value = data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
            raise AnswerLost(call, f"the answer has no '{name}' that is a number or a text", _HINT)
    return data


def listed(call: str, data: Any) -> Sequence[Json]:
    """A list of objects; AnswerLost else."""
    if not isinstance(data, list):
        raise AnswerLost(call, f"the answer is {_kind(data)}, where a list belongs", _HINT)
    return [mapping(call, each) for each in data]


def part(data: Json, name: str) -> Json:
    """The object of a name, empty where there is none."""
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def texts(data: Json, name: str, within: str = "name") -> tuple[str, ...]:
    """The texts of a list, each by itself or in an object by the name `within`; empty where there is none."""
    listed_there = data.get(name)
    found = listed_there if isinstance(listed_there, list) else []
    named = (each.get(within) if isinstance(each, Mapping) else each for each in found)
    return tuple(each for each in named if isinstance(each, str))


class Pages:
    """A list that is read page by page: AnswerLost where a page comes again, or where there is no end of them."""

    def __init__(self, call: str) -> None:
        self._call, self._many = call, 0
        self._last: tuple[Json, ...] = ()
        self._asked: set[Any] = set()

    def hold(self, page: Iterable[Json], asked: Any) -> None:
        """Hold that a page is another than the last, and was not asked for before."""
        found = tuple(page)
        self._many += 1
        if asked in self._asked or (found and found == self._last):
            raise AnswerLost(self._call, f"page {self._many} of the list is one that was read already", _HINT)
        if self._many > MOST_PAGES:
            raise AnswerLost(self._call, f"the list has more than {MOST_PAGES} pages", _HINT)
        self._asked.add(asked)
        self._last = found


def _kind(data: Any) -> str:
    if data is None:
        return "empty"
    return "a list" if isinstance(data, list) else "an object" if isinstance(data, Mapping) else "a mere value"
