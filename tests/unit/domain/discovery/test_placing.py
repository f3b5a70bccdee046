"""Whose a resource is: by a directory, its tags, what made it; the first that says something counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.discovery.directory import Claim, Directory
from dr_orchestrator.domain.discovery.found import MAKER_TAG, Found
from dr_orchestrator.domain.discovery.naming import LONGEST, apart, named
from dr_orchestrator.domain.discovery.placing import Placed, place, whole
from dr_orchestrator.domain.tag_keys import MAKER_NAME_TAG, TagKeys

KEYS = TagKeys()
STACK = Found("stack", "orders-prod", "us-east-1", "arn:stack", {}, makes="id-of-stack")


def found(name: str = "orders", tags: dict[str, str] | None = None, **more: str) -> Found:
    return Found("table", name, "us-east-1", f"arn:{name}", {} if tags is None else tags, **more)


def placed(*each: Found, directory: Directory | None = None, rest: str = "") -> list[Placed]:
    return place(each, KEYS, directory or Directory(), rest)


def service(one: Placed) -> str:
    assert one.placement is not None
    return one.placement.service


def test_a_directory_counts_more_than_tags_and_those_more_than_the_maker() -> None:
    """What does not count is told, where it says another thing."""
    made = found(tags={MAKER_TAG: "id-of-stack", "app": "Carts", "service": "carts", "Application": "other"})
    (_, one) = placed(STACK, made)
    assert (service(one), one.placement and one.placement.others) == ("carts", ("tag Application says other",))
    (_, one) = placed(STACK, made, directory=Directory(claims={"arn:orders": (Claim("Pay", "a.csv:2"),)}))
    assert (service(one), one.placement and one.placement.by) == ("pay", "a.csv:2")
    (stack, one) = placed(STACK, found(tags={MAKER_TAG: "id-of-stack"}))
    assert service(stack) == service(one) == "orders-prod"


def test_a_part_goes_with_what_its_maker_is_said_to_be_of() -> None:
    """Through a stack within a stack, too; of two that say they made one another the look ends all the same."""
    outer = Found("stack", "outer", "us-east-1", "arn:outer", {"service": "shop"}, makes="outer-id")
    inner = Found("stack", "inner", "us-east-1", "arn:inner", {}, makes="inner-id", maker="outer-id")
    (*_, one) = placed(outer, inner, found(tags={MAKER_TAG: "inner-id"}))
    assert service(one) == "shop"
    loop = Found("stack", "outer", "us-east-1", "arn:outer", {}, makes="outer-id", maker="inner-id")
    assert len(placed(inner, loop)) == 2


def test_of_a_stack_that_is_not_seen_its_name_counts() -> None:
    """The tag that AWS sets says it."""
    (one,) = placed(found(tags={MAKER_TAG: "gone", MAKER_NAME_TAG: "Orders Prod"}))
    assert service(one) == "orders-prod"


def test_what_nothing_says_is_of_nobody_or_of_the_rest() -> None:
    """Empty tags, unknown ones, and those of another case say nothing."""
    unknown = Found("table", "b", "us-east-1", "arn:b", None)
    each = (found(tags={"service": " ", "SERVICE": "x"}), unknown)
    assert [one.placement for one in placed(*each)] == [None, None]
    assert [service(one) for one in placed(*each, rest="legacy")] == ["legacy", "legacy"]


def test_parts_and_stacks_that_made_nothing_are_not_whole() -> None:
    """A stack counts where it made what drills restore."""
    member = found("member", part_of="the cluster a")
    assert [one.found for one in whole(placed(STACK, member))] == []
    made = found(tags={MAKER_TAG: "id-of-stack"})
    assert [one.found for one in whole(placed(STACK, made, found("x", unfit="no")))] == [STACK, made]


@given(st.text(min_size=1, max_size=60))
def test_any_text_is_a_legal_name(text: str) -> None:
    """At most 40 letters, digits and single dashes, a letter first; and always the same."""
    import re

    made = named(text, "service")
    assert re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", made)
    assert len(made) <= LONGEST
    assert made == named(text, "service") == named(made, "service")


@given(st.text("abc-", min_size=1, max_size=60), st.integers(1, 12))
def test_names_are_apart(text: str, many: int) -> None:
    """However many are called so, each ends as it should, and none is longer than a name may be."""
    taken: set[str] = set()
    for _ in range(many):
        made = apart(named(text, "a"), taken, "-pitr")
        assert made not in taken
        assert len(made) <= LONGEST
        assert made.endswith("-pitr")
        taken.add(made)


def test_texts_of_other_scripts_have_names_of_their_own() -> None:
    """Two services are not one because neither is written in Latin letters."""
    assert len({named(each, "service") for each in ("顧客", "顧客管理", "клиент", "1")}) == 4
    assert named("Zahlungen & Größe", "service") == "zahlungen-grosse"
