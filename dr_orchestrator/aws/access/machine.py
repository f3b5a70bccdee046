"""The credentials of the machine, which somebody renews outside of the program: by logging in again elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, CredentialRetrievalError

from dr_orchestrator.aws.calls.exchange import WHOLE_S
from dr_orchestrator.errors import DrillFault
from dr_orchestrator.waiting.aside import Late, aside


class MachineCredentials:
    """The machine's own login; looked for anew, from scratch, where AWS no longer takes it.

    `login` makes a botocore session that can only log in: each keeps what it has once found, and so would every client,
    for which this stands in the place of credentials and of their provider. `account_of` asks AWS whose credentials
    are: those of another account than `account`, once that is known, are not taken, whichever way they came: by a new
    login, or by botocore itself, which refreshes some.
    """

    def __init__(self, login: Callable[[], Any], account_of: Callable[[Any], str]) -> None:
        self.account = ""
        self._make, self._account_of = login, account_of
        self._login = login()
        self._proven: Any = None
        self._lock = threading.Lock()
        self._signed = threading.local()

    @property
    def found(self) -> Any:
        """The credentials as botocore found them last; None where there are none."""
        return self._login.get_credentials()

    @property
    def method(self) -> str:
        """The way by which they were found."""
        return str(getattr(self.found, "method", ""))

    def pin(self, account: str) -> None:
        """Take those of this account alone from now on: AWS told it of what this thread signed with last."""
        self._proven, self.account = getattr(self._signed, "last", None), account

    def load_credentials(self) -> MachineCredentials:
        """Itself: what a botocore session asks of its provider. What is wrong with the settings is raised now."""
        self._login.get_credentials()
        return self

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        """The credentials as botocore asks for them once it needs to know, of the credentials of that moment."""
        return lambda: getattr(self.get_frozen_credentials(), name, None)

    def get_frozen_credentials(self) -> Any:
        """The credentials that a call is signed with now; where it can be refreshed no more, others are looked for."""
        try:
            frozen = self._proved(_frozen(self._login))
        except (BotoCoreError, ClientError):
            if not self.renew():
                raise
            frozen = self._proved(_frozen(self._login))
        self._signed.last = frozen
        return frozen

    def renew(self) -> bool:
        """Look for others than those that this thread signed with last, once for all threads; whether there are."""
        last = getattr(self._signed, "last", None)
        with self._lock:
            if (known := _known(self._login)) not in (None, last) and self._ours(known):
                return True  # another thread has found them meanwhile
            with suppress(BotoCoreError):
                login = self._make()
                if (found := _known(login)) not in (None, last) and self._ours(found):
                    self._login = login
                    return True
        return False

    def _ours(self, found: Any) -> bool:
        try:
            return self._proved(found) is found
        except (BotoCoreError, DrillFault):
            return False

    def _proved(self, found: Any) -> Any:
        """The credentials that were found; CredentialRetrievalError where AWS says that it is of another account
        than the known one.
        """
        if self.account and found not in (None, self._proven):
            if (account := self._account_of(found)) != self.account:
                told = f"they are of account {account} now, and were of {self.account}"
                raise CredentialRetrievalError(provider="the machine", error_msg=told)
            self._proven = found
        return found


def _known(login: Any) -> Any:
    """The credentials that a session would sign with; None where it finds nothing, in a file that is just being
    written, say.
    """
    try:
        return _frozen(login)
    except (BotoCoreError, ClientError):
        return None


def _frozen(login: Any) -> Any:
    def found() -> Any:
        credentials = login.get_credentials()
        return credentials.get_frozen_credentials() if credentials else None

    try:  # aside: a program that is asked, or a login that is refreshed, may take any time
        return aside(found, what="the machine's credentials", within=WHOLE_S)
    except Late as late:
        raise CredentialRetrievalError(provider="the machine", error_msg=f"not found within {WHOLE_S:g} s") from late
    except (RuntimeError, ValueError, OSError) as error:  # of a program that is asked: too old again, no JSON, missing
        raise CredentialRetrievalError(provider="the machine", error_msg=str(error)) from error
