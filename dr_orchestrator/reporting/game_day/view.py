"""The after-action record as templates show it: figures in words, badges, and one sentence that tells the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.domain.game_day.standing import InjectState
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.wording import Badge, cleanup_badge, instant, verdict_badge

STAMP = "Its drills ran against a simulated AWS: it is practice, and no evidence."
NEVER_HELD = "A seeded history, made up for the sample company: it was never held, and is evidence of nothing."
_NOT_YET = Badge("NOT ENDED", "unsure")
_RATINGS = {"P": "pass", "S": "pass", "M": "warn", "U": "fail"}
_STATES = {InjectState.MET.value: "pass", InjectState.MISSED.value: "fail"}
_SEVERITIES = {"high": "fail", "medium": "warn", "low": "none"}
View = dict[str, Any]


def game_day_view(of: Mapping[str, Any]) -> View:
    """All that the templates read; the names are those of the JSON where both have them."""
    return {
        **of,
        "stamp": _stamp(of),
        "badge": verdict_badge(Verdict(of["verdict"])) if of["verdict"] else _NOT_YET,
        "sentence": _sentence(of),
        "began": _instant(of["started_at"], "not started"),
        "over": _instant(of["ended_at"], "not ended"),
        "gross": _span(of["gross_s"]),
        "net": _span(of["net_s"]),
        "planned": _span(of["planned_s"]),
        "criteria": [_criterion(each) for each in of["criteria"]],
        "injects": [_inject(each) for each in of["injects"]],
        "holds": [_hold(each) for each in of["holds"]],
        "drills": [_drill(each) for each in of["drills"]],
        "gaps": [
            {**each, "badge": Badge(each["severity"].upper(), _SEVERITIES[each["severity"]])} for each in of["gaps"]
        ],
        "decisions": [_said(each) for each in of["decisions"]],
        "approvals": [_said(each) for each in of["approvals"]],
        "go_no_go": [_said({**each, "answer": each["answer"] or "not answered"}) for each in of["go_no_go"]],
        "timeline": [_line(each) for each in of["timeline"]],
    }


def _stamp(of: Mapping[str, Any]) -> str:
    if of["seeded"]:
        return NEVER_HELD
    return STAMP if of["simulated"] else ""


def _sentence(of: Mapping[str, Any]) -> str:
    met = sum(1 for each in of["criteria"] if each["met"])
    told = f"{met} of {len(of['criteria'])} criteria met"
    if of["verdict"] and not of["closed"]:
        told += "; it is not closed, and the verdict may change"
    return f"{told}. It proves nothing of restores by itself: the runs that it started do."


def _criterion(of: Mapping[str, Any]) -> View:
    if of["rating"] is None:
        return {**of, "badge": Badge("NOT RATED", "unsure"), "told": ""}
    if of["early"]:
        told = f"rated {of['rating']} before the last drill was over: to be rated again"
        return {**of, "badge": Badge("NOT RATED", "unsure"), "told": told}
    word = "MET" if of["met"] else "NOT MET"
    return {**of, "badge": Badge(f"{word} ({of['rating']})", _RATINGS[of["rating"]]), "told": of["reason"] or ""}


def _inject(of: Mapping[str, Any]) -> View:
    planned = _span(of["planned_s"]) if of["planned_s"] is not None else of["trigger"] or "where it is called for"
    return {
        **of,
        "badge": Badge(of["state"].upper(), _STATES.get(of["state"], "none")),
        "planned": planned,
        "actual": _span(of["delivered_s"]) if of["delivered_s"] is not None else "not delivered",
        "answered": f"{of['response']} (after {_span(of['response_s'])})" if of["response"] else "no answer",
    }


def _gap(of: Mapping[str, Any]) -> View:
    return {**of, "badge": Badge(of["severity"].upper(), _SEVERITIES[of["severity"]])}


def _hold(of: Mapping[str, Any]) -> View:
    return {**of, "lasted": _span(of["seconds"]), "from": _instant(of["began"]), "to": _instant(of["ended"], "lasts")}


def _drill(of: Mapping[str, Any]) -> View:
    verdict, cleanup = of["verdict"], of["cleanup"]
    return {
        **of,
        "badge": verdict_badge(Verdict(verdict)) if verdict else Badge(of["state"].upper(), "unsure"),
        "cleanup": cleanup_badge(Cleanup(cleanup) if cleanup else None),
        "rta": _span(of["rta_s"], "not measured"),
        "rpa": _span(of["rpa_s"], "not measured"),
        "after": _span(of["net_s"]),
    }


def _line(of: Mapping[str, Any]) -> View:
    offset = "" if of["offset_s"] is None else f"+{_span(of['offset_s'])}"
    return {**of, "when": _instant(of["at"]), "offset": offset}


def _said(of: Mapping[str, Any]) -> View:
    written = _instant(of["at"], "")
    occurred = of.get("occurred")
    return {**of, "when": f"{_instant(occurred)} (written {written})" if occurred else written}


def _instant(written: str | None, missing: str = "") -> str:
    return instant(datetime.fromisoformat(written)) if written else missing


def _span(value: float | None, missing: str = "-") -> str:
    return missing if value is None else format_duration(timedelta(seconds=value))
