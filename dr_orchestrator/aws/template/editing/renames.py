"""The new names of a replica in texts that spell the old ones out: alone, in ARNs, in what is handed to code."""

from __future__ import annotations

import re
from typing import Any

from dr_orchestrator.aws.template.editing.names import is_handed, refers, service_of, spelled
from dr_orchestrator.aws.template.reading.values import Path

_ARN_ALONE = re.compile(r"arn:[a-z$][\w:/.${}*-]*")


class Renames:
    """The names that were given anew, by the old one: the type, and the new one."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}
        self.paths: dict[str, str] = {}
        """The paths that were taken away before names, by resource."""

    def note(self, old: str, kind: str, new: str) -> None:
        """Note a new name; the first stays where several of a type were called alike."""
        self._known.setdefault(old, {}).setdefault(kind, new)

    def __contains__(self, text: str) -> bool:
        return text in self._known

    def names_alone(self, value: Any) -> bool:
        """Whether a value is nothing but the name of what is renamed, or an ARN."""
        return isinstance(value, str) and (value in self._known or bool(_ARN_ALONE.fullmatch(value)))

    def in_text(self, text: str, kind: str, path: Path) -> str:
        """A text of a property of that type with the new names in it."""
        for name, way in self.paths.items():
            text = text.replace(f"{way}${{{name}}}", f"/${{{name}}}")
        for of, becomes in self._known.get(text, {}).items():
            if is_handed(path) or refers(kind, path, of):
                return becomes
        if path[-1:] == ("ResourceId",) and "/" in text:
            service, _, rest = text.partition("/")
            found = [self._segment(each, service) for each in rest.split("/")]
            return "/".join((service, *found))
        if "arn:" in text:
            for old, renames in self._known.items():
                for of, becomes in renames.items() if old in text else ():
                    text = spelled(text, service_of(of), old, becomes)
        return text

    def _segment(self, text: str, kind: str) -> str:
        """The new name of what a scaling target spells out: `table/orders`, `service/shop/web`."""
        services = {"table": ("dynamodb",), "service": ("ecs",), "cluster": ("rds",), "function": ("lambda",)}
        for of, becomes in self._known.get(text, {}).items():
            if service_of(of) in services.get(kind, (kind,)):
                return becomes
        return text
