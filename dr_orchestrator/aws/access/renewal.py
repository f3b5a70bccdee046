"""The credentials that a session signs its calls with, and that a call which AWS finds signed too late is made
again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from dr_orchestrator.aws.calls.answers import said
from dr_orchestrator.aws.calls.api import expired

_RENEWED = "dro-renewed"


class Renewable(Protocol):
    """Credentials that may be had anew."""

    def load_credentials(self) -> Any:
        """Themselves, as a botocore session asks its provider of credentials."""

    def renew(self) -> bool:
        """Whether a call of this thread that was refused would be signed with others now."""


def sign_with(session: Any, credentials: Renewable, overcome: Callable[[str, str], None]) -> None:
    """Sign a botocore session's calls; where AWS says that the credentials are too old, renew them and repeat, once.

    `overcome` is told the call and why.
    """

    def answered(
        event_name: str,
        request_dict: Mapping[str, Any],
        response: tuple[Any, Mapping[str, Any]] | None = None,
        **_: Any,
    ) -> float | None:
        code = said(response[1])[0] if response is not None else ""
        if not expired(code) or _RENEWED in request_dict["context"]:
            return None
        request_dict["context"][_RENEWED] = True
        if not credentials.renew():
            return None
        overcome(":".join(event_name.split(".")[1:]), code)
        return 0.0  # botocore signs each try by itself, with what the credentials are by then

    session.register_component("credential_provider", credentials)
    session.register("needs-retry.*.*", answered, unique_id="dro-renew")
