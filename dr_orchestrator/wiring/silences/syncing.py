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
from dr_orchestrator.domain.silences.silence import Done, Standing, State
from dr_orchestrator.errors import UsageError
from dr_orchestrator.notify.alertmanager import HttpAlertmanager, address_of
from dr_orchestrator.notify.silencing import Silencing

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

_MOST = 4096


@dataclass(frozen=True)
class Listed:
    """A copy that stands: `until` is when its silence ends where its run is not heard of any more, None where it is not
    known to live; `matchers` are those of its silence, and `why` tells why there is none.
    """

    standing: Standing
    until: datetime | None
    matchers: Mapping[str, str]
    why: str


def sync(here: App, go_on: Callable[[], bool] = lambda: True) -> Done:
    """Bring each copy's silence up to date, for as long as it may go on; UsageError where there is no URL."""
    if not here.silencing.declared:
        return Done()
    there = reaching(here)
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    box = here.ledger.silences.box(holder)
    return Silencing(box, there, here.silencing, here.sources, here.machine).perform(go_on)


def listing(here: App) -> list[Listed]:
    """The copies that stand by the ledger, oldest first, with what is to be silenced of each."""
    return [_listed(here, each) for each in here.ledger.silences.standing() if not each.gone]


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


def _listed(here: App, of: Standing) -> Listed:
    policy = here.silencing
    lives = of.alive and of.heard is not None
    until = here.machine.now() - of.heard + policy.margin if lives and of.heard is not None else None
    try:
        matchers, why = matchers_of(of, policy, here.sources) if policy.declared else {}, ""
    except NotSilenced as wrong:
        return Listed(of, until, {}, str(wrong))
    return Listed(of, until, matchers, why or of.known.error or _without(here, of))


def _without(here: App, of: Standing) -> str:
    """Why a copy has no silence, empty where it has one."""
    if not here.silencing.declared:
        return "tiers.yaml declares no `silences`"
    if of.simulated and not here.silencing.simulated:
        return "a rehearsal's copy is not silenced"
    if of.known.state is State.STANDS:
        return ""
    return "the next sync makes it" if of.alive else "no process is known from here to drive its run"
