"""What became of a resource since it was proven: told where it is more than a little, and never said to be unchanged
where nobody knows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.resource_type import Described, Told, Trait, Traits
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.since import Change, Memory, Since, changes, said
from tests.support.calendar import drill

PROVEN = datetime(2026, 8, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DRILL = drill("a")
DB = DRILL.resource
BOTH = {DB.type: frozenset(Trait)}
WAS = Traits("postgres", "15.4", 1000)


def told(traits: Traits, at: datetime = PROVEN, of: Resource = DB, simulated: bool = False) -> Told:
    return Told(Described(of.name, of.id, of.region, traits), at, "111111111111", simulated)


def memory(before: Told | None, now: Told | None, **more: object) -> Memory:
    runs = {} if before is None else {"r-1": {before.of.resource: before}}
    looks = {} if now is None else {(DRILL.service.name, now.of.resource, now.simulated): now}
    return replace(Memory(BOTH, runs, looks), **more)  # type: ignore[arg-type]


def since(before: Told | None, now: Told | None, proof: str = "r-1", **more: object) -> dict[Trait, Change]:
    found = changes(memory(before, now, **more), DRILL, DB, proof)
    return {each.trait: each for each in found}


def looked(**changed: object) -> Told:
    return told(replace(WAS, **changed), PROVEN + DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "standing", "words"),
    [
        (1000, 1250, Since.SAME, "within 25 % of its size"),
        (1000, 1251, Since.CHANGED, "grew by 26 %"),
        (1000, 750, Since.SAME, "within 25 % of its size"),
        (1000, 749, Since.CHANGED, "shrank by 26 %"),
        (100, 141, Since.CHANGED, "grew by 41 %"),
        (1000, 0, Since.CHANGED, "shrank by 100 %"),
        (0, 0, Since.SAME, "within 25 % of its size"),
        (0, 1, Since.CHANGED, "grew from nothing to 1 byte"),
        (None, 1000, Since.UNKNOWN, "size: not told to the run"),
        (1000, None, Since.UNKNOWN, "size: not told to the newest look"),
        (None, None, Since.UNKNOWN, "size: not told to the run, nor to the newest look"),
    ],
)
def test_more_than_a_quarter_either_way_is_told(
    before: int | None, now: int | None, standing: Since, words: str
) -> None:
    """Exactly 25 % is as it was; of nothing any growth is told; what is not known on either side is said to be so."""
    found = since(told(replace(WAS, size=before)), looked(size=now))[Trait.SIZE]
    assert (found.since, found.words, found.before, found.now) == (standing, words, before, now)


@pytest.mark.parametrize(
    ("now", "standing", "words"),
    [
        (("postgres", "15.4"), Since.SAME, "engine postgres 15.4"),
        (("postgres", "16.3"), Since.CHANGED, "engine postgres 15.4 → 16.3"),
        (("mysql", "8.0"), Since.CHANGED, "engine postgres 15.4 → mysql 8.0"),
        (("postgres", ""), Since.UNKNOWN, "engine: not told to the newest look"),
        (("", "15.4"), Since.UNKNOWN, "engine: not told to the newest look"),
    ],
)
def test_another_version_is_another_engine(now: tuple[str, str], standing: Since, words: str) -> None:
    """By every part of it; one whose version nobody tells is not known."""
    found = since(told(WAS), looked(engine=now[0], version=now[1]))[Trait.ENGINE]
    assert (found.since, found.words) == (standing, words)


GROWN = replace(WAS, size=5000)


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (None, told(GROWN, PROVEN + DAY), "not kept by the run"),
        (told(WAS), None, "no look of `dro posture` since"),
        (told(WAS), told(GROWN, PROVEN), "no look of `dro posture` since"),
        (told(WAS), told(GROWN, PROVEN - DAY), "no look of `dro posture` since"),
        (told(WAS), replace(told(GROWN, PROVEN + DAY), began=PROVEN), "no look of `dro posture` since"),
        (
            told(WAS),
            replace(told(GROWN, PROVEN + DAY), account="222222222222"),
            "the newest look was in account 222222222222, and not in 111111111111",
        ),
        (
            told(WAS),
            told(GROWN, PROVEN + DAY, replace(DB, id="another")),
            "the run, or the newest look, was of another",
        ),
        (
            told(WAS, of=replace(DB, region="eu-west-1")),
            told(GROWN, PROVEN + DAY),
            "the run, or the newest look, was of another",
        ),
    ],
)
def test_what_cannot_be_compared_is_not_known(before: Told | None, now: Told | None, why: str) -> None:
    """Without a record of then or a newer look, in another account, of another resource: said, and never the same."""
    found = since(before, now)
    assert {trait: each.words for trait, each in found.items()} == {each: f"{each}: {why}" for each in Trait}
    assert {each.since for each in found.values()} == {Since.UNKNOWN}


def test_a_simulated_look_says_nothing_of_a_proof() -> None:
    """However new it is; and one on AWS nothing of a rehearsal, which is told as simulated."""
    simulated = told(GROWN, PROVEN + DAY, simulated=True)
    assert since(told(WAS), simulated)[Trait.SIZE].since is Since.UNKNOWN
    rehearsed = since(told(WAS, simulated=True), simulated, "", rehearsals={"a": "r-1"})[Trait.SIZE]
    assert (rehearsed.since, rehearsed.simulated) == (Since.CHANGED, True)
    assert said([rehearsed]) == ("grew by 400 % (SIMULATED)",)
    real = since(told(WAS, simulated=True), told(GROWN, PROVEN + DAY), "", rehearsals={"a": "r-1"})[Trait.SIZE]
    assert real.since is Since.UNKNOWN


def test_what_nothing_proved_is_held_against_nothing() -> None:
    """Neither a proof nor a rehearsal: there is nothing to be said."""
    assert since(told(WAS), looked(size=5000), "") == {}


def test_only_what_a_type_has_is_told() -> None:
    """A table has no engine: nobody says that its engine is not known."""
    assert set(since(told(WAS), looked(), traits={DB.type: frozenset({Trait.SIZE})})) == {Trait.SIZE}
    assert since(told(WAS), looked(), traits={}) == {}


def test_an_environment_is_as_large_as_its_stores() -> None:
    """The sum of all of them; one of which nobody tells leaves it unknown, then and now."""
    first, second = (replace(DB, name=name, id=name) for name in ("first", "second"))
    of = replace(DRILL, stores={"First": first, "Second": second})

    def summed(*now: int | None) -> Change:
        sizes = {each.name: told(Traits(size=100), of=each) for each in (first, second)}
        looks = {
            (of.service.name, each.name, False): told(Traits(size=size), PROVEN + DAY, each)
            for each, size in zip((first, second), now, strict=True)
        }
        stack = Memory({DB.type: frozenset({Trait.SIZE})}, {"r-1": sizes}, looks)
        (found,) = changes(stack, of, of.resource, "r-1")
        return found

    assert (summed(100, 151).words, summed(100, 150).since) == ("grew by 26 %", Since.SAME)
    assert (summed(200, None).since, summed(200, None).words) == (Since.UNKNOWN, "size: not told to the newest look")
    store: Drill = of
    only = Memory(BOTH, {"r-1": {"first": told(WAS, of=first)}}, {})
    assert all(each.since is Since.UNKNOWN for each in changes(only, store, first, "r-1"))


@pytest.mark.parametrize(("region", "id"), [("eu-central-1", "first"), (DB.region, "other")])
def test_an_environment_says_nothing_of_stores_that_are_others(region: str, id: str) -> None:
    """Of another region than its own, or of another id than is declared: neither as it was nor otherwise."""
    store = replace(DB, name="first", id="first", region=region)
    of = replace(DRILL, stores={"First": store})
    seen = replace(store, id=id)
    then, now = told(Traits(size=100), of=seen), told(Traits(size=100), PROVEN + DAY, seen)
    looks = {(of.service.name, "first", False): now}
    (found,) = changes(
        Memory({DB.type: frozenset({Trait.SIZE})}, {"r-1": {"first": then}}, looks), of, of.resource, "r-1"
    )
    assert (found.since, "was of another" in found.words) == (Since.UNKNOWN, True)


def test_accounts_that_nobody_knows_are_not_the_same() -> None:
    """Two looks without an account are held against nothing."""
    then, now = replace(told(WAS), account=""), replace(told(WAS, PROVEN + DAY), account="")
    assert {each.since for each in since(then, now).values()} == {Since.UNKNOWN}
