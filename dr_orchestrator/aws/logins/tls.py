"""TLS to the databases of RDS: verified by AWS's own authorities, which no other program has by itself."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator import settings
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.service import ENCRYPTED, VERIFIED, Auth, Database
from dr_orchestrator.errors import NotMeasured

BUNDLE = "rds-ca.pem"
"""The file beside the drill files that holds the authorities of RDS, where no declaration names another."""

SOURCE = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
_APART = (
    "give its option group the option SSL, and name that one's port by `database: {tls_port: 2484}`; "
    "the security groups of copies have to let it in"
)
_HINT = f"put AWS's bundle, {SOURCE}, beside the drill files as {BUNDLE}, or name one by `database: {{ca: ...}}`"


def of(account: Account, database: Database, engine: str = "") -> tuple[str, str]:
    """How far TLS is asked for, and the file of authorities; both empty in a lab, whose databases are on loopback.

    Both are empty, too, where TLS of the engine (RDS's word) has a port of its own that nobody has named. Without
    authorities the connection is encrypted, and nobody vouches for who answers: NotMeasured where a token, or a
    password itself, would be told to whoever that is.
    """
    if not account.api("rds").is_real or _is_nowhere(database, engine):
        return "", ""
    if found := authorities(database):
        return VERIFIED, found
    if database.auth is Auth.IAM:
        raise NotMeasured("a token of IAM is told to a server that TLS has verified alone, and there is no CA", _HINT)
    known = engines.called(engine)
    if known and known.tells:
        raise NotMeasured(f"{known.name} is told the password itself, and there is no CA to say who answers", _HINT)
    return ENCRYPTED, ""


def look(account: Account, database: Database, engine: str = "") -> str:
    """How TLS will verify who answers; a Doubt where it will not."""
    if _is_nowhere(database, engine):
        raise Doubt(f"not encrypted, for Oracle answers TLS at a port of its own, and none is named: {_APART}")
    mode, found = of(account, database, engine)
    if mode == ENCRYPTED:
        raise Doubt(f"encrypted, and not verified, for there is no CA of RDS: {_HINT}")
    return f"verified by {found}"


def _is_nowhere(database: Database, engine: str) -> bool:
    known = engines.called(engine)
    return known is not None and known.apart and not database.tls_port


def authorities(database: Database) -> str:
    """The file of authorities: as declared, else by libpq's own setting, else the workspace's; empty where none is."""
    folder = Path(database.folder)
    if database.ca:
        return str(folder / database.ca)
    own = folder / BUNDLE
    return settings.authorities() or (str(own) if own.is_file() else "")
