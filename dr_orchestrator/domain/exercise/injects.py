"""Injects: what the players of an exercise are confronted with, when, and what is expected of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class InjectKind(StrEnum):
    """The purpose of an inject."""

    EVENT = "event"
    INFORMATION = "information"
    CONTINGENCY = "contingency"
    """Delivered only where the expected action did not come."""


@dataclass(frozen=True)
class Inject:
    """An entry of the master scenario events list (MSEL).

    It is due `at` that time of the exercise's own clock, or when its `trigger` (in words) has happened: one of both.
    `sender` and `to` are names of roles or people as the players know them. `contingency` is the name of the inject
    that is delivered where the expected action does not come `within` that time.
    """

    name: str
    content: str
    expected: str
    at: timedelta | None = None
    trigger: str = ""
    kind: InjectKind = InjectKind.EVENT
    sender: str = ""
    to: str = ""
    channel: str = ""
    criterion: str = ""
    contingency: str = ""
    within: timedelta | None = None


def in_order(injects: Iterable[Inject]) -> list[Inject]:
    """As they are due: those with a time by it, those that wait for a trigger or a contingency last, as written."""
    return sorted(injects, key=lambda each: (each.at is None, each.at or timedelta()))
