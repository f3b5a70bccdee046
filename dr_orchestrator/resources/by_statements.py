"""The way into a copy that is asked by the Data API: its endpoint, and the secret that opens it, found or made.

The Data API logs in by the version of a secret that is current, and by no other: production's own opens a copy from
before its last rotation not. Then RDS is asked to keep a secret of the copy's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.data_api.calls import DataApi, NotEnabled
from dr_orchestrator.aws.data_api.opening import ENABLED, DataApiOfCopy, secret_of
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain import inquiries
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Opened, Ready
from dr_orchestrator.domain.service import Database, Login, Resource
from dr_orchestrator.errors import LoginRefused, NotMeasured, NotRecoverable, NotTheCopy, Transient

_ENABLE = "aws rds enable-http-endpoint --resource-arn"


class Doorway:
    """The logins to the copy of a run by the Data API; an Entrance.

    `enter` is to log in once by `login`; LoginRefused where that is not let in.
    """

    prepares = "enable the copy's Data API"

    def __init__(self, door: Door, resource: Resource, database: Database, toolkit: Toolkit) -> None:
        self._door, self._resource, self._database, self._toolkit = door, resource, database, toolkit
        self._opening = DataApiOfCopy(door, toolkit)
        self._own = False
        self.enter: Callable[[Copy], None] = _nothing_enters

    def login(self, copy: Copy) -> Login:
        """The login to the cluster that is ours by its ARN and id: by its own secret where it has one."""
        live = self._opening.described(copy)
        arn, secret = str(live[f"{self._door.shape.key}Arn"]), secret_of(live)
        if arn.rpartition(":")[2] != copy.id or copy.id == self._resource.id:
            raise NotTheCopy.told(f"AWS tells {arn} of {copy.id}")
        self._own = bool(secret)
        api = self._toolkit.account.api("rds-data")
        return _login(DataApi(api, arn, secret or self._secret(), self._database.name), arn, live, self._database)

    def source(self) -> Login:
        """The login to the source, for what is read there; NotMeasured where it has no Data API of its own."""
        return of_source(self._toolkit.account, self._door, self._resource, self._database)

    def prepare(self, copy: Copy) -> Ready:
        """Enable the copy's HTTP endpoint, and wait until somebody answers there, whoever is let in."""

        def answers() -> bool:
            try:
                self.enter(copy)
            except LoginRefused:
                return True
            except (NotTheCopy, NotRecoverable):
                raise
            except (NotEnabled, Transient):
                return False
            return True

        return self._opening.enable(copy, answers)

    def find(self, copy: Copy) -> Opened:
        """Log in by the secret; NotMeasured where it does not open the copy, and no other may be made.

        One of the copy's own was asked for by a process of the run that died: it is awaited, as that would have.
        """
        if self._opening.described(copy).get("MasterUserSecret"):
            return Opened(f"{copy.id} was given a secret of its own before, which is awaited", opened=False)
        try:
            self.enter(copy)
        except LoginRefused:
            return self._closed(copy)
        return Opened(f"by the Data API, with {self._words()}")

    def reset(self, copy: Copy) -> Ready:
        """Have RDS keep a password and a secret for the copy's master user, and wait until that opens it."""

        def opens() -> bool:
            try:
                self.enter(copy)
            except LoginRefused:
                return False
            return True

        return self._opening.manage(copy, opens)

    def _closed(self, copy: Copy) -> Opened:
        told = f"{self._words()} does not open {copy.id}: the Data API logs in by its current version alone"
        if not self._database.reset_password:
            place = f" ({self._database.where})" if self._database.where else ""
            allowed = f"`reset_password: true`{place} would let the drill have RDS keep one for the copy"
            raise NotMeasured(f"{told}; {allowed}")
        return Opened(f"{told}; its master user needs a secret of its own", opened=False)

    def _words(self) -> str:
        return "its own secret, which RDS keeps" if self._own else f"{self._secret()} as it is now"

    def _secret(self) -> str:
        return self._door.secret(self._toolkit.account, self._resource.id, self._database).name


def of_source(account: Account, door: Door, resource: Resource, database: Database) -> Login:
    """The login to a source by its own Data API, read-only; NotMeasured where it has none."""
    live = door.shape.described(account.api("rds"), resource.id) or {}
    arn = str(live.get(f"{door.shape.key}Arn", ""))
    if not live.get(ENABLED):
        hint = f"`{_ENABLE} {arn or 'ARN'}` gives it one: production is changed by nobody here"
        raise NotMeasured(
            f"{resource.id} has no Data API of its own to be asked by", hint, f"rds:{door.shape.describe}"
        )
    secret = door.secret(account, resource.id, database).name
    statements = DataApi(account.api("rds-data").reading, arn, secret, database.name, inquiries.refused)
    return _login(statements, arn, live, database)


def _login(statements: DataApi, arn: str, live: Mapping[str, Any], database: Database) -> Login:
    return Login(arn, 0, database.name, "", "", engine=str(live.get("Engine", "")), statements=statements)


def _nothing_enters(copy: Copy) -> None:
    raise NotMeasured(f"nothing here logs in to {copy.id}")
