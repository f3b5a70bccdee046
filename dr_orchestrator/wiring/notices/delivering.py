"""Sends what waits, by the URLs that the environment and its files hold."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from dr_orchestrator.domain.notices.ports import Post
from dr_orchestrator.errors import UsageError
from dr_orchestrator.notify.delivering import Delivered, Delivering
from dr_orchestrator.notify.post import ApprisePost

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

_MOST = 4096


def deliver(here: App, go_on: Callable[[], bool] = lambda: True, post: Post | None = None) -> Delivered:
    """Send what waits, for as long as it may go on."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    outbox = here.ledger.notices.outbox(holder)
    if post is not None:
        return Delivering(outbox, post, here.notices, lambda name: url_of(here, name), here.clock).perform(go_on)
    with closing(ApprisePost()) as made:
        return deliver(here, go_on, made)


def url_of(here: App, name: str, environ: Mapping[str, str] | None = None) -> str:
    """The URL of a channel; UsageError, which tells where it should be and never what it is, where there is none."""
    channel = here.notices.channels.get(name)
    if channel is None:
        raise UsageError(f"channel '{name}' is not declared any more", "declare it, or let its messages run out")
    if channel.url_env:
        place = here.notices.place(f"channels.{name}.url_env")
        found = (os.environ if environ is None else environ).get(channel.url_env, "")
        return _one_line(found, f"{channel.url_env} ({place})")
    place = here.notices.place(f"channels.{name}.url_file")
    path = here.settings.home / channel.url_file
    try:
        with path.open(encoding="utf-8") as file:
            found = file.read(_MOST + 1)
    except (OSError, UnicodeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "it is no text"
        raise UsageError(f"{path} ({place}) cannot be read: {why}", "write the channel's URL to it") from None
    return _one_line(found, f"{path} ({place})")


def _one_line(found: str, place: str) -> str:
    url = found.strip()
    if not url:
        raise UsageError(f"{place} holds no URL", "set it where notices are sent, from where you keep secrets")
    if not url.isprintable() or " " in url or len(url) > _MOST:
        raise UsageError(f"{place} holds no URL in one line", "set it to the URL alone")
    return url
