"""Rules of a drill whose recovery points lie in a vault of AWS Backup."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.shapes.service import Drill, Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.drill import account_of
from dr_orchestrator.domain.resource_type import ResourceType

_KEY = "recovery_points"


def mistakes(drill: Drill, resource: Resource, of: ResourceType) -> Iterator[tuple[Key, str, str]]:
    """The mistakes in what a drill says of its vault; none where it says nothing."""
    if (said := drill.recovery_points) is None or (said.region and not (said.vault and of.vaulted)):
        return  # where the region is said, it is refused with the words of what is no vault's
    if said.vault is None:
        yield (_KEY, "vault"), "'vault' is missing", "add it"
        return
    if not of.vaulted:
        yield (_KEY,), f"{of.name}s are not restored from a vault of AWS Backup", "remove it"
        return
    if of.by_job and said.role is None:
        yield (_KEY, "role"), "'role' is missing", "add it"
        return
    if said.role is not None and not of.by_job:
        message = f"no job of AWS Backup restores {of.name}s: drills restore what is in the vault themselves"
        yield (_KEY, "role"), message, "remove it"
        return
    if drill.kind not in of.vaulted and not said.region:
        kinds = ", ".join(sorted(of.vaulted))
        yield ("kind",), f"{of.name}s are not restored from a vault by {drill.kind}", f"one of: {kinds}"
    if of.partial(resource):
        message = "a vault restores all of it, and the resource says that a part is drilled"
        others = ", ".join(sorted(each for each in of.kinds if not of.is_only_vaulted(each)))
        yield ("resource",), message, f"drill it by one of: {others}" if others else "drill all of it"
    if of.stays and said.role is not None and said.vaults_account not in ("", account_of(said.role)):
        message = f"the vault is of account {said.vaults_account}: {of.stays}"
        yield (_KEY, "vault"), message, "name one of the resource's account"
    stands = drill.to.region if drill.to else resource.region
    if not said.region and (region := said.vaults_region) and region != stands:
        message = f"the vault is in {region}, and AWS Backup restores only where a vault is"
        there = f", or add `region: {region}`, where copies stand then" if drill.kind in of.afar else ""
        yield (_KEY, "vault"), message, f"name one in {stands}{there}"
    account = drill.to.account if drill.to else None
    if said.role is None:
        return
    if account and account_of(said.role) != account:
        message = f"the role is of account {account_of(said.role)}, and the copy is to stand in {account}"
        yield (_KEY, "role"), message, f"name one of {account}: AWS Backup restores there"
    elif not account and resource.account and account_of(said.role) != resource.account:
        message = f"the role is of account {account_of(said.role)}, and the resource of {resource.account}"
        yield (_KEY, "role"), message, "name one of the resource's account: AWS Backup restores there"
