"""The stores that a program restored: of which recovery point it tells them to be, and how they are asked by SQL."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dr_orchestrator.aws.logins import tls
from dr_orchestrator.aws.logins.secrets import Credentials, Secret, ordered
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks import speech
from dr_orchestrator.checks.apart import Address, Apart
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Check
from dr_orchestrator.domain.evidence import Opened, Ready
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import ENCRYPTED, Database, Login, Outlet, Resource
from dr_orchestrator.errors import LoginRefused, NotMeasured, Transient
from dr_orchestrator.resources.built_environment.outputs import POINTS, Point
from dr_orchestrator.resources.inside import Inside

_PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306}
"""The ports that engines have by themselves."""


@dataclass(frozen=True)
class OfStore:
    """The recovery point of a store, by the word of the program that restored it; a Chooser.

    `points` are those that it told.
    """

    name: str
    resource: Resource
    program: str
    points: Callable[[], Mapping[str, Point]]

    def choose(self) -> RecoveryPoint:
        """The point that the program told; NotMeasured where it told none."""
        told = self.points().get(self.name)
        if told is None:
            message = f"{self.program} told no recovery point of '{self.name}': nothing shows what was restored"
            raise NotMeasured(message, f'write {{"{POINTS}": {{"{self.name}": "INSTANT"}}}} into DRO_OUTPUTS')
        named, source = told.id or f"{self.name} of {self.program}", f"{POINTS} that {self.program} told"
        return RecoveryPoint(named, PointKind.SNAPSHOT, told.at, source, store=self.resource.name)

    def worst_case(self, until: datetime) -> WorstCase | None:  # noqa: ARG002
        """Nobody tells the history of a program's backups."""
        return None


class OfProgram:
    """The way into a database that a program restored: at the address that it tells, by the secret that it tells, else
    by the login that the source had when the data was of; an Entrance.
    """

    def __init__(
        self,
        resource: Resource,
        database: Database,
        outlet: Outlet,
        toolkit: Toolkit,
        copy: Copy,
        outputs: Callable[[], Mapping[str, str]],
        foreign: Callable[[], Mapping[str, str]],
    ) -> None:
        """`foreign` are the outputs that may be production's, with why."""
        self._resource, self._database, self._outlet = resource, database, outlet
        self._toolkit, self._copy, self._outputs, self._foreign = toolkit, copy, outputs, foreign
        self._found: Credentials | None = None
        self.enter: Callable[[Copy], None] = _nothing_enters

    def inside(self, production: Callable[[], Collection[Address]]) -> Inside:
        """Its checks, and its proofs against all addresses of production."""
        toolkit = self._toolkit

        def asked(_member: Copy) -> datetime:
            return toolkit.proofs.intended(self._copy).intended_at

        apart = Apart(self.login, production, asked, toolkit.clock)
        checks = SqlChecks(apart.login, prove=apart.prove)
        self.enter = checks.enter

        def deep(home: Path) -> DeepChecks:
            return DeepChecks(toolkit.clock, home, apart.login, prove=apart.prove)

        def probed(member: Copy) -> Probed:
            try:
                self.find(member)
                there = apart.login(member)
            except NotMeasured as fault:
                return Probed(False, f"{NOT_PROBED}: {fault.message}")
            first = next(iter(production()))
            return speech.of(there.engine).probe(there, *first, first=functools.partial(apart.prove, member))

        return Inside(checks, deep, self, apart.proven, probed, self._look)

    def login(self, _member: Copy) -> Login:
        """The login to where the program says that it answers; NotMeasured where that may be production."""
        there = self._toolkit.at(self._copy.place)
        mode, authorities = tls.of(there.account, self._database)
        key = self._found or self._keys()[0][1]()
        host, port, called = *self._address(), self._database.engine
        return Login(host, port, self._database.name, key.user, key.password, tls=mode, ca=authorities, engine=called)

    def find(self, copy: Copy) -> Opened:
        """Try the logins, in order; NotMeasured where none of them opens it."""
        refused: list[str] = []
        for words, read in self._keys():
            self._found = read()
            try:
                self.enter(copy)
            except LoginRefused:
                refused.append(f"{words} is refused")
                self._found = None
                continue
            except Transient:
                raise
            except NotMeasured as fault:
                return Opened(f"no login was tried: {fault.message}")
            login = self.login(copy)
            return Opened(f"as {login.user}, by {words}", verified=login.tls != ENCRYPTED)
        told = f"no login opens {self._address()[0]}: {'; '.join(refused)}"
        raise NotMeasured(told, "let the program tell the secret of its own: `secret: OUTPUT`")

    def reset(self, copy: Copy) -> Ready:
        """Nobody but its program may change what a program made."""
        raise NotMeasured(f"the password of {copy.id} is its program's to set")

    def _address(self) -> tuple[str, int]:
        host = self._output(self._outlet.address)
        host, _, within = host.partition(":") if host.count(":") == 1 else (host, "", "")
        told = self._output(self._outlet.port) if self._outlet.port else within
        try:
            port = int(told or _PORTS.get(self._database.engine.removeprefix("aurora-"), 0))
        except ValueError:
            port = 0
        if not 0 < port < 65536:
            raise NotMeasured(f"the program tells no port of {host}: '{told[:40]}'", "see `port` at its store")
        return host, port

    def _keys(self) -> list[tuple[str, Callable[[], Credentials]]]:
        """The logins that may open it: in words that tell no value, and how each is read."""
        if self._outlet.secret:
            name = self._output(self._outlet.secret)
            if self._copy.id not in name:
                message = f"the secret {name} does not bear the name of the copy, {self._copy.id}"
                raise NotMeasured(message, "let the program name it by DRO_COPY: no other one is read")
            there = self._toolkit.at(self._copy.place).account
            return [(f"the secret {name}", Secret(there, name, self._database).current)]
        secret = Secret(self._toolkit.account, self._database.secret, self._database)
        journal = self._toolkit.context.journal
        points = [each.data_time for each in journal.points if each.store == self._resource.name] if journal else []
        versions = ordered(secret.versions(), max(points, default=self._toolkit.clock.now()))
        if not versions:
            raise NotMeasured(f"{self._database.secret} holds no version", "put a login into the secret")
        return [(f"{secret.name}, version {each}", functools.partial(secret.read, each)) for each in versions]

    def _output(self, name: str) -> str:
        outputs = self._outputs()
        if name not in outputs:
            known = ", ".join(sorted(outputs)) or "none"
            raise NotMeasured(f"{self._copy.id} has no output '{name}'; it has: {known}")
        if why := self._foreign().get(name):
            raise NotMeasured(f"nothing was asked: the output {name} of {self._copy.id} {why}")
        return outputs[name]

    def _look(self, checks: Iterable[Check]) -> str:
        """The engine, as it is declared; NotMeasured where it cannot answer a check."""
        known = engines.called(self._database.engine)
        for check in checks:
            if known and (unanswered := engines.unanswered(known, check)):
                raise NotMeasured(f"check {check.name}: {unanswered[0]}", unanswered[1])
        return f"{self._database.engine}, as declared"


def _nothing_enters(copy: Copy) -> None:
    raise NotMeasured(f"nothing here logs in to {copy.id}")
