"""TLS to the databases of RDS: verified by AWS's own authorities, which no other program has by itself."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator import settings
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.service import ENCRYPTED, VERIFIED, Auth, Database
from dr_orchestrator.errors import NotMeasured

BUNDLE = "rds-ca.pem"
"""The file beside the drill files that holds the authorities of RDS, where no declaration names another."""

SOURCE = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
_HINT = f"put AWS's bundle, {SOURCE}, beside the drill files as {BUNDLE}, or name one by `database: {{ca: ...}}`"


def of(account: Account, database: Database) -> tuple[str, str]:
    """How far TLS is asked for, and the file of authorities; both empty in a lab, whose databases are on loopback.

    Without authorities the connection is encrypted, and nobody vouches for who answers: NotMeasured where a token would
    be told to whoever that is.
    """
    if not account.api("rds").is_real:
        return "", ""
    if found := authorities(database):
        return VERIFIED, found
    if database.auth is Auth.IAM:
        raise NotMeasured("a token of IAM is told to a server that TLS has verified alone, and there is no CA", _HINT)
    return ENCRYPTED, ""


def look(account: Account, database: Database) -> str:
    """How TLS will verify who answers; a Doubt where it will not."""
    mode, found = of(account, database)
    if mode == ENCRYPTED:
        raise Doubt(f"encrypted, and not verified, for there is no CA of RDS: {_HINT}")
    return f"verified by {found}"


def authorities(database: Database) -> str:
    """The file of authorities: as declared, else by libpq's own setting, else the workspace's; empty where none is."""
    folder = Path(database.folder)
    if database.ca:
        return str(folder / database.ca)
    own = folder / BUNDLE
    return settings.authorities() or (str(own) if own.is_file() else "")
