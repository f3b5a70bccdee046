"""The words of a ticket and of its comments, as blocks that each tracker writes in its own markup."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dr_orchestrator.domain.findings.telling import standing
from dr_orchestrator.domain.findings.tracked import Entry, TrackedFinding
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import LABEL, key_of, whose
from dr_orchestrator.errors import without_secrets

_TITLE, _TEXT, _HISTORY = 200, 6000, 40
"""Letters of a title and of a text, and entries of a history, that a ticket has at most: trackers have bounds."""

_NAMED = re.compile(r"\{(\w+)\}")
_ABSENT = object()


@dataclass(frozen=True)
class Said:
    """A paragraph of our own words."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names and values, one a line; the values may be anybody's words."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Quoted:
    """Anybody's words, of several lines: shown as they are, and obeyed by no tracker."""

    text: str


Block = Said | Facts | Quoted
Text = Sequence[Block]


@dataclass(frozen=True)
class Draft:
    """A ticket that is to be made; `person` is empty where nobody is declared for its owner."""

    key: str
    title: str
    text: Text
    labels: tuple[str, ...]
    person: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    whose: str = ""


def draft_of(
    of: TrackedFinding, history: Iterable[Entry], policy: TrackerPolicy, now: datetime, ledger: str = ""
) -> Draft:
    """The ticket of a finding that a ledger makes, with what became of it until now."""
    key = key_of(of)
    stamp = "SIMULATED, no evidence: " if of.simulated else ""
    title = _line(f"{stamp}[{of.severity.upper()}] {of.service_title or of.service}: {of.title}", _TITLE)
    entries = [*history]
    told = [f"{each.at:%Y-%m-%d %H:%M} UTC  {_told(each)}" for each in entries[-_HISTORY:]]
    blocks = (
        Facts(tuple((name, _line(value, _TITLE)) for name, value in facts(of, now).items())),
        Quoted(_cut(of.detail)),
        *((Said("What became of it until now:"), Quoted(_cut("\n".join(told)))) if told else ()),
        Said(_closes(of)),
        Said(_mark(whose(key, ledger))),
    )
    labels = (LABEL, key, *(each for each in policy.labels if each not in (LABEL, key)))
    known = {name: _line(value, _TITLE) for name, value in facts(of, now).items()}
    values = _filled(policy.fields, known, due=of.due is not None)
    filled = {} if values is _ABSENT else values
    return Draft(key, title, blocks, labels, policy.person(of.owner), filled, whose(key, ledger))


def facts(of: TrackedFinding, now: datetime) -> dict[str, str]:
    """The facts that are told of a finding, by the names that `fields` may use."""
    return {
        "finding": of.fingerprint,
        "service": of.service,
        "tier": "none" if of.tier is None else str(of.tier),
        "drill": of.drill or "none",
        "severity": of.severity.value,
        "stands": standing(of, now),
        "owner": of.owner or "nobody",
        "due": f"{of.due:%Y-%m-%d}" if of.due else "no date",
        "seen": f"{of.first_seen:%Y-%m-%d} first, {of.last_seen:%Y-%m-%d} last, by {of.last_source}",
    }


NAMES = ("finding", "service", "tier", "drill", "severity", "stands", "owner", "due", "seen")
"""The names of those facts."""


def mark_of(entry: Entry) -> str:
    """The mark of the comment that tells an entry: whoever reads the ticket's comments knows by it that it is told."""
    whole = "\0".join((entry.at.isoformat(), entry.who, entry.act.value, entry.text, entry.source))
    return f"dro-{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:16]}"


def comment_of(entry: Entry, of: TrackedFinding, now: datetime) -> Text:
    """The comment that tells an entry, and how the finding stands by now."""
    source = f" ({_line(entry.source, _TITLE)})" if entry.source else ""
    quoted = (Quoted(_cut(entry.text)),) if entry.text.strip() else ()
    who = Facts((("by", _line(f"{entry.who}{source}", _TITLE)), ("stands", _line(standing(of, now), _TITLE))))
    return (Said(f"{entry.at:%Y-%m-%d %H:%M} UTC: {entry.act.value}"), *quoted, who, Said(_mark(mark_of(entry))))


def lapse_mark(until: datetime) -> str:
    """The mark of the comment that tells that an acceptance ran out."""
    return f"dro-lapse-{until:%Y%m%d%H%M%S}"


def lapse_comment(of: TrackedFinding, until: datetime, now: datetime) -> Text:
    """The comment that tells that an acceptance ran out: nobody did it, so that no entry does."""
    said = Said(f"The acceptance ran out on {until:%Y-%m-%d}.")
    return said, Facts((("stands", _line(standing(of, now), _TITLE)),)), Said(_mark(lapse_mark(until)))


def _closes(of: TrackedFinding) -> str:
    how = (
        "a passing run of its drill on AWS that looks at this"
        if of.drill
        else "a later look on AWS that sees it mended"
    )
    return f"The finding is closed by {how}, and by nothing that is done to this ticket."


def _told(entry: Entry) -> str:
    return ": ".join(filter(None, (f"{entry.act.value} by {entry.who}", " ".join(entry.text.split()))))


def _mark(key: str) -> str:
    return f"dr-orchestrator {key}"


def _filled(value: Any, known: Mapping[str, str], *, due: bool) -> Any:
    """A value of `fields` with the facts that its texts name; a date that there is none of is _ABSENT, however deep."""
    if isinstance(value, str):
        if value.strip() == "{due}" and not due:
            return _ABSENT
        return _NAMED.sub(lambda found: known.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        pairs = ((name, _filled(each, known, due=due)) for name, each in value.items())
        kept = {name: each for name, each in pairs if each is not _ABSENT}
        return kept if kept or not value else _ABSENT
    if isinstance(value, list | tuple):
        told = [each for each in (_filled(each, known, due=due) for each in value) if each is not _ABSENT]
        return told if told or not value else _ABSENT
    return value


def _line(text: str, most: int) -> str:
    """Text in one line, without what no tracker shows."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in without_secrets(text)).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _cut(text: str) -> str:
    shown = "".join(each if each.isprintable() or each == "\n" else " " for each in without_secrets(text)).strip()
    return shown if len(shown) <= _TEXT else f"{shown[:_TEXT]}\n… (cut; `dro finding show` tells it all)"
