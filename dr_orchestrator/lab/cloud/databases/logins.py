"""Logins to RDS's databases as AWS keeps and changes them: versions of secrets by the lab's time, rotation, passwords.

moto dates each version to when it is asked for, rotates a secret without its database, and changes a master password
without one.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.rds.models import MasterUserSecret, rds_backends
from moto.secretsmanager import models
from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world

RESETTING = "resetting-master-credentials"
_NOTICED, _TAKES = 8.0, 45.0
"""Lab seconds after which the state shows that a password is being changed, and that it then takes."""

_PAGE = 100
_HIDDEN = "****"
_ROTATED_BY_MOTO = SecretsManagerBackend.rotate_secret


class WithPassword:
    """A thing whose master password can be changed; to be put before moto's class of it."""

    changes_password: datetime | None = None
    """Until when it is being changed."""

    @property
    def pending_modified_values(self) -> dict[str, str] | None:
        """The values that are asked for and not there yet."""
        under_way = self.changes_password is not None and world().now() < self.changes_password
        return {"MasterUserPassword": _HIDDEN} if under_way else None


def change_password(of: Any, password: str, fate: str = "") -> None:
    """Have its master password changed: seen a moment later, and in use only when the state has passed."""
    of.timeline = passing([("available", _NOTICED), (RESETTING, _TAKES)], "available", fate)
    of.changes_password = of.timeline.ends
    user = str(of.master_username)

    def changed() -> None:
        if of.database is not None:
            of.database.give_password(user, password)

    world().agenda.at(of.timeline.ends, changed)


def managed_login(of: Any) -> str:
    """A new password for what RDS manages the master user of, in a secret that is tagged with it, as in AWS.

    moto writes the same one into each, and tags them by the names of its own classes.
    """
    secret, password = of.master_user_secret.secret, secrets.token_urlsafe(18)
    login = json.dumps({"username": of.master_username, "password": password})
    for version in secret.versions.values():
        version["secret_string"] = login
    kind = "DBCluster" if of.resource_type == "cluster" else "DBInstance"
    ours = {"Key": f"aws:rds:primary{kind}Arn", "Value": of.arn}
    secret.tags = [ours, *(tag for tag in secret.tags or () if not tag["Key"].startswith("aws:rds:primary"))]
    return password


def manage(of: Any) -> None:
    """Have RDS manage the master user of what is there, as CloudFormation asks for it once a restore is done: in a new
    secret, with a new password.
    """
    if getattr(of, "master_user_secret", None) is None:
        of.master_user_secret, of.manage_master_user_password = MasterUserSecret(of, None), True
        of._master_user_password = managed_login(of)
    if of.database is not None:
        of.database.give_password(str(of.master_username), of._master_user_password)


def _rotate(self: SecretsManagerBackend, secret_id: str, *args: Any, **given: Any) -> str:
    """Give the database of a secret a new password, and the secret a version with it; of others, as moto."""
    secret: Any = self.secrets.get(secret_id)
    database = next(_databases_of(secret), None) if secret is not None else None
    if secret is None or database is None:
        return str(_ROTATED_BY_MOTO(self, secret_id, *args, **given))
    login = json.loads(secret.versions[str(secret.default_version_id)]["secret_string"])
    login["password"], version = secrets.token_urlsafe(18), given.get("client_request_token") or str(uuid4())
    if database.database is not None:
        database.database.give_password(str(login["username"]), login["password"])
    made = {
        "createdate": int(world().now().timestamp()),
        "version_id": version,
        "version_stages": ["AWSCURRENT"],
        "secret_string": json.dumps(login),
    }
    secret.reset_default_version(made, version)
    secret.last_rotation_date = made["createdate"]
    return str(secret.to_short_dict())


def _databases_of(secret: Any) -> Iterator[Any]:
    """The databases that a secret logs in to: that which RDS manages it for, or its value names, as AWS rotates."""
    backend = rds_backends[secret.account_id][secret.region]
    there = [*backend.databases.values(), *backend.clusters.values()]
    yield from (each for each in there if getattr(getattr(each, "master_user_secret", None), "secret", None) is secret)
    try:
        login = json.loads(secret.versions[secret.default_version_id].get("secret_string") or "{}")
    except ValueError:
        return
    for key, known in (("dbInstanceIdentifier", backend.databases), ("dbClusterIdentifier", backend.clusters)):
        if isinstance(login, dict) and str(login.get(key, "")) in known:
            yield known[login[key]]


def _versions(self: SecretsManagerResponse) -> str:
    """A page of a secret's versions, those without a label only where they are asked for."""
    secret = self.backend.secrets.get(self._get_param("SecretId"))
    if secret is None:
        raise SecretNotFoundException
    deprecated = self._get_param("IncludeDeprecated")
    found = [each for each in secret.versions.values() if each["version_stages"] or deprecated]
    size, first = int(self._get_param("MaxResults") or _PAGE), int(self._get_param("NextToken") or 0)
    told = [
        {
            "VersionId": each["version_id"],
            "CreatedDate": each["createdate"],
            **({"VersionStages": each["version_stages"]} if each["version_stages"] else {}),
        }
        for each in found[first : first + size]
    ]
    more = {"NextToken": str(first + size)} if first + size < len(found) else {}
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": told, **more})


class _Time:
    """Stands in for the module of that name, of which moto's secrets want the time alone."""

    @staticmethod
    def time() -> float:
        """The lab's time."""
        return world().now().timestamp()


PATCHES = (
    (models, "time", _Time),
    (SecretsManagerBackend, "rotate_secret", _rotate),
    (SecretsManagerResponse, "list_secret_version_ids", _versions),
)
