"""The contract of every resource type: a copy is made once, seen, proven, and gone at the end; nothing else is touched.

A type's module of tests has one class a contract, with its ways to make a copy.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, ClassVar

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.domain.copy import CopyState, Identity
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.resource_type import Trait, Traits
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.resources import TYPES
from tests.support.campaigns import WAYS_KEPT
from tests.support.estate import MACHINE, RESTORER
from tests.support.fakes import FakeClock
from tests.support.guarded import nested
from tests.support.types import CALLS
from tests.support.ways import Spec, Way, looked

_SIZE = frozenset({Trait.SIZE})
UNTOLD = dict.fromkeys(
    ("aurora-cluster", "ec2-instance", "cloudformation-stack", "s3-vault", "s3-vault-elsewhere"), _SIZE
)
"""The traits that no answer tells which a drill asks for anyway, by type or way: those of a stack are its stores' to
tell, and what a vault holds of a bucket nobody counts.
"""

POINT_OF_NONE = RecoveryPoint("none", PointKind.SNAPSHOT, FakeClock().now(), "nobody")
"""The point of a stack, which is made anew."""

CHANGES = {operation for _, operation in CALLS.writes}


@pytest.mark.campaign(WAYS_KEPT)
class LifeContract:
    """A copy lives from restore to gone, wherever its life was cut short."""

    ways: ClassVar[tuple[Spec, ...]]

    def test_a_copy_lives_from_restore_to_gone_and_production_is_as_before(self, way: Way) -> None:
        """Restored, ready, destroyed and proven gone; source and inventory are as before, writes named the copy."""
        before, source = way.made.inventory(), way.spec.described(way.made)
        assert looked(way)
        way.restored()
        assert way.exists()
        held = way.spec.held(way)
        assert way.restorer.destroy(way.copy) is CopyState.DELETED
        assert way.made.inventory() == before
        assert way.spec.described(way.made) == source
        changed = [entry for entry in way.made.lab.journal[way.heard :] if entry.action in CHANGES]
        assert {entry.action for entry in changed} <= {
            *(way.spec.ask, way.spec.makes, way.spec.delete, "TagResource"),
            *way.spec.changes,
        }
        identity = way.made.ledger.rows[way.copy.id].identity  # some are named by nothing else
        named = (way.copy.id, identity.unique_id if identity else way.copy.id, *held)
        assert all(any(each in str(entry.params) for each in named) for entry in changed)

    def test_what_its_source_is_is_known_with_its_point(self, way: Way) -> None:
        """Engine and size, as its type reads them, of what is asked anyway: once for all, the point after them."""
        kept, untold = way.remembered(), UNTOLD.get(way.spec.name) or UNTOLD.get(way.spec.type, frozenset())
        looked(way)
        heard, of = len(way.made.lab.journal), way.spec.environment
        kept.journal.choose(way.restorer.choose() if not of else POINT_OF_NONE, known=False)
        assert kept.ledger.story[-1].startswith("point ")
        told = kept.ledger.sources.get(way.resource.name)
        traits = told.traits if told else Traits()
        assert bool(traits.engine and traits.version) is (Trait.ENGINE in TYPES[way.spec.type].tells - untold)
        assert (traits.size is not None) is (Trait.SIZE in TYPES[way.spec.type].tells - untold)
        assert told is None or (told.id, told.region) == (way.resource.id, way.resource.region)
        assert {entry.action for entry in way.made.lab.journal[heard:]} <= {
            call.partition(":")[2] for call in way.declared
        }

    def test_aws_backup_knows_a_copy_by_the_arn_that_its_type_declares(self, way: Way) -> None:
        """By it a plan that takes the copy is found before, and what it took is asked after once the copy is gone."""
        way.restored()
        identity, of = way.made.ledger.rows[way.copy.id].identity, TYPES.copies[way.copy.type]
        assert identity is not None
        parts = [part.format(id=way.copy.id) for _, part in of.backed]
        arns = [f"*:{of.service}:*:*:{part}".replace("*:*::::", "::") for part in parts]
        assert any(fnmatchcase(identity.arn, each) for each in arns), (identity.arn, arns)

    def test_no_call_is_made_that_is_not_declared(self, way: Way) -> None:
        """All that a life calls, its type declares for that kind of drill: what `dro iam` prints is enough."""
        looked(way)
        way.whole()
        way.restorer.isolated(way.copy)
        way.restorer.server_times(way.copy)
        way.ended()
        declared = {call.partition(":")[2] for call in way.declared}
        assert {way.spec.ask, way.spec.delete} <= declared
        heard = {(entry.service, entry.action) for entry in way.made.lab.journal[way.heard :]}
        assert {action for service, action in heard if service != "sts"} <= declared

    def test_every_state_is_observed_for_the_copy(self, way: Way) -> None:
        """What AWS reported on the way is handed over as evidence, under the copy's id."""
        way.restored()
        way.restorer.destroy(way.copy)
        names, states = zip(*way.made.ledger.seen, strict=True)
        assert set(names) == {way.copy.id}
        assert states[0].lower() in ("creating", "create_in_progress", "review_in_progress", "pending", "absent")
        assert states[-1].lower() in ("absent", "delete_complete")
        assert not any("unknown" in state for state in states)

    def test_awss_own_times_stand_under_the_words_that_the_watcher_has(self, way: Way) -> None:
        """Each time is in the past, names its API, and its state is one that was observed of the copy."""
        way.restored()
        times = way.restorer.server_times(way.copy)
        observed = {state for _, state in way.made.ledger.seen}
        assert times
        assert {told.copy for told in times} == {way.copy.id}
        record, reads = way.made.ledger.rows[way.copy.id], way.spec.declared.reads
        for told in times:
            assert told.state in observed
            assert record.intended_at - timedelta(seconds=1) <= told.at <= way.made.clock.now()
            assert told.source.split(": ")[0] in reads
        way.restorer.destroy(way.copy)

    def test_asking_twice_makes_one_copy(self, way: Way) -> None:
        """A lost answer looks like 'exists already': our own copy is adopted, and nothing is made again."""
        first = way.restore()
        assert way.restore() == first
        assert len(way.calls(way.spec.ask)) == 1
        way.confirm(first)
        assert way.restorer.destroy(way.copy) is CopyState.DELETED

    @pytest.mark.campaign(6)
    @pytest.mark.parametrize("killed", ["intended", "asked", "named", "ready", "deleting", "gone"])
    def test_killed_at_any_transition_it_goes_on_or_is_taken_down(self, way: Way, killed: str) -> None:
        """Whatever the ledger holds by then, another process can resume it to ready, and take down all there is."""
        if killed != "intended":
            identity = way.restore()
            if killed != "asked":
                way.confirm(identity)
        if killed not in ("intended", "asked", "named"):
            way.restorer.ready(way.copy)
        if killed in ("deleting", "gone"):
            way.spec.remove(way)
            way.made.clock.sleep(3600 if killed == "gone" else 1)
        elif killed != "ready":
            way.confirm(way.restore())
            way.restorer.ready(way.copy)
            assert len(way.calls(way.spec.ask)) == 1
        assert way.restorer.destroy(way.copy) is CopyState.DELETED
        assert not way.exists()

    def test_a_copy_whose_creation_was_never_confirmed_can_be_destroyed(self, way: Way) -> None:
        """The process died before the answer was written: the intent alone is enough to find and take it down."""
        way.restore()
        assert way.made.ledger.rows[way.copy.id].identity is None
        assert way.restorer.destroy(way.copy) is CopyState.DELETED
        assert not way.exists()

    def test_a_copy_that_is_still_being_made_can_be_destroyed(self, way: Way) -> None:
        """A drill that is stopped in the middle of a restore leaves nothing: the deletion is repeated until taken."""
        way.restored(ready=False)
        assert way.restorer.destroy(way.copy) is CopyState.DELETED
        assert not way.exists()

    def test_destroying_twice_is_as_good_as_once(self, way: Way) -> None:
        """A second teardown finds it gone, says so, and asks for no second deletion."""
        way.restored()
        way.restorer.destroy(way.copy)
        assert way.restorer.destroy(way.copy) is CopyState.DELETED
        assert len(way.calls(way.spec.delete)) == 1

    def test_a_copy_that_was_only_intended_was_never_created(self, way: Way) -> None:
        """With nothing there and no identity known, the truth is NEVER_CREATED; no deletion is asked for."""
        assert way.restorer.destroy(way.copy) is CopyState.NEVER_CREATED
        assert way.deletions == []

    @pytest.mark.parametrize("state", [CopyState.INTENDED, CopyState.UNPROVEN])
    def test_while_a_job_may_still_make_it_absence_proves_nothing(self, way: Way, state: CopyState) -> None:
        """AWS named a job and shows no copy: it is not called never made, whatever an earlier sweep could not prove."""
        rows = way.made.ledger.rows
        rows[way.copy.id] = replace(rows[way.copy.id], job="job-1", state=state)
        with pytest.raises(NotMeasured, match="was asked for as job-1"):
            way.restorer.destroy(way.copy)

    def test_a_copy_that_somebody_else_deletes_is_gone(self, way: Way) -> None:
        """A teardown that comes too late is not a failure."""
        way.restored()
        way.spec.remove(way)
        assert way.restorer.destroy(way.copy) is CopyState.DELETED
        assert not way.exists()


@pytest.mark.campaign(WAYS_KEPT)
class SafetyContract:
    """What is not proven to be this run's copy is never deleted, adopted or made."""

    ways: ClassVar[tuple[Spec, ...]]

    def test_without_a_ledger_row_nothing_is_deleted(self, way: Way) -> None:
        """Name, tag and identity do not suffice: the run's ledger must hold it."""
        way.restored()
        del way.made.ledger.rows[way.copy.id]
        with pytest.raises(UnsafeToDelete, match="not in the ledger"):
            way.restorer.destroy(way.copy)
        assert way.deletions == []
        assert way.exists()

    @pytest.mark.parametrize("tags", [{}, {"dr-drill:run": "20260101-ffffff"}], ids=["no tag", "another run's tag"])
    def test_a_foreign_object_under_the_copys_name_is_not_deleted(self, way: Way, tags: dict[str, str]) -> None:
        """A name is no proof: what does not wear this run's tag stays."""
        way.foreign(tags)
        with pytest.raises(UnsafeToDelete, match="does not wear the tag"):
            way.restorer.destroy(way.copy)
        assert way.deletions == []

    def test_an_object_of_another_identity_is_not_deleted(self, way: Way) -> None:
        """Name and tag agree and still it is not the object that this run made: it stays."""
        way.foreign(way.copy.tags)
        way.confirm(Identity("arn:aws:other", "another-id"))
        with pytest.raises(UnsafeToDelete, match="but this run made another-id"):
            way.restorer.destroy(way.copy)
        assert way.deletions == []

    def test_a_registered_source_is_not_deleted_though_the_ledger_claims_it(self, way: Way) -> None:
        """A corrupt ledger row that names production is refused: by the proofs, and by the guard likewise."""
        copy = replace(way.copy, id=way.resource.id, region=way.resource.region)
        live = way.spec.described(way.made)
        way.made.ledger.intend(copy, way.made.clock, way.spec.identity(live) if way.spec.identity else None)
        if live:
            with pytest.raises(UnsafeToDelete, match="registered source"):
                way.destroyer(copy).destroy(copy)
        for write in TYPES[way.spec.type].writes:
            service, operation = write.operation.split(":")
            named = {write.target.parameter: {copy.id: []} if write.target.each else copy.id}
            with pytest.raises(Forbidden):
                way.made.toolkit.account.guard.check(service, operation, named, copy.region)
        assert way.deletions == []
        assert way.spec.described(way.made) == live

    def test_no_write_reaches_a_foreign_target(self, way: Way) -> None:
        """Each declared write passes on the run's copy alone: not beside its name, region or type, nor unnamed."""
        guard, copy = way.made.toolkit.account.guard, way.copy
        for write in (each for each in TYPES[way.spec.type].writes if each.target.type == copy.type):
            service, operation = write.operation.split(":")
            only = {parameter: values[0] for parameter, values in write.only.items()}

            def check(
                name: object,
                region: str = copy.region,
                write: Any = write,
                call: Any = (service, operation),
                only: dict[str, object] = only,
            ) -> None:
                target = write.target
                beside = nested(write)
                of = {name: []} if target.each else {target.key: name} if target.key else name
                if target.key and target.parameter in beside:
                    of = {**beside.pop(target.parameter), **of}
                named, origin = {target.parameter: of}, {write.origin: way.resource.id} if write.origin else {}
                acts = {write.acts_as: RESTORER} if write.acts_as else {}
                acts |= {write.uses: [MACHINE]} if write.uses else {}
                guard.check(
                    *call, {**dict.fromkeys(write.needs, "x"), **beside, **only, **acts, **named, **origin}, region
                )

            if not write.target.each and write.within is None and not write.among:
                check(copy.id)
            for name in (copy.id[:-1], f"{copy.id}x", "dro-20260101-ffffff-x", way.resource.id, ""):
                with pytest.raises(Forbidden):
                    check(name)
            with pytest.raises(Forbidden):
                check(copy.id, "eu-west-1")
            with pytest.raises(Forbidden):
                guard.check(service, operation, {}, copy.region)

    def test_what_cannot_be_proven_is_not_deleted(self, way: Way) -> None:
        """A look that is denied while proving proves nothing: no deletion, and the call is named."""
        way.restored()
        for action in way.spec.proving:
            rule = way.made.lab.faults.add({"kind": "access-denied", "action": action})
            with pytest.raises(Denied, match=f"^[a-z0-9]+:{action}: "):
                way.restorer.destroy(way.copy)
            assert way.deletions == []
            way.made.lab.faults.remove(rule)

    def test_a_foreign_object_is_not_adopted(self, way: Way) -> None:
        """What stands under the copy's name and is not this run's ends the drill, before it and at the restore."""
        way.foreign({})
        with pytest.raises(NotRecoverable, match="exists already and is not of this run"):
            looked(way)
        with pytest.raises(DrillFault):
            way.restore()
        assert way.exists()

    def test_a_copy_that_nobody_intended_is_not_made(self, way: Way) -> None:
        """A restore without intent in the ledger is refused by the guard: nothing is made that could be orphaned."""
        del way.made.ledger.rows[way.copy.id]
        with pytest.raises(Forbidden):
            way.restore()
        assert not way.exists()
