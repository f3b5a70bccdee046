"""The notices of tiers.yaml -> the domain's policy, with where each key is written."""

from __future__ import annotations

from collections.abc import Mapping

from dr_orchestrator.catalog.calendar import closing
from dr_orchestrator.catalog.shapes.notices import Notices as Written
from dr_orchestrator.catalog.shapes.notices import QuietHours as WrittenHours
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.policy import Channel, NoticePolicy, Wording
from dr_orchestrator.domain.notices.quiet import QuietHours


def notices(written: Written | None, places: Mapping[str, str]) -> NoticePolicy:
    """The notices that are declared, else none; `places` tell where each key is written."""
    if written is None:
        return NoticePolicy(places=places)
    channels = {
        name: Channel(
            name,
            frozenset(Event) if each.events is None else frozenset(each.events),
            each.url_env or "",
            each.url_file or "",
        )
        for name, each in written.channels.items()
    }
    return NoticePolicy(
        channels=channels,
        wordings={Event(name): Wording(each.title or "", each.body or "") for name, each in written.templates.items()},
        quiet=_quiet(written.quiet_hours),
        remind_before=tuple(sorted(set(written.remind_before))),
        mark=written.mark,
        simulated=written.simulated,
        places=places,
    )


def _quiet(written: WrittenHours | None) -> QuietHours | None:
    if written is None:
        return None
    return QuietHours(closing(written.since), closing(written.until), written.timezone)
