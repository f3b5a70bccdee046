"""The way into a copy's database: which login opens it, found by trying, or made anew where none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.logins.keys import Key, keys
from dr_orchestrator.aws.logins.reset import Reset
from dr_orchestrator.aws.logins.secrets import Credentials
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Opened, Ready
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.service import ENCRYPTED, MANAGED, Auth, Database, Login, Resource
from dr_orchestrator.errors import LoginRefused, NotMeasured, Transient

_GRANT = "in the restored data its role needs rds_iam, and the caller needs rds-db:connect (`dro iam` prints it)"


class Opening:
    """The logins to the copy of a run; an Entrance. What opened it is known here, and nowhere after this process.

    `own` are the keys that a copy has of its own. `enter` is to log in once by `login`; LoginRefused where that is not
    let in. It finds out before that nothing of production stands there.
    """

    prepares = ""

    def __init__(
        self,
        door: Door,
        resource: Resource,
        database: Database,
        toolkit: Toolkit,
        own: Callable[[Copy], list[Key]] = lambda _: [],
        there: Callable[[], Toolkit] | None = None,
    ) -> None:
        """`there` has the tools where the copy stands, if that is not where its source does; the secret is the
        source's.
        """
        self._door, self._resource, self._database, self._toolkit = door, resource, database, toolkit
        self._own, self._at = own, there
        self._known: list[Key] = []
        self._key: Key | None = None
        self._opened = False
        self._refused: list[str] = []
        self._declared = ""
        self.enter: Callable[[Copy], None] = _nothing_enters

    @property
    def _there(self) -> Toolkit:
        return self._at() if self._at else self._toolkit

    def login(self, copy: Copy) -> Login:
        """The login to the copy, at the address that AWS tells now: what opened it, before that the likeliest."""
        key = self._key or self._first(copy)
        return self._door.at(self._there.account, copy.id, self._database, key.cut)

    def answers(self, copy: Copy, ask: Callable[[], bool]) -> bool:
        """The answer of the copy to the first login that it lets in; LoginRefused where it lets in none."""
        for _ in self._tried(copy):
            try:
                self._opened = ask()
            except LoginRefused:
                continue
            return self._opened
        raise LoginRefused(self._unopened())

    def prepare(self, copy: Copy) -> Ready:
        """Nothing: it answers at its address as it was restored."""
        del copy
        return Ready()

    def find(self, copy: Copy) -> Opened:
        """Try the logins, in order; NotMeasured where none opens the copy, and its password may not be reset.

        What does not answer at all is the checks' to tell.
        """
        for key in self._tried(copy):
            try:
                self.enter(copy)
            except LoginRefused:
                continue
            except Transient:
                raise
            except NotMeasured as fault:
                return Opened(f"no login was tried: {fault.message}")
            self._opened = True
            return self._entered(copy, key)
        return self._closed(copy)

    def reset(self, copy: Copy) -> Ready:
        """Give its master user a new password, which this process alone knows, and wait until that opens the copy."""
        used: list[str] = []

        def use(made: Credentials) -> None:
            used.append(made.user)
            self._opened, self._key = False, Key("its new password", lambda *_: made, lambda: made.user)

        def opens() -> bool:
            try:
                self.enter(copy)
            except LoginRefused:
                return False
            return True

        ready = Reset(self._door, self._there)(copy, use, opens)
        self._opened, self._refused = True, []
        other = f"; the checks log in as that one, not as {self._declared}" if self._declared not in ("", *used) else ""
        return Ready(ready.ago, words=f"{ready.words}{other}")

    def _keys(self, copy: Copy) -> list[Key]:
        """The keys that may fit, by when the data is of that was restored; of a master user that RDS manages the copy's
        own comes first, for its password is of now.
        """
        if not self._known:
            journal = self._toolkit.context.journal
            points = [each.data_time for each in journal.points if self._is_of(each)] if journal is not None else []
            at = max(points, default=self._toolkit.clock.now())
            tools = self._there if self._database.auth is Auth.IAM else self._toolkit
            of_then = keys(tools.account, self._door, self._resource.id, self._database, at)
            own = self._own(copy)
            self._known = [*own, *of_then] if self._database.secret == MANAGED else [*of_then, *own]
        if not self._known:
            raise NotMeasured(f"{self._database.secret} holds no version", "put a login into the secret")
        return self._known

    def _is_of(self, point: RecoveryPoint) -> bool:
        """Whether a recovery point is of this resource: an environment has others beside it."""
        return point.store in ("", self._resource.name)

    def _first(self, copy: Copy) -> Key:
        """The likeliest key that can be had."""
        fault: NotMeasured | None = None
        for key in self._keys(copy):
            try:
                key.user()
            except NotMeasured as unreadable:
                fault = fault or unreadable
            else:
                return key
        raise fault or NotMeasured(f"{self._database.name} has no login")

    def _tried(self, copy: Copy) -> Iterator[Key]:
        """Each key that can be had, in the lock; the one that opened the copy alone, once that is known."""
        if self._opened and self._key is not None:
            opened = self._key
            yield opened
            self._opened, self._key, self._refused = False, None, [f"{opened.words} is refused now"]
            return
        self._refused, fault = [], None
        for key in self._keys(copy):
            try:
                user = key.user()
            except Transient:
                raise
            except NotMeasured as unreadable:
                fault = unreadable
                self._refused.append(f"{key.words} cannot be read")
                continue
            self._declared, self._key = self._declared or user, key
            yield key
            self._refused.append(f"{key.words} is refused")
        self._key = None
        if fault is not None and all(each.endswith("cannot be read") for each in self._refused):
            raise fault

    def _entered(self, copy: Copy, key: Key) -> Opened:
        login = self.login(copy)
        before = f", after {' and '.join(self._refused)}" if self._refused else ""
        bare = login.tls == ENCRYPTED
        tls = f"; TLS, {'and nobody vouches for who answers' if bare else login.tls}" if login.tls else ""
        return Opened(f"as {login.user}, by {key.words}{before}{tls}", verified=not bare)

    def _closed(self, copy: Copy) -> Opened:
        """That no login opens the copy; NotMeasured where nothing may be done about it."""
        told = f"no login opens {copy.id}: {self._unopened()}"
        if self._database.auth is Auth.IAM:
            raise NotMeasured(f"{told}; {_GRANT}")
        if not self._database.reset_password:
            place = f" ({self._database.where})" if self._database.where else ""
            allowed = f"`reset_password: true`{place} would let the drill give the copy a new one"
            raise NotMeasured(f"{told}; {allowed}")
        return Opened(f"{told}; its master user needs a new password", opened=False)

    def _unopened(self) -> str:
        return "; ".join(self._refused) or "there is none to try"


def _nothing_enters(copy: Copy) -> None:
    raise NotMeasured(f"nothing here logs in to {copy.id}")
