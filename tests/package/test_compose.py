"""docker-compose.yml: nothing starts without its secrets, nothing is open to the network, each waits for its needs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support import composed

SECRETS = {"DRO_DB_PASSWORD": "ledger1", "PREFECT_DB_PASSWORD": "prefect1", "PREFECT_AUTH": "dro:auth1"}
SERVICES = composed.read(SECRETS)["services"]


@pytest.mark.parametrize("lacking", SECRETS)
def test_without_a_secret_nothing_starts(lacking: str) -> None:
    """An empty one is none, either; which one is missing is told."""
    for given in ({**SECRETS, lacking: ""}, {name: word for name, word in SECRETS.items() if name != lacking}):
        with pytest.raises(composed.Missing, match=lacking):
            composed.read(given)


def test_no_secret_has_a_default() -> None:
    """Whatever is named like one is a variable that has to be set; credentials of AWS may be those of a role."""
    for line in composed.FILE.read_text().splitlines():
        found = re.match(r"\s*(\w*(?:PASSWORD|AUTH|SECRET|TOKEN|KEY)\w*): (.*)", line)
        if found:
            assert re.fullmatch(r"\$\{\w+:\?.+\}|\$\{AWS_\w+:-\}", found[2]), line
    assert not re.search(r"://\w+:(?!\$\{)[^@/\s]+@", composed.FILE.read_text())


def test_what_is_published_is_published_on_loopback() -> None:
    """Of this machine alone."""
    ports = [port for each in SERVICES.values() for port in each.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", SERVICES)
def test_what_goes_on_is_looked_after(name: str) -> None:
    """What is not to end by itself has a health check and is started again; who waits for health waits for one."""
    service: dict[str, Any] = SERVICES[name]
    if service.get("restart") == "unless-stopped":
        assert "healthcheck" in service
    else:
        assert service["restart"] == "no"
    for other, how in service.get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert (how["condition"], SERVICES[other]["restart"]) == ("service_completed_successfully", "no")


def test_ledger_and_prefect_have_a_database_of_their_own() -> None:
    """Neither knows the other's password."""
    worker, server = (str(SERVICES[name]["environment"]) for name in ("worker", "prefect"))
    assert "ledger1@postgres:" in worker
    assert "prefect1@prefect-database:" in server
    assert "prefect1" not in worker
    assert "ledger1" not in server
