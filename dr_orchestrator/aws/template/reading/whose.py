"""The owners of what a template refers to: the replica, somebody else, or nobody where a text is told anyway."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.template.reading.echoes import is_around, is_own
from dr_orchestrator.aws.template.reading.forms import NOBODYS, STACK, attributes
from dr_orchestrator.documents.cloudformation import mapping

_AROUND = re.compile("Subnet|V(?:pc|PC)|SecurityGroup|NetworkInterface")
"""The names of properties that put a resource into a network."""


class Whose:
    """Tells of each name in a template whose it is.

    `made` tells of names that are none of its resources, `given_back` what a reference comes to that only gives back
    what was given.
    """

    def __init__(
        self,
        resources: Mapping[str, Any],
        made: Callable[[str], bool],
        given_back: Callable[[Any], Sequence[Any]],
    ) -> None:
        self._resources, self._made, self._given_back = resources, made, given_back
        self._known: dict[tuple[str, str], bool | None] = {}

    def own(self, name: str, attribute: str = "") -> bool | None:
        """Whether what a name stands for is the replica's own; None where it is a text that is told, or a parameter.

        What a function answers is nobody's, and what stands around a part is whose that is into which it was put.
        """
        if name in self._resources:
            if (name, attribute) not in self._known:
                self._known[name, attribute] = False  # what gives itself back is nobody's
                self._known[name, attribute] = self._tells_own(name, attribute)
            return self._known[name, attribute]
        if name == NOBODYS:
            return False
        return True if name == STACK or self._made(name) else None

    def _tells_own(self, name: str, attribute: str) -> bool | None:
        given = self._given_back({"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name})
        if given:
            return False if self.in_foreign(given) else self.in_own(given) or None
        resource = self._resources[name]
        if is_around(attribute) and not is_own(str(resource.get("Type")), attribute):
            around = [each for key, each in mapping(resource.get("Properties")).items() if _AROUND.search(key)]
            parts = [part for each in around for part in (each if isinstance(each, list) else [each])]
            return bool(parts) and all(map(self.in_own, parts))
        return is_own(str(resource.get("Type")), attribute)

    def in_own(self, value: Any) -> bool:
        """Whether a value has a reference to what the template makes, and none to what is nobody's."""
        return {self.own(*each) for each in attributes(value)} - {None} == {True}

    def in_foreign(self, value: Any) -> bool:
        """Whether a value has a reference to what a resource of the template tells, and does not make."""
        return any(self.own(*each) is False for each in attributes(value))
