"""The contract of every resource type whose copies may get a new master password: the copy alone, once it is proven."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.logins.reset import IN_USE_WITHIN, Reset
from dr_orchestrator.aws.logins.secrets import Credentials
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.errors import DrillFault, NotMeasured, Transient
from tests.support.campaigns import WAYS_KEPT
from tests.support.lying import Lie, Proxy
from tests.support.lying import answers as altered
from tests.support.ways import Spec, Way

Opens = Callable[[], bool]


@pytest.mark.campaign(WAYS_KEPT)
class ResetContract:
    """A new master password is for the copy of this run alone, and is in use when it is said to be."""

    ways: ClassVar[tuple[Spec, ...]]
    door: ClassVar[Door]

    @pytest.fixture(autouse=True)
    def _gone(self, way: Way) -> Iterator[None]:
        """No copy is left in the estate, which has room for so many alone."""
        yield
        if way.exists():
            way.spec.remove(way)
            way.made.clock.sleep(3600)

    def reset(self, way: Way, used: list[Credentials], opens: Opens = lambda: True, copy: Copy | None = None) -> Ready:
        return Reset(self.door, way.made.toolkit.at((copy or way.copy).place))(copy or way.copy, used.append, opens)

    @property
    def call(self) -> str:
        return f"Modify{self.door.shape.key}"

    def asked(self, way: Way) -> list[dict[str, Any]]:
        """All calls that changed something, but for the restore."""
        heard = way.made.lab.journal[way.heard :]
        return [each.params for each in heard if each.action.startswith("Modify") or each.action.startswith("Delete")]

    def test_the_copy_gets_one_and_nothing_else_is_changed(self, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
        """One call, on the copy, at once; what it gives is used at once, and awaited; the source is as before."""
        source, used = way.spec.described(way.made), list[Credentials]()
        way.restored()
        monkeypatch.setattr(way.made.clock, "pace", 60.0)
        began = way.made.clock.monotonic()
        done = self.reset(way, used)
        (asked,) = self.asked(way)
        assert asked == {
            "Version": asked["Version"],
            self.door.shape.name: way.copy.id,
            "ApplyImmediately": "true",
        }
        assert way.made.clock.monotonic() - began > 45
        ((user, password),) = [(each.user, each.password) for each in used]
        assert (
            user
            == self.door.shape.described(way.made.toolkit.at(way.copy.place).account.api("rds"), way.copy.id)[
                "MasterUsername"
            ]
        )  # type: ignore[index]
        assert len(password) <= 41
        assert not set("/\"@ '") & set(password)
        assert done.words == f"{user} has a new password, which is kept nowhere"
        assert password not in f"{done} {used} {way.made.lab.journal}"
        assert (way.copy.id, "resetting-master-credentials") in way.made.ledger.seen
        way.restorer.destroy(way.copy)
        assert way.spec.described(way.made) == source

    def test_each_try_gives_another(self, way: Way) -> None:
        """Whoever was cut off begins anew: nobody knows the first one any more."""
        used: list[Credentials] = []
        way.restored()
        self.reset(way, used)
        self.reset(way, used)
        assert len({each.password for each in used}) == 2

    def test_what_is_not_proven_to_be_the_copy_keeps_its_password(self, way: Way) -> None:
        """Without a row, under another tag, or of another identity: nothing is asked for, and it is told as unknown."""
        way.foreign({"dr-drill:run": "20260101-ffffff"})
        with pytest.raises(NotMeasured, match=r"was not reset: .* does not wear the tag"):
            self.reset(way, [])
        way.spec.remove(way)
        way.made.clock.sleep(3600)
        way.foreign(way.copy.tags)
        way.confirm(Identity("arn:aws:other", "another-id"))
        with pytest.raises(NotMeasured, match=r"was not reset: .* this run made another-id"):
            self.reset(way, [])
        del way.made.ledger.rows[way.copy.id]
        with pytest.raises(NotMeasured, match=r"was not reset: .* is not in the ledger"):
            self.reset(way, [])
        assert [each for each in self.asked(way) if "ApplyImmediately" in each] == []

    def test_production_keeps_its_password_though_the_ledger_claims_it(self, way: Way) -> None:
        """A row that names the source is a corrupt one: refused by the proofs, before the guard would."""
        claimed = replace(way.copy, id=way.resource.id, region=way.resource.region)
        way.made.ledger.intend(claimed, way.made.clock)
        with pytest.raises(NotMeasured, match="is a registered source"):
            self.reset(way, [], copy=claimed)
        assert self.asked(way) == []

    def test_an_answer_of_another_is_not_believed(self, way: Way, lying: Proxy) -> None:
        """AWS says whose password it changed: where that is production's, nothing is logged in to with it."""
        way.restored()
        used: list[Credentials] = []
        told = Lie(altered.replaced(way.copy.id, way.resource.id), self.call)
        with lying.lying(told), pytest.raises(Transient, match=f"asked for {way.copy.id}, it told of"):
            self.reset(way, used)
        assert told.told
        assert used == []
        assert all(each[self.door.shape.name] == way.copy.id for each in self.asked(way))

    def test_production_told_in_the_copys_place_keeps_its_password(self, way: Way, lying: Proxy) -> None:
        """Each answer that names the copy names the source instead: no password is changed at all."""
        way.restored()
        with lying.lying(Lie(altered.replaced(way.copy.id, way.resource.id))), pytest.raises(DrillFault):
            self.reset(replace(way, made=replace(way.made, toolkit=replace(way.made.toolkit, ceiling=60.0))), [])
        assert self.asked(way) == []

    @pytest.mark.parametrize("alter", [altered.truncated(0.7), altered.page(), altered.cut(0.3)])
    def test_broken_answers_are_overcome(self, way: Way, lying: Proxy, alter: altered.Alter) -> None:
        """The first answer to each call is none: it is asked again, and the copy is opened by the last password."""
        way.restored()
        used: list[Credentials] = []
        once = [Lie(alter, each, times=1) for each in (self.door.shape.describe, self.call)]
        with lying.lying(*once):
            way.made.toolkit.patiently(lambda: self.reset(way, used))
        assert used

    def test_a_copy_that_is_busy_is_asked_again(self, way: Way) -> None:
        """Another change is under way: AWS refuses for now, which passes by itself."""
        way.restored()
        way.made.lab.faults.add(
            {"kind": "error", "action": self.call, "code": self.door.shape.busy, "times": 2, "message": "not available"}
        )
        used: list[Credentials] = []
        way.made.toolkit.patiently(lambda: self.reset(way, used))
        assert len(used) == 1

    def test_a_password_that_is_never_in_use_is_given_up(self, way: Way) -> None:
        """AWS calls the copy available, and it lets nobody in: not measured, half an hour later."""
        way.restored()
        began = way.made.clock.monotonic()
        with pytest.raises(NotMeasured, match="did not take the new password of its master user within 30 minutes"):
            self.reset(way, [], lambda: False)
        assert IN_USE_WITHIN < way.made.clock.monotonic() - began < 2 * IN_USE_WITHIN

    def test_one_that_rds_manages_is_managed_no_more(self, way: Way) -> None:
        """A copy whose master user RDS manages takes a password only together with the end of that."""
        way.restored()
        rds, shape = way.client("rds"), self.door.shape
        getattr(rds, f"modify_db_{'cluster' if 'Cluster' in shape.key else 'instance'}")(
            **{shape.name: way.copy.id}, ManageMasterUserPassword=True, ApplyImmediately=True
        )
        api = way.made.toolkit.at(way.copy.place).account.api("rds")
        assert "MasterUserSecret" in (shape.described(api, way.copy.id) or {})
        self.reset(way, [])
        assert "MasterUserSecret" not in (shape.described(api, way.copy.id) or {})
