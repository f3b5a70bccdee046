"""Rules of the tracker: each kind has what it needs, nothing that it cannot heed, and sends no secret astray."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from dr_orchestrator.catalog.declared import Policy
from dr_orchestrator.catalog.shapes.fields import likely, quoted
from dr_orchestrator.catalog.shapes.tracker import Tracker
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.tickets.policy import JIRAS, TrackerKind
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]
_NEEDS = {
    TrackerKind.MARKDOWN: (),
    TrackerKind.JIRA_CLOUD: ("url", "project", "user", "token_env"),
    TrackerKind.JIRA_DATA_CENTER: ("url", "project", "token_env"),
    TrackerKind.GITHUB: ("project", "token_env"),
    TrackerKind.GITLAB: ("project", "token_env"),
}
_OF = {"user": (TrackerKind.JIRA_CLOUD,), "issue_type": JIRAS, "folder": (TrackerKind.MARKDOWN,)}
_PROJECTS = {
    TrackerKind.JIRA_CLOUD: (r"[A-Z][A-Z0-9_]{0,254}", "the key of a project, such as DR"),
    TrackerKind.JIRA_DATA_CENTER: (r"[A-Z][A-Z0-9_]{0,254}", "the key of a project, such as DR"),
    TrackerKind.GITHUB: (r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", "OWNER/NAME of a repository"),
    TrackerKind.GITLAB: (r"[0-9]{1,18}|[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+", "GROUP/NAME of a project, or its id"),
}
_MOVES = {
    TrackerKind.GITHUB: ("open", "completed", "not planned"),
    TrackerKind.GITLAB: ("opened", "closed"),
}
_OTHERS = ("AWS_", "DRO_", "PG", "PREFECT_")
"""How the variables begin that hold secrets of others: of AWS, of databases, of the program itself."""

_ASSIGNED = ("assignee", "assignees", "assignee_ids")
_HOST = re.compile(r"[^\W_][\w-]{0,62}(?:\.[^\W_][\w-]{0,62})*\.?")
_OURS = ("project", "issuetype", "summary", "title", "description", "body", "labels", *_ASSIGNED)


def problems(policy: Policy) -> Iterator[Problem]:
    """The mistakes in the tracker of tiers.yaml."""
    if policy.whole is None or (written := policy.whole.tracker) is None:
        return
    for key, message, fix in _mistakes(written):
        yield policy.document.problem(("tracker", *key), message, fix)


def _mistakes(written: Tracker) -> Iterator[Mistake]:
    kind = written.kind
    for name in _NEEDS[kind]:
        if getattr(written, name) is None:
            yield (), f"'{name}' is missing, which {kind} needs", "add it"
    for name, kinds in _OF.items():
        if getattr(written, name) is not None and kind not in kinds:
            yield (name,), f"{kind} knows no '{name}'", f"remove it: it is of {' and '.join(kinds)}"
    if kind is TrackerKind.MARKDOWN:
        for name in ("url", "project", "token_env", "fields", "settles"):
            if getattr(written, name):
                yield (name,), f"{kind} knows no '{name}'", "remove it, or say by `kind` which tracker it is of"
    yield from _sent(written)
    legal = _MOVES.get(kind)
    for state, status in written.transitions.items():
        if legal and status.casefold() not in legal:
            told = f"an issue of {kind} cannot be {quoted(status)}"
            yield ("transitions", state), told, likely(status, legal)
    for name in written.fields:
        if name.casefold() in _OURS:
            yield ("fields", name), "the program writes this field itself", "remove it"


def _sent(written: Tracker) -> Iterator[Mistake]:
    """The mistakes in where the token is sent."""
    if written.url and not _is_address(written.url):
        yield ("url",), f"{quoted(written.url)} is not a tracker's address", "such as https://acme.atlassian.net"
    elif written.url and not _is_safe(written.url):
        yield ("url",), "a token is not sent over plain http", "write https://"
    if written.token_env and written.token_env.upper().startswith(_OTHERS):
        told = f"{quoted(written.token_env)} is no tracker's token, and is sent to none"
        yield ("token_env",), told, "keep the tracker's token in a variable of its own, such as TICKETS_TOKEN"
    if written.project is not None and (shape := _PROJECTS.get(written.kind)):
        pattern, what = shape
        if not re.fullmatch(pattern, written.project, re.ASCII) or ".." in written.project:
            yield ("project",), f"{quoted(written.project)} is not a project of {written.kind}", what


def _is_address(url: str) -> bool:
    """Whether a URL has a host, and a port if any, that all who read it understand alike."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        if "[" in parts.netloc:
            return bool(re.fullmatch(r"\[[^\]]+\](?::[0-9]+)?", parts.netloc)) and bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False
    return bool(_HOST.fullmatch(host))


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
