"""A name of a drill's own, which leads to the other region and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

ZONE_TAG = "dr-drill:zone"
"""The tag by which a hosted zone says that it is for drills: one without it gets no record."""


CONTROLS_TAG = "dr-drill:controls"
"""The tag by which a control panel of ARC says that it is for drills: one without it gets no routing control."""

NAME_TYPE = "drill-name"
"""The type of the copy that is a name: it goes before what it leads to, so that it never leads to nobody's host."""


class Way(StrEnum):
    """The two ways of a name."""

    THERE = "there"
    BACK = "back"


NAMES = {Way.THERE: "the name leads to the other region", Way.BACK: "the name leads back"}
"""The checks in which each way is kept."""


class By(StrEnum):
    """The two ways of switching a name: weights of its records, or routing controls that their health checks follow."""

    RECORDS = "records"
    ROUTING_CONTROL = "routing-control"


class RecordType(StrEnum):
    """The record that a name is: another name, or an address."""

    CNAME = "CNAME"
    A = "A"


STAND_IN = {RecordType.CNAME: "lost.invalid", RecordType.A: "192.0.2.1"}
"""The stand-ins for the lost side: names and addresses at which nobody ever answers (RFC 6761, RFC 5737)."""


COMING = {RecordType.CNAME: "coming.invalid", RecordType.A: "198.51.100.1"}
"""The stand-ins for what comes back, until it is there: likewise, and told from the lost side's."""


@dataclass(frozen=True)
class Controls:
    """The control panel of ARC that is the drills' own, by ARN, its cluster, and that cluster's endpoints by region.

    All is declared, so that whoever switches asks no control plane for it.
    """

    cluster: str
    panel: str
    endpoints: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Leading:
    """The word of a drill on its name: which region is lost, in which zone the name is, and to which output it leads.

    `zone` is the hosted zone's id, `domain` its name; `ttl` is how long an answer is kept by who asked. With `controls`
    routing controls switch it, else its records do.
    """

    lost: str
    zone: str
    domain: str
    output: str
    record: RecordType = RecordType.CNAME
    ttl: timedelta = timedelta(seconds=60)
    controls: Controls | None = None
