"""Findings brought into the tracker that is declared, by the secret that the environment holds."""

from __future__ import annotations

import base64
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dr_orchestrator.domain.tickets.policy import TrackerKind, TrackerPolicy
from dr_orchestrator.domain.tickets.ports import Tracker
from dr_orchestrator.domain.tickets.ticket import Item
from dr_orchestrator.domain.tickets.wanted import Wanted
from dr_orchestrator.errors import DroError, Exit, UsageError
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.cloud import JiraCloud
from dr_orchestrator.tracker.data_center import JiraDataCenter
from dr_orchestrator.tracker.folder import Folder
from dr_orchestrator.tracker.github import HEADERS, GitHub
from dr_orchestrator.tracker.gitlab import GitLab
from dr_orchestrator.tracker.sync import Done, Sync

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App


@dataclass(frozen=True)
class Planned:
    """All that a sync would do for a finding; `found` is how the tracker calls a ticket of it that is there, `strange`
    those with its label that do not say that they are this ledger's.
    """

    item: Item
    lacks: Wanted
    found: str = ""
    strange: tuple[str, ...] = ()


class NotInLine(DroError):
    """A sync left something for the next one; `dro tickets` tells what."""

    exit_code = Exit.INCONCLUSIVE


@dataclass(frozen=True)
class Flowed:
    """A sync in a flow run: its sentence, how many tickets it made, and what the flow run fails with, if anything."""

    told: str
    made: int
    fault: NotInLine | None = None


def flowing(here: App) -> Flowed:
    """Sync, as a flow run performs it."""
    done = sync(here)
    if done.in_line:
        return Flowed(done.told_short, len(done.made))
    why = done.stopped or next(iter(done.left.values()))
    return Flowed(
        done.told_short, len(done.made), NotInLine(f"{done.told_short} {why}", "`dro tickets` tells them all")
    )


def sync(here: App) -> Done:
    """Bring every finding's ticket up to date; UsageError where the declaration, or the environment, is not whole."""
    with _syncing(here) as made:
        return made.perform()


def plan(here: App) -> list[Planned]:
    """All that a sync would do: the tracker is read, and nothing is written."""
    with _syncing(here) as made:
        return [_planned(made, item, lacks) for item, lacks in made.planned()]


def _planned(made: Sync, item: Item, lacks: Wanted) -> Planned:
    there = made.told_there(item) if lacks.make else []
    ours = [seen.ref for seen, is_ours in there if is_ours]
    return Planned(item, lacks, ours[0], ()) if ours else Planned(item, lacks, "", tuple(each.ref for each, _ in there))


@contextmanager
def _syncing(here: App) -> Iterator[Sync]:
    policy = here.tracker
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    outbox = here.ledger.tickets.outbox(policy.name, holder)
    with tracker_of(here, policy) as tracker:
        yield Sync(tracker, outbox, policy, here.clock, here.machine)


@contextmanager
def tracker_of(here: App, policy: TrackerPolicy, environ: Mapping[str, str] | None = None) -> Iterator[Tracker]:
    """The tracker that is declared, with the secret that the environment holds."""
    if policy.kind is TrackerKind.MARKDOWN:
        yield Folder(here.settings.working / policy.folder, policy.folder, policy)
        return
    client = _client(here, policy, _token(policy, os.environ if environ is None else environ))
    try:
        yield _spoken_to(client, policy)
    finally:
        client.close()


def _spoken_to(client: Client, policy: TrackerPolicy) -> Tracker:
    if policy.kind is TrackerKind.JIRA_CLOUD:
        return JiraCloud(client, policy)
    if policy.kind is TrackerKind.JIRA_DATA_CENTER:
        return JiraDataCenter(client, policy)
    if policy.kind is TrackerKind.GITHUB:
        return GitHub(client, policy)

    return GitLab(client, policy)


def _client(here: App, policy: TrackerPolicy, token: str) -> Client:
    basic = base64.b64encode(f"{policy.user}:{token}".encode()).decode("ascii")
    headers = {
        TrackerKind.JIRA_CLOUD: {"authorization": f"Basic {basic}"},
        TrackerKind.JIRA_DATA_CENTER: {"authorization": f"Bearer {token}"},
        TrackerKind.GITHUB: {"authorization": f"Bearer {token}", **HEADERS},
        TrackerKind.GITLAB: {"private-token": token},
    }[policy.kind]
    return Client(policy.name, policy.url, headers, (token, basic), here.machine)


def _token(policy: TrackerPolicy, environ: Mapping[str, str]) -> str:
    token = environ.get(policy.token_env, "").strip()
    place = policy.place("token_env")
    if not token:
        told = f"{policy.token_env} is not set, the variable that {place} names for the token of {policy.name}"
        raise UsageError(told, "set it for this process alone, from where you keep secrets; nothing was asked")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"{policy.token_env} ({place}) holds no token in one line", "set it to the token alone")
    return token
