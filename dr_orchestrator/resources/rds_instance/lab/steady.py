"""Moto's dictionaries, walked through by one request while another changes them: each walk sees one moment."""

from __future__ import annotations

from typing import Any

from moto.utilities.utils import CaseInsensitiveDict


class Steady(CaseInsensitiveDict):
    """A dictionary that may be changed while somebody walks through it."""

    def __iter__(self) -> Any:
        """The keys of this moment."""
        return iter([key for key, _ in list(self._store.values())])

    def items(self) -> Any:
        """The pairs of this moment."""
        return list(self._store.values())

    def values(self) -> Any:
        """The values of this moment."""
        return [value for _, value in list(self._store.values())]


def steady(backend: Any) -> None:
    """Make all such dictionaries of a moto backend steady, where they are: others hold them, too."""
    for each in vars(backend).values():
        if type(each) is CaseInsensitiveDict:
            each.__class__ = Steady
