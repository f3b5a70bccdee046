"""The shapes of what only volumes have in drill files."""

from __future__ import annotations

from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import shaped, whole

Machine = Annotated[
    str,
    shaped(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the id of a machine", "i- and the digits that EC2 gave it: i-0abc…"),
]
InitializationRate = Annotated[int, whole(100, 300)]
