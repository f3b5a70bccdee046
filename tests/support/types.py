"""The product's rooms as they work with the resource types that there are: what wiring would hand them."""

from __future__ import annotations

from functools import partial

from dr_orchestrator import catalog
from dr_orchestrator.catalog import schema
from dr_orchestrator.domain.resource_type import Write
from dr_orchestrator.resources import TYPES

CALLS = TYPES.calls
READS = CALLS.reads
WRITES: dict[tuple[str, str], Write] = {call: writes[0] for call, writes in CALLS.writes.items()}

load = partial(catalog.load, types=TYPES)
problems = partial(catalog.problems, types=TYPES)
service_schema = partial(schema.service_schema, types=TYPES)
