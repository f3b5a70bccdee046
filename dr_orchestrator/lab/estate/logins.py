"""The secrets with the logins of a company's databases, and their rotation."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from moto.secretsmanager.models import secretsmanager_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.company import CompanyDatabase

if TYPE_CHECKING:
    from dr_orchestrator.lab.estate.seed import Seed

SOON = timedelta(minutes=2)


def keep_login(
    database: CompanyDatabase, password: str, tags: list[dict[str, str]], of: str, replicated_to: str = ""
) -> None:
    """Make the secret that a database's login is in; `of` is the key by which its value names what it logs in to.

    Secrets Manager replicates it to a region, where one is named.
    """
    login = {"username": database.user, "password": password, "dbname": database.name, of: database.id}
    there = [{"Region": replicated_to}] if replicated_to else []
    secretsmanager_backends[ACCOUNT][REGION].create_secret(
        database.secret, json.dumps(login), None, f"login of {database.id}", tags, None, None, there, False
    )


def keep_rotating(database: CompanyDatabase, seed: Seed) -> None:
    """Have its login rotated, for the first time soon after the lab began: what is backed up then has the old one."""
    if database.rotates is not None:
        seed.world.agenda.at(seed.start + SOON, lambda: _rotate(database, seed))


def _rotate(database: CompanyDatabase, seed: Seed) -> None:
    now, live = seed.world.now(), seed.writer.databases[database.id] if seed.writer else None
    backed_up = live is None or live.backed_up
    if backed_up:
        secretsmanager_backends[ACCOUNT][REGION].rotate_secret(database.secret)
    wait = database.rotates if backed_up and database.rotates else SOON
    seed.world.agenda.at(now + wait, lambda: _rotate(database, seed))
