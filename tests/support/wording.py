"""Words put in the place of every sentence of a record, and put back: for tests that nothing is read from wording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from hypothesis import Phase

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.judge.measure import Fault, Record
from dr_orchestrator.domain.objective import Objective
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.replica import Empty
from dr_orchestrator.domain.run import (
    CheckResult,
    Closing,
    Measures,
    Observation,
    Provenance,
    Run,
    RunHeader,
    Segment,
    ServerTime,
    Step,
)

T = TypeVar("T")

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A case that fails is told as it was met: to shrink dozens of sentences takes minutes and shows nothing more."""

SENTENCES: dict[type, set[str]] = {
    RunHeader: {"owner"},
    Objective: {"source", "revision", "reason"},
    Provenance: {
        "tool_version",
        "definition",
        "catalogue_revision",
        "caller",
        "region",
        "endpoint",
        "engine",
        "operator",
    },
    Step: {"name", "detail"},
    Segment: {"reason"},
    CheckResult: {"expected", "observed"},
    RecoveryPoint: {"data_time_source"},
    WorstCase: {"source"},
    ServerTime: {"source"},
    Measures: {"rpa_source", "worst_case_source"},
    Finding: {"title", "detail", "owner"},
    Closing: {"reasons", "cleanup_reasons"},
    Record: {"cleanup_reasons", "clock_doubts", "doubts"},
    Fault: {"text"},
    Empty: {"reason"},
}
"""The fields that hold words for people: nothing may follow from them."""

IDS: dict[type, set[str]] = {
    RunHeader: {
        "service_title",
        "id",
        "drill",
        "service",
        "resource",
        "resource_id",
        "selection",
        "exercise",
        "planned_checks",
    },
    Provenance: {"account"},
    CheckResult: {"name", "store"},
    RecoveryPoint: {"id", "store"},
    Copy: {"id", "type", "account", "region", "run", "drill", "service", "parent", "made_by"},
    Identity: {"arn", "unique_id"},
    Observation: {"copy", "state"},
    ServerTime: {"copy", "state"},
    Measures: {"rpa_grade", "rpa_check", "rpa_point"},
    Finding: {"fingerprint"},
    Closing: {"rule_version"},
    Fault: {"cause"},
    Empty: {"resource", "type"},
}
"""The fields that hold names and ids, which tell one thing from another."""

RECORDS = (Event, *SENTENCES, Copy, Identity, Observation, Run)


def reworded(told: T, word: Callable[[str], str]) -> T:
    """The record with other words in each sentence that it holds; what is empty stays empty."""
    return _reworded(told, word)


def _reworded(told: Any, word: Callable[[str], str]) -> Any:
    if isinstance(told, list | tuple):
        return type(told)(_reworded(each, word) for each in told)
    if not is_dataclass(told) or isinstance(told, type):
        return told
    sentences = SENTENCES.get(type(told), set())
    changed = {
        field.name: _said_anew(value, word) if field.name in sentences else _reworded(value, word)
        for field in fields(told)
        for value in [getattr(told, field.name)]
    }
    return replace(told, **changed)


def _said_anew(value: Any, word: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return word(value) if value else value
    return type(value)(_said_anew(each, word) for each in value)


def put_back(seen: Any, words: dict[str, str]) -> Any:
    """What was made of a reworded record, with the first words in the place of the new ones."""
    if isinstance(seen, str):
        for new, old in words.items():
            seen = seen.replace(new, old)
        return seen
    if isinstance(seen, dict):
        return {put_back(key, words): put_back(value, words) for key, value in seen.items()}
    if isinstance(seen, list | tuple):
        return [put_back(each, words) for each in seen]
    return seen
