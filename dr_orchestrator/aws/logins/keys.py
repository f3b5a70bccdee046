"""The keys that may open a copy, in the order in which they are tried; and the look at them before a drill."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.logins import tls
from dr_orchestrator.aws.logins.door import IAM_ENABLED, Door, token
from dr_orchestrator.aws.logins.secrets import LABELLED, Credentials, Secret, Version, ordered
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.service import Auth, Database, Keys, Resource, Via
from dr_orchestrator.errors import NotMeasured


@dataclass(frozen=True)
class Key:
    """A key that may open a copy: credentials for its host and port; the words tell people of them, and no value.

    `user` tells whose they are; NotMeasured where they cannot be had.
    """

    words: str
    cut: Callable[[str, int], Credentials]
    user: Callable[[], str]


def keys(account: Account, door: Door, source: str, database: Database, at: datetime) -> list[Key]:
    """The keys to a copy of a source as of an instant, the likeliest first; a token of IAM is the only one."""
    if database.auth is Auth.IAM:
        return [Key("a token of IAM", token(account, database), lambda: database.user)]
    secret = door.secret(account, source, database)
    return [_of_version(secret, version) for version in _versions(secret, at)]


def own(account: Account, door: Door, database: Database, copy: str) -> list[Key]:
    """The key that a copy has of its own: where RDS manages its master user, it made that a password and a secret."""
    described = door.shape.described(account.api("rds"), copy) or {}
    name = str(described.get("MasterUserSecret", {}).get("SecretArn") or "")
    if database.auth is Auth.IAM or not name:
        return []
    read = functools.cache(Secret(account, name, replace(database, keys=Keys())).current)
    return [Key("its own secret, which RDS manages", lambda *_: read(), lambda: read().user)]


def _versions(secret: Secret, at: datetime) -> list[Version]:
    try:
        return ordered(secret.versions(), at)
    except NotMeasured as fault:
        if not isinstance(fault.__cause__, Denied):
            raise
        return list(LABELLED)


def _of_version(secret: Secret, version: Version) -> Key:
    @functools.cache
    def read() -> Credentials:
        return secret.read(version)

    return Key(f"{secret.name}, version {version}", lambda *_: read(), lambda: read().user)


def by_iam(resource: Resource) -> bool | None:
    """Whether a copy is to take tokens of IAM: where drills log in by one; else AWS's default is left alone."""
    return True if resource.database is not None and resource.database.auth is Auth.IAM else None


def looks(account: Account, door: Door, resource: Resource) -> list[PreflightCheck]:
    """The looks at how a copy of a resource will be logged in to; none where it declares no database."""
    database = resource.database
    if database is None:
        return []
    if database.auth is Auth.IAM:
        found = [PreflightCheck("login", lambda: _of_iam(account, door, resource.id, database))]
    else:
        found = [PreflightCheck("secret", lambda: _of_secret(account, door, resource.id, database))]
    if account.api("rds").is_real and database.via is Via.ADDRESS:
        found.append(PreflightCheck("TLS", lambda: tls.look(account, database, door.engine(account, resource.id))))
    return found


def _of_secret(account: Account, door: Door, source: str, database: Database) -> str:
    """The user whose login is held, and how many versions of it are; a Doubt where older ones may not be read."""
    secret = door.secret(account, source, database)
    told = f"{secret.name} holds the login of {secret.current().user}"
    try:
        kept = secret.versions()
    except NotMeasured as fault:
        raise Doubt(f"{told}; one from before the last rotation is not found: {fault.message}") from fault
    since = next((each.created_at for each in kept), None)
    several = f"{len(kept)} versions are kept" if len(kept) != 1 else "1 version is kept"
    return f"{told}; {several}" + (f", the oldest of {since:%Y-%m-%d}" if since else "")


def _of_iam(account: Account, door: Door, source: str, database: Database) -> str:
    """The user that a token is for; a Doubt where the source itself takes none: its role may not be made for it."""
    described = door.shape.described(account.api("rds"), source) or {}
    told = f"{database.user} logs in by a token of IAM"
    if not described.get(IAM_ENABLED):
        raise Doubt(f"{told}; {source} itself takes none, and its copy will: is rds_iam granted to {database.user}?")
    return f"{told}, as in {source}"
