"""The message of a notice: the workspace's templates in place of the usual ones, each line marked."""

from __future__ import annotations

from dr_orchestrator.documents.wordings import filled
from dr_orchestrator.domain.notices.notice import Notice
from dr_orchestrator.domain.notices.policy import NoticePolicy, Wording
from dr_orchestrator.domain.notices.text import USUAL, Message, marked, plain

_SIMULATED = "SIMULATED, no evidence"


def message_of(of: Notice, policy: NoticePolicy) -> Message:
    """The message; WrongWording where its template cannot be filled in, Unmarked where the mark is wrong."""
    own, usual = policy.wordings.get(of.event, Wording()), USUAL[of.event]
    simulated = _SIMULATED if of.simulated else ""
    facts = {**plain(of.facts), "event": of.event.value, "simulated": simulated}
    title, body = filled(own.title or usual.title, facts), filled(own.body or usual.body, facts)
    return marked(f"{policy.mark} ({simulated})" if simulated else policy.mark, title, body)
