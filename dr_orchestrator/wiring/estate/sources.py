"""Whether what AWS tells of is a resource that a service declares: by its ARN, its region and its account."""

from __future__ import annotations

from dr_orchestrator.domain.discovery.found import is_of
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.wiring.app import App


def is_restore_of(here: App, test: RestoreTest, resource: Resource) -> bool:
    """Whether a test restored a resource: by the ARN of its source, of which S3 tells neither region nor account."""
    made = here.types[resource.type].made
    parts = test.source.split(":", 5)
    if len(parts) != 6 or parts[2] != made.service or resource.region != test.region:
        return False
    if parts[3] not in ("", resource.region) or not is_of(
        resource.account, test.account, here.catalogue.allowed.accounts
    ):
        return False
    return parts[5] in {each.lstrip(":") for each in made.arns_of(resource.id)}
