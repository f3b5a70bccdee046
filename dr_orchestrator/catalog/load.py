"""Reads a folder of drill files; all or nothing: with a single problem there is no catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dr_orchestrator.catalog import build, gaps
from dr_orchestrator.catalog.declared import Policy, read_policy, read_service
from dr_orchestrator.catalog.notices import notices
from dr_orchestrator.catalog.rules import estate
from dr_orchestrator.catalog.rules import notices as rules_of_notices
from dr_orchestrator.catalog.rules import silences as rules_of_silences
from dr_orchestrator.catalog.rules import tracker as rules_of_tracker
from dr_orchestrator.catalog.silences import silences
from dr_orchestrator.catalog.source import Key, dotted
from dr_orchestrator.catalog.tracker import tracker
from dr_orchestrator.domain.drill import Catalogue
from dr_orchestrator.domain.notices.policy import NoticePolicy
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.domain.silences.policy import SilencePolicy
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.errors import CatalogError, Problem

_INIT = "make a workspace with `dro init DIR`"


def load(drills: Path, types: Types[ResourceType], *, anew: bool = False) -> Catalogue:
    """Read tiers.yaml and every service file; CatalogError with all problems where there is one.

    With `anew` a baseline that cannot be read is as if there were none: whoever asks is about to record another.
    """
    catalogue, found = _read(drills, types, anew=anew)
    if catalogue is None:
        raise CatalogError(found)
    return catalogue


def problems(drills: Path, types: Types[ResourceType], flows: Path | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with the drill files, by file and line; empty where they can be loaded.

    With `flows`, the folder of scripts, also each drill of a kind whose script is not there: it can be loaded, and not
    be run.
    """
    return _read(drills, types, flows)[1]


def policy_alone(drills: Path, types: Types[ResourceType]) -> Catalogue:
    """The catalogue of the policy, with no service in it; CatalogError where tiers.yaml cannot be read."""
    policy = read_policy(drills.absolute())
    if policy.whole is None:
        raise CatalogError(tuple(policy.document.problems))
    return build.catalogue(policy.whole, [], types)


def tracker_alone(drills: Path) -> TrackerPolicy:
    """The tracker, which knows where in tiers.yaml its keys are written; CatalogError where that cannot be read.

    A mistake in a service's file keeps no ticket from being brought up to date.
    """
    policy = read_policy(drills.absolute())
    if found := (*policy.document.problems, *rules_of_tracker.problems(policy)):
        raise CatalogError(found)
    written = policy.whole.tracker if policy.whole else None
    keys: dict[str, Key] = {name: ("tracker", name) for name in (written.model_fields_set if written else ())}
    keys |= {"": ("tracker",)} if written else {}
    return tracker(written, _places(policy, keys))


def notices_alone(drills: Path) -> NoticePolicy:
    """The notices, likewise: what a service's file lacks keeps nobody from being told."""
    policy = read_policy(drills.absolute())
    if found := (*policy.document.problems, *rules_of_notices.problems(policy)):
        raise CatalogError(found)
    written = policy.whole.notices if policy.whole else None
    of = {name: each.model_fields_set for name, each in (written.channels if written else {}).items()}
    keys: dict[str, Key] = {
        f"channels.{name}.{key}": ("notices", "channels", name, key) for name, each in of.items() for key in each
    }
    return notices(written, _places(policy, keys))


def silences_alone(drills: Path) -> SilencePolicy:
    """The silences, likewise."""
    policy = read_policy(drills.absolute())
    if found := (*policy.document.problems, *rules_of_silences.problems(policy)):
        raise CatalogError(found)
    written = policy.whole.silences if policy.whole else None
    of = written.alertmanager.model_fields_set if written else ()
    keys: dict[str, Key] = {name: ("silences", "alertmanager", name) for name in of}
    return silences(written, _places(policy, keys))


def _places(policy: Policy, keys: Mapping[str, Key]) -> dict[str, str]:
    """Where keys are written in tiers.yaml: file, line and key."""
    document = policy.document
    return {name: f"{document.file}:{document.line(key)}:{dotted(key)}" for name, key in keys.items()}


def service_files(drills: Path) -> list[Path]:
    """The files of services, by name."""
    found = (path for ending in ("*.yaml", "*.yml") for path in drills.glob(ending))
    return sorted(path for path in found if path.stem != "tiers" and not path.name.startswith("."))


def _read(
    drills: Path, types: Types[ResourceType], flows: Path | None = None, *, anew: bool = False
) -> tuple[Catalogue | None, tuple[Problem, ...]]:
    drills = drills.absolute()  # so that it has a name, whatever folder the user stands in
    if not drills.is_dir():
        return None, (Problem(drills.name, 1, "", "there is no such folder", _INIT),)
    policy = read_policy(drills)
    services = [replace(read_service(path, types), anew=anew) for path in service_files(drills)]
    documents = [policy.document, *(service.document for service in services)]
    found = [problem for document in documents for problem in document.problems]
    found += estate.problems(policy, services, types)
    found = gaps.told(documents, found)
    found += (*estate.without_flow(services, flows), *rules_of_notices.without_apprise(policy)) if flows else ()
    if not services:
        found.append(Problem(drills.name, 1, "", "holds no service file", _INIT))
    if found or policy.whole is None:
        return None, tuple(sorted(set(found), key=lambda one: (one.file, one.line, one.key, one.message)))
    return build.catalogue(policy.whole, services, types, _entries(policy), _freezes(policy)), ()


def _entries(policy: Policy) -> dict[str, str]:
    """The places in tiers.yaml of the entries for production, by drill."""
    document = policy.document
    keys: dict[str, Key] = {name: ("production", name) for name in (policy.whole.production if policy.whole else ())}
    return {name: f"{document.file}:{document.line(key)}:{dotted(key)}" for name, key in keys.items()}


def _freezes(policy: Policy) -> dict[int, str]:
    """The places in tiers.yaml of the calendar's freezes, by number."""
    document, written = policy.document, policy.whole.calendar if policy.whole else None
    keys: dict[int, Key] = {
        index: ("calendar", "freezes", index) for index in range(len(written.freezes if written else ()))
    }
    return {index: f"{document.file}:{document.line(key)}:{dotted(key)}" for index, key in keys.items()}
