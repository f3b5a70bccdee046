"""The logins that a secret holds: today's, and those of earlier versions, which what was restored still has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.answers import named
from dr_orchestrator.domain.service import Database
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
"""The staging labels of the version that is in use, and of the one before it."""

MOST = 5
"""How many versions are tried at most: a database that counts refused logins is not to shut anybody out."""

_GET = "secretsmanager:GetSecretValue"
_PAGES = 20
"""How many pages are read: AWS keeps about a hundred versions, of which a page holds as many."""


@dataclass(frozen=True)
class Credentials:
    """A user and its password, which is never printed."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials({self.user})"


@dataclass(frozen=True)
class Version:
    """A version of a secret, as it is told of; known by its labels alone where versions may not be listed."""

    id: str
    created_at: datetime | None
    stages: tuple[str, ...] = ()

    def __str__(self) -> str:
        labels = " ".join(self.stages)
        if self.created_at is None:
            return labels
        return f"{self.id[:8]} of {self.created_at:%Y-%m-%d %H:%M:%S} UTC" + (f" ({labels})" if labels else "")


LABELLED = (Version("", None, (CURRENT,)), Version("", None, (PREVIOUS,)))
"""The versions that can be read though none may be listed."""


class Secret:
    """A secret with a login, under the keys that the database's declaration names."""

    def __init__(self, account: Account, name: str, database: Database) -> None:
        self.name = name
        self._api, self._keys = account.api("secretsmanager"), database.keys
        self._told, self._where = f"secret {name}", f" ({database.where})" if database.where else ""

    def current(self) -> Credentials:
        """The login that holds today; NotMeasured, naming the secret, where it cannot be used."""
        return self._login({})

    def read(self, version: Version) -> Credentials:
        """The login of a version; NotMeasured where it has none, or was deleted meanwhile."""
        return self._login({"VersionId": version.id} if version.id else {"VersionStage": version.stages[0]})

    def versions(self) -> list[Version]:
        """Every version that is still kept, deprecated ones too, the oldest first."""
        try:
            return sorted(map(_version, self._listed()), key=_made)
        except Transient:
            raise
        except (NotMeasured, NotRecoverable) as fault:
            told = f"the versions of {self._told} cannot be listed: {fault.message}{self._where}"
            raise NotMeasured(told, fault.hint) from fault

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        """The versions as AWS lists them, page by page: botocore has no paginator for it."""
        more: dict[str, str] = {}
        for _ in range(_PAGES):
            told = self._api.call("ListSecretVersionIds", SecretId=self.name, IncludeDeprecated=True, **more)
            yield from told.get("Versions", ())
            if not told.get("NextToken") or told["NextToken"] == more.get("NextToken"):
                return
            more = {"NextToken": told["NextToken"]}

    def _login(self, which: Mapping[str, str]) -> Credentials:
        try:
            told = self._api.call("GetSecretValue", SecretId=self.name, **which)
            if wanted := which.get("VersionId"):
                named(told, "VersionId", wanted, _GET)
            held = json.loads(told.get("SecretString", ""))  # none, where it is binary
            return Credentials(*(str(held[key]) for key in (self._keys.user, self._keys.password)))
        except Transient:
            raise
        except (NotMeasured, NotRecoverable) as fault:
            raise NotMeasured(f"{self._told} cannot be read: {fault.message}{self._where}", fault.hint) from fault
        except (KeyError, ValueError, TypeError) as error:
            why = f"{self._told} cannot be used as a login: {_lacks(error)}{self._where}"
            raise NotMeasured(why, self._form()) from None

    def _form(self) -> str:
        wanted = f'"{self._keys.user}" and "{self._keys.password}"'
        return f"a secret of RDS is JSON with {wanted}; `keys: {{user: ..., password: ...}}` names others"


def ordered(versions: Iterable[Version], at: datetime) -> list[Version]:
    """The versions that a database as of an instant may have, the likeliest first.

    That is the newest from before it; then the one before that, for a rotation makes a version before it sets it, and
    the next one after it; then those that are labelled today. At most MOST.
    """
    known = sorted((each for each in versions if each.created_at), key=_made)
    before = [each for each in known if each.created_at and each.created_at <= at]
    after = [each for each in known if each not in before]
    labelled = [each for label in (CURRENT, PREVIOUS) for each in known if label in each.stages]
    return list(dict.fromkeys([*before[:-3:-1], *after[:1], *labelled]))[:MOST]


def _lacks(error: Exception) -> str:
    """The fault of a secret; of what JSON says of its text nothing is told, for that is the secret."""
    return f"it has no {error.args[0]}" if isinstance(error, KeyError) else "it is no JSON object"


def _version(told: Mapping[str, Any]) -> Version:
    return Version(told["VersionId"], told["CreatedDate"], tuple(told.get("VersionStages", ())))


def _made(version: Version) -> Any:
    return version.created_at
