"""The secrets with the logins of the sample company's databases."""

from __future__ import annotations

import json

from moto.secretsmanager.models import secretsmanager_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.company import CompanyDatabase


def keep_login(database: CompanyDatabase, password: str, tags: list[dict[str, str]]) -> None:
    """Make the secret that a database's login is in."""
    login = {"username": database.user, "password": password, "dbname": database.name}
    secretsmanager_backends[ACCOUNT][REGION].create_secret(
        database.secret, json.dumps(login), None, f"login of {database.instance}", tags, None, None, [], False
    )
