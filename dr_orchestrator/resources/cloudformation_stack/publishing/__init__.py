"""The publishing of an app's assets, in an account of replicas: what its templates take is put where they take it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.app import Asset
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.assets import FILE, IMAGE, REGISTRY, in_production
from dr_orchestrator.resources.cloudformation_stack.publishing.files import Files
from dr_orchestrator.resources.cloudformation_stack.publishing.images import Images
from dr_orchestrator.resources.cloudformation_stack.publishing.origin import Kit

_STAYS = "what is published stays: it is named by its content, and others may take it from there"
_FIX = (
    "`cdk synth` makes a file of the assembly again; `cdk deploy` publishes in production; or publish them there"
    " yourself, with the credentials of the replica's account: `cdk-assets publish --path cdk.out/STACK.assets.json`"
)


class Publishing:
    """The assets of an app's stacks; `toolkit` is that of the replica's account, `production` is that account."""

    def __init__(self, toolkit: Toolkit, production: Account, rebuild: Rebuild) -> None:
        self._toolkit, self._rebuild = toolkit, rebuild
        self._there, self._production = toolkit.account, production
        self._files, self._images = Files(toolkit.account, production), Images(toolkit.account, production)

    def look(self, assets: Iterable[Asset]) -> str:
        """Each asset, and whether it is there or where it is copied from; NotMeasured with those that are nowhere."""
        told, missing = [], []
        for asset in dict.fromkeys(assets):
            there = self._named(asset)
            if seen := self._of(asset).seen(there):
                told.append(f"{there} is {seen}")
            elif origin := self._of(asset).origin(there, self._as_in_production(asset)):
                told.append(f"{there} will be copied from {origin.words}")
            else:
                missing.append(self._missing(asset))
        if missing:
            raise NotMeasured(f"nowhere to copy from: {'; '.join(missing)}", _FIX)
        if not told:
            raise NotApplicable("the templates refer to none")
        return "; ".join(told)

    def publish(self, copy: Copy, assets: Iterable[Asset]) -> Seen:
        """Put what is not there yet; NotMeasured with one that is nowhere to copy from. Idempotent."""
        told = []
        for asset in dict.fromkeys(assets):
            self._toolkit.context.raise_if_stopped()
            there = self._named(asset)
            told.append(f"{there} {self._published(copy, asset, there)}")
        return Seen("; ".join([*told, _STAYS])) if told else Seen("the template refers to none")

    def _published(self, copy: Copy, asset: Asset, there: Asset) -> str:
        kit = self._of(asset)
        if kit.seen(there):
            return "was there"
        origin = kit.origin(there, self._as_in_production(asset))
        if origin is None:
            raise NotMeasured(f"nowhere to copy from: {self._missing(asset)}", _FIX)
        published = self._vouched(copy, there)
        self._toolkit.context.observe(published, f"publishing, from {origin.words}")
        size = origin.put()
        self._toolkit.context.observe(published, "published" if size is not None else "was there")
        return "was there" if size is None else f"({size:,} bytes) from {origin.words}"

    def _vouched(self, copy: Copy, there: Asset) -> Copy:
        """Have the guard take the asset for what the run may put, for as long as the ledger holds its stack's copy."""
        of = replace(copy, type=FILE, id=f"{there.place}/{there.name}", parent=copy.id, source=None)
        if not there.image:
            self._there.guard.vouch(of)
            return of
        self._there.guard.vouch(replace(of, type=IMAGE))
        self._there.guard.vouch(replace(of, type=REGISTRY, id=there.place))
        return replace(of, type=IMAGE)

    def _of(self, asset: Asset) -> Kit:
        return self._images if asset.image else self._files

    def _named(self, asset: Asset) -> Asset:
        """The asset as it is named in the replica's account."""
        return asset.at(self._partition, self._there.caller().account, self._there.region)

    def _as_in_production(self, asset: Asset) -> Asset:
        account, region = self._production.caller().account, self._production.region
        return in_production(asset, self._rebuild, self._partition, account, region)

    def _missing(self, asset: Asset) -> str:
        there = self._as_in_production(asset)
        made_of = asset.source.rpartition("/")[2]
        if asset.image:
            return f"{self._named(asset)}: production has no {there}"
        held = f"the assembly does not hold {made_of}" if made_of else "a programme of the app's makes it"
        return f"{self._named(asset)}: {held}, and production has no {there}"

    @functools.cached_property
    def _partition(self) -> str:
        return self._there.caller().arn.split(":")[1]
