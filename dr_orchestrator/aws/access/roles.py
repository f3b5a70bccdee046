"""Credentials that last: a role is taken on for an hour at most, and taken on anew without end.

Whatever logs in, the machine's own credentials included, does so in a botocore session of its own, which can make no
other call; a drill's own sessions only ever get the credentials that come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.credentials import DeferredRefreshableCredentials

from dr_orchestrator.aws.access.targets import Forbidden
from dr_orchestrator.aws.api import Api, Denied, Transient
from dr_orchestrator.errors import DrillFault

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
"""What botocore calls by itself to log in by a profile, a service account of Kubernetes, or the Identity Center."""

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


class AssumedRole(DeferredRefreshableCredentials):  # type: ignore[misc]  # botocore is untyped
    """The credentials of a role, from the call that first needs them; `now` says when they are too old."""

    def __init__(self, role: str, name: str, sts: Callable[[], Api], now: Callable[[], datetime]) -> None:
        super().__init__(self._assume, "assume-role", time_fetcher=now)
        self._role, self._name, self._sts = role, name, sts

    def __repr__(self) -> str:
        return f"AssumedRole({self._role})"

    def renew(self) -> None:
        """Forget the credentials that AWS no longer takes; the next call takes the role on anew."""
        self._frozen_credentials = None

    def load_credentials(self) -> AssumedRole:
        """Itself: what a botocore session asks of its provider of credentials."""
        return self

    def _assume(self) -> Mapping[str, str]:
        ask = {"RoleArn": self._role, "RoleSessionName": self._name[:64], "DurationSeconds": LONGEST_S}
        try:
            got = self._sts().call("AssumeRole", **ask)["Credentials"]
        except Transient:
            raise
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


def renew_when_expired(session: Any, role: AssumedRole) -> None:
    """Where AWS says that the credentials are too old, take the role on anew and repeat the call, once."""

    def answered(attempts: int, response: Any = None, **_: Any) -> float | None:
        code = response[1].get("Error", {}).get("Code", "") if response is not None else ""
        if attempts != 1 or code not in EXPIRED:
            return None
        role.renew()
        return 0.0  # botocore signs each try by itself, with what the credentials are by then

    session.register("needs-retry.*.*", answered, unique_id="dro-renew")


def _refuse_all_else(model: Any, **_: Any) -> None:
    call = (model.service_model.service_name, model.name)
    if call not in LOGINS:
        raise Forbidden("not a call that logs in; it was not sent", "this is a defect: please report", ":".join(call))
