"""A name of a drill's own, which leads to the other region and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

ZONE_TAG = "dr-drill:zone"
"""The tag by which a hosted zone says that it is for drills: one without it gets no record."""


NAME_TYPE = "drill-name"
"""The type of the copy that is a name: it goes before what it leads to, so that it never leads to nobody's host."""


class Way(StrEnum):
    """The two ways of a name."""

    THERE = "there"
    BACK = "back"


NAMES = {Way.THERE: "the name leads to the other region", Way.BACK: "the name leads back"}
"""The checks in which each way is kept."""


class RecordType(StrEnum):
    """The record that a name is: another name, or an address."""

    CNAME = "CNAME"
    A = "A"


STAND_IN = {RecordType.CNAME: "lost.invalid", RecordType.A: "192.0.2.1"}
"""The stand-ins for the lost side: names and addresses at which nobody ever answers (RFC 6761, RFC 5737)."""


@dataclass(frozen=True)
class Leading:
    """The word of a drill on its name: which region is lost, in which zone the name is, and to which output it leads.

    `zone` is the hosted zone's id, `domain` its name; `ttl` is how long an answer is kept by who asked.
    """

    lost: str
    zone: str
    domain: str
    output: str
    record: RecordType = RecordType.CNAME
    ttl: timedelta = timedelta(seconds=60)
