"""The values that a whole may come to, of those that its parts may: not all of them, but those that judgements need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def varied(value: Any, choices: Mapping[Any, Sequence[Any]], is_own: Callable[[Any], bool]) -> list[Any]:
    """A list, or a mapping, with the first choice of each part; then with each other choice of one of them.

    Where several parts have choices, a last one has of each that which is not the replica's own: what one part alone
    makes its own in all others is not so in that.
    """
    found = [value.copy()]
    for key, each in choices.items():
        found[0][key] = each[0]
    for key, each in choices.items():
        for other in each[1:]:
            found.append(found[0].copy())
            found[-1][key] = other
    if sum(len(each) > 1 for each in choices.values()) > 1:
        found.append(found[0].copy())
        for key, each in choices.items():
            found[-1][key] = next((one for one in each if not is_own(one)), each[0])
    return found
