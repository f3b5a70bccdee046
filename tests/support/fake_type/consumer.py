"""A consumer of a restored stream: made once the stream is there, and taken down before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.copies import Live, slug
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready
from tests.support.fake_type import stream
from tests.support.fake_type.name import CONSUMER


def planned(of: Copy, reader: str) -> Copy:
    """The consumer that a reader gets of a restored stream."""
    return replace(of, type=CONSUMER, id=f"{of.id}-{slug(reader)}", parent=of.id)


class Consumer:
    """Makes and takes down one consumer; its `parent` is the stream that it was made in."""

    def __init__(self, copy: Copy, toolkit: Toolkit) -> None:
        self.copy, self._toolkit = copy, toolkit

    @property
    def title(self) -> str:
        """What it is, for the names of its steps."""
        return f"consumer {self.copy.id.removeprefix(self.copy.parent + '-')}"

    @property
    def _api(self) -> Api:
        return self._toolkit.account_at(self.copy.place).api("kinesis")

    def ask(self) -> Asked:
        """Register the consumer; one that this run already made is adopted."""
        arn, given = self._stream()["StreamARN"], {"ConsumerName": self.copy.id, "Tags": self.copy.tags}
        try:
            self._api.call("RegisterStreamConsumer", StreamARN=arn, **given)
        except Refused as refused:
            if refused.code != "ResourceInUseException":
                raise
        live = stream.consumer(self._api, arn, self.copy.id)
        return Asked(stream.identity_of_consumer(live) if live else None)

    def ready(self) -> Ready:
        """It is there as soon as it was asked for."""
        return Ready()

    def billed(self, name: str = "") -> Billed:
        """Its hours, for which no rate is declared."""
        return Billed(besides=f"the hours of {name or self.copy.id}")

    def destroy(self, copy: Copy) -> CopyState:
        """Take it off its stream, once both are proven to be this run's."""
        live = self._toolkit.describe_confirmed(lambda: self._live(copy))
        if live is None:
            return self._toolkit.never_created(copy)
        self._toolkit.retry_transient(lambda: self._prove_and_delete(copy, live))
        return CopyState.DELETED

    def _prove_and_delete(self, copy: Copy, live: Mapping[str, Any]) -> None:
        """A consumer shows no tags of its own: that its stream wears the run's stands in for them."""
        of_run = stream.tags(self._api, copy.parent).get("dr-drill:run") == copy.run
        shown = Live(live["ConsumerName"], stream.identity_of_consumer(live).unique_id, {}, of_run)
        self._toolkit.proofs.prove(copy, replace(shown, created_at=live["ConsumerCreationTimestamp"]))
        try:
            self._api.call("DeregisterStreamConsumer", StreamARN=live["StreamARN"], ConsumerName=copy.id)
        except NotFound:
            return  # gone already: what was wanted

    def _live(self, copy: Copy) -> Mapping[str, Any] | None:
        of = stream.describe(self._api, copy.parent)
        return stream.consumer(self._api, of["StreamARN"], copy.id) if of else None

    def _stream(self) -> Mapping[str, Any]:
        return stream.describe(self._api, self.copy.parent) or {"StreamARN": ""}
