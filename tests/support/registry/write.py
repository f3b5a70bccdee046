"""Writes the file of resource types anew: `python -m tests.support.registry.write`."""

from __future__ import annotations

import json

from dr_orchestrator.aws.template.registry.kinships import Kinships
from dr_orchestrator.aws.template.registry.table import FILE
from tests.support.registry.distil import distil
from tests.support.registry.source import schemas, told


def text() -> str:
    """The whole file: its source, then a type a line."""
    found = schemas()
    kinships = Kinships(found)
    rows = ",\n".join(f"{_json(name)}:{_json(distil(name, found[name], kinships))}" for name in found)
    return f'{{"source":{_json(told())},\n"types":{{\n{rows}\n}}}}\n'


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
