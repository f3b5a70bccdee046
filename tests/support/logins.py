"""Logins of an identity provider, and their end."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from dr_orchestrator.domain.service import Login
from tests.support.estate import Estate

EVENING, MORNING = "ASIAEVENING", "ASIAMORNING"


def log_in(home: Path, key: str) -> None:
    """What a login of an identity provider leaves behind."""
    keys = f"aws_access_key_id = {key}\naws_secret_access_key = lab\naws_session_token = lab\n"
    (home / "credentials").write_text(f"[default]\n{keys}")


def expire(shop: Estate) -> None:
    """The login of the evening before is over: AWS takes tokens for twelve hours."""
    first = shop.lab.application._first_used
    first[EVENING] = shop.clock.now().replace(year=shop.clock.now().year - 1)
    shop.lab.faults.add({"kind": "old-token", "seconds": 12 * 3600})


def login_of(url: str) -> Login:
    """The login that a PostgreSQL URL tells."""
    where = urlsplit(url)
    database, port = where.path.strip("/"), where.port or 0
    return Login(where.hostname or "", port, database, where.username or "", where.password or "")
