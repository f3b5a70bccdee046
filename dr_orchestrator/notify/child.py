"""The process in which Apprise runs: it reads messages from its input, one JSON line each, and answers likewise.

Apprise tells of a message whether it went well; of one that did not, not whether it arrived all the same. So each
exchange is looked at below it: what surely was not taken, what was, and what nobody knows. Apprise logs URLs and
headers: nothing that this process writes is kept but its answers, which hold words of our own and numbers alone.
"""

from __future__ import annotations

import json
import logging
import os
import smtplib
import sys
from collections.abc import Callable
from typing import Any, TextIO

import requests
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, ProxyError, SSLError

SENT, REFUSED, UNKNOWN = "sent", "refused", "unknown"
_NOT_NOW, _UNAVAILABLE = range(400, 600), 503
_UNREACHED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ProxyError")
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_AUTHORITY = "its certificate's authority is not trusted here: set REQUESTS_CA_BUNDLE to a file (PEM) with its own"
_REFUSED_BY_MAIL = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


class Seen:
    """The exchanges of one message: what was refused, in words; and whether any was taken, or is in doubt."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self.doubts: list[str] = []
        self.taken = 0


_seen = Seen()


def _send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
    """One HTTP exchange; no redirect is followed, for it may lead anywhere, and makes a GET of a POST."""
    try:
        answer = _send_really(session, request, **{**how, "allow_redirects": False})
    except Exception as wrong:
        (_seen.refused if _never_sent(wrong) else _seen.doubts).append(_named(wrong))
        raise
    _answered(answer.status_code)
    return answer


def _answered(code: int) -> None:
    """Note an answer: a success took something, be it of a GET, by which some plugins send; a word of refusal took
    nothing; whoever redirects, or broke down, may have taken it before.
    """
    if 200 <= code < 300:
        _seen.taken += 1
    elif 400 <= code < 500 or code == _UNAVAILABLE:
        _seen.refused.append(f"answered {code}")
    else:
        _seen.doubts.append(f"answered {code}")


def _never_sent(wrong: Exception) -> bool:
    """Whether nobody was reached, so that nothing can have been taken."""
    if isinstance(wrong, ConnectTimeout):
        return True
    if isinstance(wrong, SSLError):
        return _UNTRUSTED in str(wrong)
    if not isinstance(wrong, NoConnection):
        return not isinstance(wrong, requests.RequestException | OSError)
    reason = getattr(wrong.args[0] if wrong.args else None, "reason", None)
    return type(reason).__name__ in _UNREACHED


def _named(wrong: BaseException) -> str:
    """The fault, by its kind alone: its text may hold the URL."""
    code = getattr(wrong, "smtp_code", None)
    words = {"ConnectTimeout": "nobody was reached in time", "ReadTimeout": "no answer in time"}
    name = type(wrong).__name__
    if isinstance(wrong, SSLError) and _UNTRUSTED in str(wrong):
        return _untrusted(str(wrong))
    if isinstance(wrong, ProxyError):
        return "not reached through the proxy of this process: see HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY"
    if isinstance(wrong, NoConnection) and not isinstance(wrong, ConnectTimeout | SSLError):
        return "not reached" if _never_sent(wrong) else "the connection was cut"
    return f"mail was answered {code}" if code else words.get(name, name)


def _untrusted(said: str) -> str:
    if "mismatch" in said or "not valid for" in said:
        return "its certificate is another host's"
    return "its certificate has expired" if "expired" in said else _AUTHORITY


def _before_mail(act: Callable[..., Any]) -> Callable[..., Any]:
    """A part of SMTP that comes before any message: where it fails nothing was sent."""

    def done(*given: Any, **named: Any) -> Any:
        try:
            answer = act(*given, **named)
        except Exception as wrong:
            _seen.refused.append(_named(wrong))
            raise
        if isinstance(answer, tuple) and isinstance(answer[0], int) and answer[0] in _NOT_NOW:
            _seen.refused.append(f"mail was answered {answer[0]}")
        return answer

    return done


def _mailed(self: smtplib.SMTP, *given: Any, **named: Any) -> Any:
    try:
        refused = _mail_really(self, *given, **named)
    except _REFUSED_BY_MAIL as wrong:
        _seen.refused.append(_named(wrong))
        raise
    except Exception as wrong:
        _seen.doubts.append(_named(wrong))
        raise
    _seen.taken += 1
    if refused:
        _seen.doubts.append("some recipients were refused")
    return refused


_send_really, _mail_really = requests.Session.send, smtplib.SMTP.sendmail


def _look() -> None:
    """Look at every exchange from now on."""
    setattr(requests.Session, "send", _send)  # noqa: B010 - by another signature
    setattr(smtplib.SMTP, "sendmail", _mailed)  # noqa: B010
    for name in ("connect", "starttls", "login"):
        setattr(smtplib.SMTP, name, _before_mail(getattr(smtplib.SMTP, name)))


def sent(url: str, title: str, body: str, urgent: bool, mark: str) -> tuple[str, str]:
    """Send one message; what became of it, and why."""
    global _seen  # noqa: PLW0603 - one message at a time
    import apprise  # noqa: PLC0415 - an extra: without it this process says so

    _seen = Seen()
    asset = apprise.AppriseAsset(app_id=f"{mark} dro", app_desc=f"{mark} dro", app_url="")
    asset.async_mode = False
    made = apprise.Apprise(asset=asset)
    if not made.add(url) or len(made) != 1:
        several = "it names several" if len(made) > 1 else "Apprise takes it for none"
        return REFUSED, f"its URL is not that of one channel: {several}"
    only = made[0]
    # It would send again what a slow receiver got, or cut a message in parts that carry no mark.
    only.retry, only.overflow_mode = 0, apprise.OverflowMode.UPSTREAM
    kind = apprise.NotifyType.WARNING if urgent else apprise.NotifyType.INFO
    well = bool(made.notify(title=title, body=body, notify_type=kind, body_format=apprise.NotifyFormat.TEXT))
    return _judged(well, _seen)


def _judged(well: bool, seen: Seen) -> tuple[str, str]:
    """The end of a message and why, by Apprise's word and by what was seen."""
    why = "; ".join(dict.fromkeys((*seen.refused, *seen.doubts))) or "Apprise does not tell why"
    if well and not seen.refused and not seen.doubts:
        return SENT, ""
    if seen.refused and not seen.taken and not seen.doubts:
        return REFUSED, why
    if seen.taken:
        return UNKNOWN, f"taken in part: {why}"
    return UNKNOWN, why


def serve(source: TextIO, answers: TextIO) -> None:
    """Send each message that is read, until there are no more."""
    for line in source:
        asked = json.loads(line)
        try:
            state, why = sent(asked["url"], asked["title"], asked["body"], asked["urgent"], asked["mark"])
        except ImportError:
            state, why = REFUSED, "apprise is not installed: pip install 'dr_orchestrator[notify]'"
        except Exception as wrong:  # noqa: BLE001 - a plugin's defect: nobody knows what it did before
            known = _seen.refused and not _seen.taken and not _seen.doubts
            state, why = (REFUSED if known else UNKNOWN), _named(wrong)
        answers.write(json.dumps({"state": state, "why": why}) + "\n")
        answers.flush()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - to its end
    _look()
    serve(sys.stdin, answers)
