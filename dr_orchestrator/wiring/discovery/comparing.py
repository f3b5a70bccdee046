"""Compares what files say with what was found: what is gone, what tags say otherwise, which gaps could be filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dr_orchestrator.catalog.drafting.described import Declared, Described
from dr_orchestrator.domain.discovery.found import Found, Key, Seen
from dr_orchestrator.domain.discovery.naming import named
from dr_orchestrator.domain.discovery.placing import Placed
from dr_orchestrator.domain.discovery.remark import Kind, Remark
from dr_orchestrator.domain.tag_keys import MAKER_NAME_TAG
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.discovery.proposing import Proposing, file_name

_FACTS = ("tier", "owner", "dr_champion")
"""The keys of a service of which tags or directories may say something else later."""

_YOURS = "which of them is right is yours to say: nothing that you wrote is changed"


class Comparing:
    """The files that are there, against one look."""

    def __init__(
        self,
        here: App,
        seen: Seen,
        files: Sequence[Described],
        placed: Sequence[Placed],
        claims: Mapping[Key, tuple[Described, Declared]],
        proposing: Proposing,
    ) -> None:
        self._here, self._seen, self._files, self._claims = here, seen, files, claims
        self._placed, self._proposing = {each.found.key: each for each in placed}, proposing

    def remarks(self) -> Iterator[Remark]:
        """All that is told of them."""
        blind = {(each.type, each.region) for each in self._seen.unseen}
        looked = {of.name for of in self._here.types if of.discovered is not None}
        for key, (file, declared) in self._claims.items():
            place = f"{file.document.file}:{file.document.line(('resources', declared.name))}"
            if (placed := self._placed.get(key)) is not None:
                yield from self._moved(file, place, placed)
            elif key[0] in looked and key[2] in self._seen.regions and (key[0], key[2]) not in blind:
                yield Remark(Kind.VANISHED, place, f"there is no {' '.join((key[0], key[1]))} in {key[2]} any more")
        for file in self._files:
            yield from self._of_facts(file)

    def _moved(self, file: Described, place: str, placed: Placed) -> Iterator[Remark]:
        """A resource that its own tags, or a directory, say to be another service's."""
        placement = placed.placement
        if placement is None or file_name(placement.service) in (file.service, file.path.stem, named(file.service, "")):
            return
        if placement.by != f"tag {MAKER_NAME_TAG}" and (placement.by.startswith("tag ") or ":" in placement.by):
            text = f"{placement.by} says that {placed.found.id} is of {placement.said}, the file says {file.service}"
            yield Remark(Kind.MOVED, place, text, _YOURS)

    def _of_facts(self, file: Described) -> Iterator[Remark]:
        own = [self._placed[key] for key, (of, _) in self._claims.items() if of is file and key in self._placed]
        found: list[Found] = [each.found for each in own]
        facts = self._proposing.facts(file.service, [], found)
        for key in _FACTS:
            told = getattr(facts, key)
            place = f"{file.document.file}:{file.document.line((key,))}"
            if told.value and file.has_gap(key):
                yield Remark(Kind.FILLABLE, place, f"{key} is {told.value}, by {told.source}")
            elif told.value and file.value(key) and told.value.casefold() != file.value(key).casefold():
                text = f"{told.source} says {key} {told.value}, the file says {file.value(key)}"
                yield Remark(Kind.DIFFERS, place, text, _YOURS)
