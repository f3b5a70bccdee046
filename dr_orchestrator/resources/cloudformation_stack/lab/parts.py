"""The resources of a stack, by their logical ids."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from moto.cloudformation import parsing


class Resources(parsing.ResourceMap):
    """The resources of a stack: moto makes what is looked up and is not there, which must not bring back what was
    removed: a call that told outputs while they went would leave it behind, without a tag, for nobody to remove.
    """

    removed: Mapping[str, Any] = MappingProxyType({})

    def __getitem__(self, key: str) -> Any:
        if key in self.removed and key not in self._parsed_resources:
            return self.removed[key]
        return super().__getitem__(key)
