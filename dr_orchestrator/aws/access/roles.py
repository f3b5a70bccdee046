"""Credentials that last: a role is taken on for an hour at most, and taken on anew without end.

Whatever logs in, the machine's own credentials included, does so in botocore sessions of its own, which can make no
other call; a drill's own sessions only ever get the credentials that come of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.credentials import DeferredRefreshableCredentials

from dr_orchestrator.aws.calls.api import Api, Denied, Expired
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.errors import DrillFault, Stopped, Transient

LONGEST_S = 3600
"""The most that AWS grants where the credentials that ask are a role's own."""

LOGINS = frozenset(
    {
        ("sts", "AssumeRole"),
        ("sts", "AssumeRoleWithWebIdentity"),
        ("sso", "GetRoleCredentials"),
        ("sso-oidc", "CreateToken"),
        ("signin", "CreateOAuth2Token"),
    }
)
"""The calls that botocore makes by itself to log in by a profile, a service account of Kubernetes, or the Identity
Center.
"""


@dataclass(frozen=True)
class Lent:
    """Credentials of a role, as somebody else is given them: good for so long from now."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(repr=False)
    left: timedelta


class AssumedRole(DeferredRefreshableCredentials):  # type: ignore[misc]  # botocore is untyped
    """The credentials of a role, from the call that first needs them; `now` says when they are too old.

    `external_id` is what its trust policy asks for of somebody from elsewhere, empty for nothing.
    """

    def __init__(
        self, role: str, name: str, sts: Callable[[], Api], now: Callable[[], datetime], external_id: str = ""
    ) -> None:
        super().__init__(self._assume, "assume-role", time_fetcher=now)
        self._role, self._name, self._sts = role, name, sts
        self._external = {"ExternalId": external_id} if external_id else {}
        self._signed = threading.local()

    def __repr__(self) -> str:
        return f"AssumedRole({self._role})"

    def get_frozen_credentials(self) -> Any:
        """The credentials that a call is signed with now."""
        self._signed.last = super().get_frozen_credentials()
        return self._signed.last

    def lend(self) -> Lent:
        """The credentials as they are now, taken anew where they are about to end."""
        now = self.get_frozen_credentials()
        return Lent(now.access_key, now.secret_key, now.token, self._expiry_time - self._time_fetcher())

    def renew(self) -> bool:
        """Let the next call take the role on anew, unless that was done since this thread's last one; always True."""
        if self._signed.last is self._frozen_credentials:
            self._expiry_time = datetime.min.replace(tzinfo=UTC)  # they stay until then: other threads sign with them
        return True

    def load_credentials(self) -> AssumedRole:
        """Itself: what a botocore session asks of its provider of credentials."""
        return self

    def _assume(self) -> Mapping[str, str]:
        ask = {"RoleArn": self._role, "RoleSessionName": self._name[:64], "DurationSeconds": LONGEST_S}
        ask |= self._external
        try:
            got = self._sts().call("AssumeRole", **ask)["Credentials"]
        except (Transient, Stopped):
            raise
        except Expired as fault:
            raise Expired(f"role {self._role} cannot be taken on: {fault.message}", fault.hint) from fault
        except DrillFault as fault:
            hint = "its trust policy must allow sts:AssumeRole to the credentials that drills start with: see `dro iam`"
            raise Denied(f"role {self._role} cannot be taken on: {fault.message}", hint) from fault
        return {
            "access_key": got["AccessKeyId"],
            "secret_key": got["SecretAccessKey"],
            "token": got["SessionToken"],
            "expiry_time": got["Expiration"].isoformat(),
        }


def only_logins(session: Any) -> None:
    """Refuse every call of a botocore session but those that log in."""
    session.register("before-parameter-build.*.*", _refuse_all_else, unique_id="dro-logins")


def _refuse_all_else(model: Any, **_: Any) -> None:
    call = (model.service_model.service_name, model.name)
    if call not in LOGINS:
        raise Forbidden("not a call that logs in; it was not sent", "this is a defect: please report", ":".join(call))
