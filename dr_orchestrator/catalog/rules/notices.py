"""Rules of notices: each channel has one place for its URL, each template can be filled in, and quiet hours end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec

from dr_orchestrator.catalog.declared import Policy
from dr_orchestrator.catalog.shapes.fields import likely, quoted
from dr_orchestrator.catalog.shapes.notices import Channel, Notices
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.documents.wordings import WrongWording, filled
from dr_orchestrator.domain.notices.event import COMMON, FACTS, Event, sample
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]
_OTHERS = ("AWS_", "DRO_", "PG", "PREFECT_")
"""How the variables begin that hold secrets of others."""

_FURTHEST = timedelta(days=92)
_UNKNOWN = re.compile(r"'(\w+)' is undefined")


def problems(policy: Policy) -> Iterator[Problem]:
    """The mistakes in the notices of tiers.yaml."""
    if policy.whole is None or (written := policy.whole.notices) is None:
        return
    for key, message, fix in _mistakes(written):
        yield policy.document.problem(("notices", *key), message, fix)


def without_apprise(policy: Policy) -> Iterator[Problem]:
    """That nothing can be sent from here: drills run all the same, so that only `dro check` tells it."""
    written = policy.whole.notices if policy.whole else None
    if written and written.channels and find_spec("apprise") is None:
        told = "notices are sent by apprise, which is not installed"
        yield policy.document.problem(("notices", "channels"), told, "pip install 'dr_orchestrator[notify]'")


def _mistakes(written: Notices) -> Iterator[Mistake]:
    for name, channel in written.channels.items():
        for key, message, fix in _of_channel(channel):
            yield ("channels", name, *key), message, fix
    for name, wording in written.templates.items():
        for part, template in (("title", wording.title), ("body", wording.body)):
            if template is not None and (wrong := _cannot_be_filled(template, Event(name))):
                yield ("templates", name, part), *wrong
        if wording.title is None and wording.body is None:
            yield ("templates", name), "says nothing", "give it a `title`, a `body`, or remove it"
    hours = written.quiet_hours
    if hours is not None and hours.since.replace("24:00", "00:00") == hours.until.replace("24:00", "00:00"):
        yield (
            ("quiet_hours", "until"),
            "quiet hours that end when they begin",
            "mend either of them",
        )
    for index, before in enumerate(written.remind_before):
        if before > _FURTHEST:
            yield ("remind_before", index), f"it is longer than {_FURTHEST.days} days", "shorten it"


def _of_channel(written: Channel) -> Iterator[Mistake]:
    if (written.url_env is None) == (written.url_file is None):
        told = "two places hold its URL" if written.url_env else "no place holds its URL"
        yield (), told, "name either `url_env`, a variable, or `url_file`, a file; the URL itself is a secret"
    if written.url_env and written.url_env.upper().startswith(_OTHERS):
        told = f"{quoted(written.url_env)} is no channel's URL, and is sent to none"
        yield ("url_env",), told, "keep the URL in a variable of its own, such as DR_TEAM_URL"
    if written.url_file and "://" in written.url_file:
        yield (
            ("url_file",),
            "a URL stands here, which is a secret",
            "write it to a file, and name that; change the secret",
        )
    if written.events is not None and not written.events:
        yield ("events",), "it is told of nothing", "name some events, or remove the key: then it is told of all"


def _cannot_be_filled(template: str, event: Event) -> tuple[str, str] | None:
    try:
        filled(template, sample(event))
        filled(template, {name: [] if isinstance(each, list) else each for name, each in sample(event).items()})
    except WrongWording as wrong:
        known = (*FACTS[event], *COMMON)
        unknown = _UNKNOWN.search(str(wrong))
        fix = likely(unknown[1], known) if unknown else f"it may name {', '.join(known)}"
        return f"cannot be filled in: {wrong}", fix
    return None
