"""Alertmanager's API v2 over plain HTTP: one request, one answer, and of each failure whether the work may be done.

Its URL may hold secrets, and is told by nothing: no error, no log. No proxy of the environment is asked.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.silences.policy import ASTRAY
from dr_orchestrator.domain.silences.ports import Fault, Unknown, Wanted
from dr_orchestrator.domain.silences.silence import CREATED_BY, There
from dr_orchestrator.errors import without_secrets
from dr_orchestrator.notify.address import Address
from dr_orchestrator.notify.exchange import Exchange
from dr_orchestrator.waiting.aside import Late, aside

WITHIN_S = 10.0
"""Real seconds that a whole answer may take."""

TRIES, PAUSE_S = 2, 1.0
_SHOWN, _ID = 300, re.compile(r"[!-~]{1,200}")
_UP = "see that Alertmanager is up; the drill goes on, and the next round tries again"
_ITS_OWN = "see that the URL is Alertmanager's own, with its path prefix and without /api/v2"
_CLOCKS = "set both clocks right, by NTP; or it is the date of a proxy: name a URL that leads past it"
_HINTS = {
    400: "mend what it says: `silences: alertmanager` in tiers.yaml, or a clock",
    401: "renew the token in the variable that `silences: alertmanager: token_env` names, or the URL's password",
    403: "give the token's user the right to make silences",
    404: _ITS_OWN,
}


class HttpAlertmanager:
    """One Alertmanager; `clock` is the machine's."""

    def __init__(self, address: Address, clock: Clock, within_s: float = WITHIN_S) -> None:
        self._at, self._clock, self._within_s = address, clock, within_s
        self._ahead = timedelta()

    def find(self, label: str, value: str) -> Sequence[There]:
        """The silences that match a label's value, those that are over, too."""
        plain = value.replace("\\", "\\\\").replace('"', '\\"')
        asked = urlencode({"filter": f'{label}="{plain}"'})
        return _listed(self._again("GET", f"/silences?{asked}"))

    def look(self, remote: str) -> There | None:
        """The silence of an id, over or not; None where there is none."""
        try:
            return _listed([self._again("GET", f"/silence/{quote(remote, safe='')}", of_one=True)])[0]
        except Unknown:
            return None

    def post(self, wanted: Wanted, remote: str) -> str:
        """Make a silence, or change the one of an id; return its id."""
        matchers = [
            {"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in wanted.matchers.items()
        ]
        body = {"matchers": matchers, "startsAt": _stamp(wanted.starts_at), "endsAt": _stamp(wanted.ends_at)}
        body |= {"createdBy": CREATED_BY, "comment": wanted.comment, **({"id": remote} if remote else {})}
        got = self._asked("POST", "/silences", body, of_one=bool(remote))
        try:
            return _id(got["silenceID"])
        except (TypeError, KeyError, ValueError):
            raise Fault("POST /api/v2/silences: answers without an id", _ITS_OWN, surely=False) from None

    def delete(self, remote: str) -> None:
        """End a silence."""
        self._again("DELETE", f"/silence/{quote(remote, safe='')}", of_one=True)

    def time(self) -> datetime:
        """The time there, by its last answer; by this machine where it tells none. Fault where it is far from ours."""
        if abs(self._ahead) > ASTRAY:
            way = "ahead of" if self._ahead > timedelta() else "behind"
            minutes = abs(self._ahead) // timedelta(minutes=1)
            raise Fault(f"the date of its answers is {minutes} minutes {way} this machine's clock", _CLOCKS)
        return self._clock.now() + self._ahead

    def _again(self, method: str, path: str, *, of_one: bool = False) -> Any:
        """Ask again, where no answer came, what may be asked twice."""
        for left in reversed(range(TRIES)):
            try:
                return self._asked(method, path, None, of_one=of_one)
            except _Passing:
                if not left:
                    raise
                self._clock.sleep(PAUSE_S)
        raise AssertionError  # the last try returned, or raised

    def _asked(self, method: str, path: str, body: object, *, of_one: bool) -> Any:
        call = f"{method} /api/v2{path.partition('?')[0]}"
        made = Exchange(self._at, self._within_s)
        try:
            status, read, date = aside(
                lambda: made.perform(method, path, body),
                what="Alertmanager",
                within=self._within_s,
                give_up=made.give_up,
            )
        except Late:
            raise _Passing(f"{call}: no whole answer within {self._within_s:g} s", _UP, surely=not made.begun) from None
        except (OSError, http.client.HTTPException, ValueError) as lost:
            told = "no answer" if made.begun else "it is not reached"
            raise _Passing(f"{call}: {told}: {self._masked(str(lost))}", _UP, surely=not made.begun) from None
        self._set_time(date)
        return self._told(call, status, read, of_one=of_one)

    def _set_time(self, date: str) -> None:
        """Its own clock times what ends there: to the second, and never later than it is."""
        try:
            told = parsedate_to_datetime(date)
            self._ahead = (told if told.tzinfo else told.replace(tzinfo=UTC)) - self._clock.now()
        except (ValueError, TypeError, IndexError, OverflowError):
            return

    def _told(self, call: str, status: int, read: bytes, *, of_one: bool) -> Any:
        if 200 <= status < 300:
            try:
                return json.loads(read) if read.strip() else None
            except (ValueError, RecursionError):
                raise Fault(f"{call}: answers {status} with what is no JSON", _ITS_OWN, surely=False) from None
        said = f"{call}: answers {status}: {self._masked(read.decode('utf-8', 'replace'))}"
        if status == 404 and of_one:
            raise Unknown(said, "it is made anew", over=False)
        if status >= 500 or status in (408, 429):
            raise _Passing(said, _UP, surely=status == 429)
        if status < 400:
            raise Fault(f"{call}: answers {status}, that it has moved", "name the URL to which it leads")
        raise Fault(said, _HINTS.get(status, _HINTS[400]), over=status in (401, 403, 404))

    def _masked(self, text: str) -> str:
        for secret in self._at.secrets:
            text = text.replace(secret, "***")
        plain = " ".join("".join(each if each.isprintable() else " " for each in without_secrets(text)).split())
        return plain[:_SHOWN] or "nothing more"


class _Passing(Fault):
    """No answer, or none that counts: what may be asked twice is asked again."""


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _listed(found: Any) -> list[There]:
    try:
        return [_there(each) for each in found]
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError, RecursionError):
        raise Fault("GET /api/v2/silences: answers with what is no list of silences", _ITS_OWN) from None


def _there(said: Any) -> There:
    plain = all(not each["isRegex"] and each.get("isEqual", True) for each in said["matchers"])
    matchers = {str(each["name"]): str(each["value"]) for each in said["matchers"]} if plain else None
    starts, ends = (_instant(said[name]) for name in ("startsAt", "endsAt"))
    of = (said["createdBy"], said["comment"])
    return There(_id(said["id"]), str(said["status"]["state"]), starts, ends, matchers, *map(str, of))


def _instant(said: Any) -> datetime:
    """An instant, in UTC; ValueError where it tells no zone, or lies outside of all years."""
    told = datetime.fromisoformat(said.replace("Z", "+00:00"))
    if told.tzinfo is None:
        raise ValueError(said)
    return told.astimezone(UTC)


def _id(said: Any) -> str:
    if not isinstance(said, str) or not _ID.fullmatch(said):
        raise ValueError
    return said
