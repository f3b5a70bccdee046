"""The doors of RDS's databases, instances and clusters alike: where one answers, and today's login to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.logins import tls
from dr_orchestrator.aws.logins.secrets import Credentials, Secret
from dr_orchestrator.aws.rds.objects import Shape
from dr_orchestrator.aws.watcher import States
from dr_orchestrator.domain.engines import POSTGRES
from dr_orchestrator.domain.service import MANAGED, Auth, Database, Login
from dr_orchestrator.errors import NotMeasured

Described = Mapping[str, Any]
IAM_ENABLED = "IAMDatabaseAuthenticationEnabled"


@dataclass(frozen=True)
class Door:
    """The way to the databases of a shape; `address` tells where a described one (of that name) answers, or raises.

    `states` are those that one goes through while its password is changed.
    """

    shape: Shape
    states: States
    address: Callable[[Described | None, str], tuple[str, int]]

    def at(self, account: Account, name: str, database: Database, cut: Callable[[str, int], Credentials]) -> Login:
        """The login to one of that name, with the credentials that are cut for its host and port."""
        described = self.shape.described(account.api("rds"), name)
        host, port = self.address(described, name)
        engine = str((described or {}).get("Engine") or POSTGRES.word)
        (mode, ca), found = tls.of(account, database, engine), cut(host, port)
        port = database.tls_port if mode and database.tls_port else port
        return Login(host, port, database.name, found.user, found.password, tls=mode, ca=ca, engine=engine)

    def engine(self, account: Account, name: str) -> str:
        """RDS's word for the engine of one of that name; empty where there is none."""
        return str((self.shape.described(account.api("rds"), name) or {}).get("Engine") or "")

    def today(self, account: Account, source: str, database: Database) -> Login:
        """The login to the source itself: by what its secret holds now, and nothing older."""
        if database.auth is Auth.IAM:
            return self.at(account, source, database, token(account, database))
        current = self.secret(account, source, database).current
        return self.at(account, source, database, lambda *_: current())

    def secret(self, account: Account, source: str, database: Database) -> Secret:
        """The secret of the source's login; the one that RDS tells of, where that manages the master user."""
        name = database.secret
        if name == MANAGED:
            described = self.shape.described(account.api("rds"), source) or {}
            name = str(described.get("MasterUserSecret", {}).get("SecretArn") or "")
            if not name:
                told, call = f"RDS manages no master user of {source}", f"rds:{self.shape.describe}"
                place = f", see {database.where}" if database.where else ""
                raise NotMeasured(told, f"name its secret in place of `secret: {MANAGED}`{place}", call)
        return Secret(account, name, database)


def token(account: Account, database: Database) -> Callable[[str, int], Credentials]:
    """The cutter of tokens of IAM for a host and port: good for a quarter of an hour, so each login has its own."""
    api = account.api("rds")
    return lambda host, port: Credentials(database.user, api.token(host, port, database.user))
