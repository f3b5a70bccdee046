"""A sync of silences with the Alertmanager that is declared, by the URL that the environment holds."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dr_orchestrator.domain.silences.matching import NotSilenced, matchers_of
from dr_orchestrator.domain.silences.policy import ASTRAY
from dr_orchestrator.domain.silences.silence import OPEN, Done, Silence, Standing, State
from dr_orchestrator.errors import UsageError
from dr_orchestrator.notify.address import address_of
from dr_orchestrator.notify.alertmanager import HttpAlertmanager
from dr_orchestrator.notify.silencing import Silencing

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

_MOST = 4096


@dataclass(frozen=True)
class Listed:
    """A copy that stands: `until` is when its silence ends where its run is not heard of any more, None where it is not
    known to live; `state` is that of its silence, None where it never had one, and `ends` when that ends, or did.
    `matchers` are those of it, and `why` tells why there is none, or not for long.
    """

    standing: Standing
    until: datetime | None
    state: State | None
    ends: datetime | None
    matchers: Mapping[str, str]
    why: str


def sync(here: App, go_on: Callable[[], bool] = lambda: True, *, each: bool = False) -> Done:
    """Bring each copy's silence up to date, for as long as it may go on; look at `each`, whatever its age.

    UsageError where there is no URL.
    """
    if not here.silencing.declared:
        return Done(left=_forsaken(here))
    there = reaching(here)
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    box, blind = here.ledger.silences.box(holder), _blind(here)
    production = frozenset() if blind else here.sources
    return Silencing(box, there, here.silencing, production, here.machine, blind).perform(go_on, each=each)


def listing(here: App) -> list[Listed]:
    """The copies that stand by the ledger, and those that are gone whose silence may stand, oldest first, with what is
    to be silenced of each.
    """
    found, blind = here.ledger.silences.standing(), _blind(here) if here.silencing.declared else ""
    return [_listed(here, each, blind) for each in found if not each.gone or _may_stand(here, each.known)]


def _may_stand(here: App, known: Silence) -> bool:
    """Whether it is open; where none is declared, nobody ends it, and it is over once its end has passed."""
    latest = here.machine.now() - ASTRAY
    return known.state in OPEN and (here.silencing.declared or (known.ends_at is not None and known.ends_at > latest))


def _blind(here: App) -> str:
    """Why production's names are not all known, empty where they are: a drill file that is broken may hold one."""
    try:
        here.catalogue  # noqa: B018 - read once, and kept
    except UsageError as wrong:
        first = wrong.message.partition("\n")[0]
        return f"production's names are not all known: mend what `dro check` tells of the drill files: {first}"
    return ""


def _forsaken(here: App) -> dict[str, str]:
    """The silences that stand where nobody knows any more: what is declared no longer is asked for nothing."""
    told = "tiers.yaml declares no `silences` any more: it ends by itself at"
    open_ones = [each for each in here.ledger.silences.standing() if _may_stand(here, each.known)]
    return {each.name: f"{told} {each.known.ends_at:%Y-%m-%d %H:%M} UTC" for each in open_ones}


def reaching(here: App, environ: Mapping[str, str] | None = None) -> HttpAlertmanager:
    """The Alertmanager that is declared; UsageError, which tells places and no secret, where it cannot be asked."""
    policy, env = here.silencing, os.environ if environ is None else environ
    url = _one_line(env.get(policy.url_env, ""), policy.url_env, policy.place("url_env"))
    token = policy.token_env and _one_line(env.get(policy.token_env, ""), policy.token_env, policy.place("token_env"))
    return HttpAlertmanager(address_of(url, f"{policy.url_env} ({policy.place('url_env')})", token), here.machine)


def _one_line(found: str, variable: str, place: str) -> str:
    plain = found.strip()
    if not plain:
        raise UsageError(f"{variable} ({place}) is not set", "set it where drills run, from where you keep secrets")
    if not plain.isascii() or not plain.isprintable() or " " in plain or len(plain) > _MOST:
        raise UsageError(f"{variable} ({place}) holds more than one line of plain letters", "set it to the value alone")
    return plain


def _listed(here: App, of: Standing, blind: str) -> Listed:
    policy, now = here.silencing, here.machine.now()
    lives = of.alive and not of.gone and of.heard is not None
    until = now - of.heard + policy.margin if lives and of.heard is not None else None
    state, ends = _state(of, now), of.known.ends_at
    ends = ends if ends is not None and (state in OPEN or (state is State.ENDED and ends <= now)) else None
    try:
        matchers = matchers_of(of, policy, () if of.gone or blind else here.sources) if policy.declared else {}
    except NotSilenced as wrong:
        return Listed(of, until, state, ends, {}, of.known.error or str(wrong))
    return Listed(of, until, state, ends, matchers, of.known.error or _without(here, of, state, blind))


def _state(of: Standing, now: datetime) -> State | None:
    """Where its silence stands; one whose end has passed has ended, whether that is written yet or not."""
    if of.silence is None:
        return None
    ends = of.silence.ends_at
    return State.ENDED if of.silence.state in OPEN and ends is not None and ends <= now else of.silence.state


def _without(here: App, of: Standing, state: State | None, blind: str) -> str:
    """Why a copy has no silence, empty where it has one and keeps it."""
    if not here.silencing.declared:
        return "tiers.yaml declares no `silences`"
    if of.gone:
        return "its copy is gone: the next sync ends it"
    if of.simulated and not here.silencing.simulated:
        return "a rehearsal's copy is not silenced"
    if blind:
        return blind
    if state is State.STANDS:
        return ""
    ended = "it ended by itself: " if of.known.state in OPEN and state is State.ENDED else ""
    return ended + ("the next sync makes it" if of.alive else "no process is known from here to drive its run")
