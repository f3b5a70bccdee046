"""The declaration of a review: which document, by whom it was written, how often, and what it may not fail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.findings.by_exercise import About
from dr_orchestrator.domain.tabletop.plan import about


class Check(StrEnum):
    """The checks that a machine performs."""

    DOCUMENT = "document"
    """It can be read."""

    LINKS = "links"
    DRILLED = "drilled"
    """It is as it was when the service was drilled last, and passed."""

    RESOURCES = "resources"
    OBJECTIVES = "objectives"
    CONTACTS = "contacts"
    CONTACTS_AGE = "contacts-age"
    CHAMPION = "champion"
    REVIEWED = "reviewed"

    @property
    def words(self) -> str:
        """The claim of the check."""
        return _CLAIMS[self]


_CLAIMS: Mapping[Check, str] = {
    Check.DOCUMENT: "the document can be read",
    Check.LINKS: "its links answer",
    Check.DRILLED: "it is as it was when the service was last drilled, and passed",
    Check.RESOURCES: "the resources that the service declares exist",
    Check.OBJECTIVES: "the service's objectives are no looser than its tier's, or say why",
    Check.CONTACTS: "somebody can be reached, and somebody else where they are away",
    Check.CONTACTS_AGE: "the contacts were seen to be right not long ago",
    Check.CHAMPION: "a champion is named, and is among the contacts",
    Check.REVIEWED: "the runbook was reviewed within the period",
}
MANDATORY = (Check.RESOURCES, Check.OBJECTIVES, Check.CONTACTS)

QUESTIONS: Mapping[str, str] = {
    "owner-current": "is the named owner the one who answers for the service today?",
    "steps-work": "could somebody who did not write it follow each step, and does each name what exists?",
    "dependencies": "does it name all that the service depends on, in the order in which it has to be there?",
    "secrets": "does it say where the secrets lie, and do they lie there?",
    "findings-folded-in": "has it taken in what the last drills and exercises found?",
    "offline-copy": "is there a copy that can be read when the service, and our sign-in, are down?",
}
"""The questions that only a person can answer, by name."""


def plain(address: str) -> str:
    """An address, or a link, without all in which secrets may stand: its login, what it asks, its place within."""
    return re.sub(r"^([\w+.-]*://|//)[^/\\]*@", r"\1", re.split(r"[?#]", address, maxsplit=1)[0])


@dataclass(frozen=True)
class Review:
    """A review as it is declared.

    `document` is a file of the workspace, or an address. What is `mandatory` fails the review; what else fails is a
    finding. Of hosts that are not public only the `allowed` are asked.
    """

    name: str
    title: str
    document: str
    authors: tuple[str, ...]
    every: Frequency
    services: tuple[About, ...]
    mandatory: tuple[Check, ...] = MANDATORY
    allowed: tuple[str, ...] = ()
    contacts_within: timedelta = timedelta(days=180)
    file: str = ""

    @property
    def kept(self) -> Review:
        """The declaration as it may be kept and shown: its address without a login, and without what it asks."""
        return replace(self, document=plain(self.document)) if self.remote else self

    @property
    def required(self) -> tuple[Check, ...]:
        """The checks that fail it: the mandatory ones, and that there is a document, which nobody can leave out."""
        return tuple(dict.fromkeys((Check.DOCUMENT, *self.mandatory)))

    @property
    def remote(self) -> bool:
        """Whether the document is somewhere else than in the workspace."""
        return self.document.startswith(("https://", "http://"))

    def about(self, service: str = "") -> About:
        """The service of that name; without one the only one, or all of them together."""
        return about(self.services, service)
