"""How a database of RDS is reached: the address that AWS tells, and the login that its secret holds."""

from __future__ import annotations

import json

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.domain.service import Database, Login
from dr_orchestrator.errors import NotMeasured, NotRecoverable


def login(account: Account, instance: str, database: Database) -> Login:
    """The login to an instance, source or copy: a restored one keeps the users of its source."""
    found = account.api("rds").call("DescribeDBInstances", DBInstanceIdentifier=instance)["DBInstances"]
    address = found[0].get("Endpoint", {}) if found else {}
    if not address.get("Address"):
        raise NotMeasured(f"{instance} has no endpoint", call="rds:DescribeDBInstances")
    return login_at(account, address["Address"], int(address["Port"]), database)


def login_at(account: Account, host: str, port: int, database: Database) -> Login:
    """The login to what answers at an address, with what the database's secret holds."""
    user, password = credentials(account, database)
    return Login(host, port, database.name, user, password)


def held(account: Account, database: Database | None) -> str:
    """The role whose login the database's secret holds; NotApplicable where none is declared."""
    if database is None:
        raise NotApplicable("no database is declared")
    user, _ = credentials(account, database)
    return f"{database.secret} holds the login of {user}"


def credentials(account: Account, database: Database) -> tuple[str, str]:
    """User and password of the database's secret; NotMeasured, naming the secret, where it cannot be used."""
    try:
        text = account.api("secretsmanager").call("GetSecretValue", SecretId=database.secret)
        secret = json.loads(text["SecretString"])
        return str(secret["username"]), str(secret["password"])
    except (NotMeasured, NotRecoverable) as fault:
        raise NotMeasured(f"secret {database.secret} cannot be read: {fault.message}", fault.hint) from fault
    except (KeyError, ValueError, TypeError) as error:
        hint = 'a secret of RDS is JSON with "username" and "password"'
        raise NotMeasured(f"secret {database.secret} cannot be used as a login", hint) from error
