"""A large-incident drill as templates show it: waves as lanes, figures in words, badges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.mass_restore.progress import progress
from dr_orchestrator.reporting.wording import Badge, cleanup_badge, instant, verdict_badge

STAMP = "Its containers were restored on a simulated AWS: it is practice, and no evidence."
_BADGES = {"PASSED": "pass", "FAILED": "fail", "PARTIAL": "warn", "INCONCLUSIVE": "unsure", "REFUSED": "warn"}
View = dict[str, Any]


def mass_view(of: Mapping[str, Any], out: Path) -> View:
    """All that the templates read; the names are those of the JSON where both have them."""
    return {
        **of,
        "stamp": STAMP if of["simulated"] else "",
        "badge": verdict_badge(Verdict(of["verdict"])) if of["verdict"] else Badge("NOT ENDED", "unsure"),
        "sentence": _sentence(of),
        "struck": _instant(of["struck_at"]),
        "began": _instant(of["started_at"]),
        "over": _instant(of["ended_at"], f"not ended; all of this is as of {_instant(of['as_of'])}"),
        "waves": [_wave(each, of, out) for each in of["waves"]],
        "handovers": [{**each, "when": _instant(each["at"])} for each in of["handovers"]],
        "rta": _times(of["rta"]),
        "slowest": [_item(each) for each in of["slowest"]],
        "failures": [_item(each) for each in of["items"] if each["verdict"] in ("FAILED", "INCONCLUSIVE", "REFUSED")],
        "sites": [_site(each) for each in of["sites"]],
        "left_alone": [_left(each) for each in of["left_alone"]],
        "safeguards": [{**each, "lasts": _span(each["lasts_s"], "no end")} for each in of["safeguards"]],
    }


def _sentence(of: Mapping[str, Any]) -> str:
    told = ", ".join(f"{number:,} {word}" for word, number in of["site_verdicts"].items())
    return f"{counted(len(of['sites']), 'site')}: {told}. {of['compared']['words']}."


def _wave(of: Mapping[str, Any], whole: Mapping[str, Any], out: Path) -> View:
    told = progress(of, over=whole["ended_at"] is not None, auto=whole["auto"])
    return {
        **of,
        "released": f"{_instant(of['released_at'])} by {of['released_by']}" if of["released_at"] else "not released",
        "sites_words": told.sites,
        "began": told.began,
        "ended": told.ended,
        "lasted": _between(of["began_at"], of["settled_at"]),
        "counts_words": ", ".join(f"{number:,} {word}" for word, number in of["counts"].items()),
        "containers": [_container(each, whole, out) for each in of["containers"]],
    }


def _container(of: Mapping[str, Any], whole: Mapping[str, Any], out: Path) -> View:
    """A container; its bar lies where its time lies between the start of the drill and its end, or now, in percent."""
    verdict, cleanup = of["verdict"], of["cleanup"]
    left, width = _bar(of, whole)
    there = bool(of["run"]) and (out / f"{of['run']}.html").exists()
    return {
        **of,
        "badge": verdict_badge(Verdict(verdict)) if verdict else Badge("OPEN" if of["opened"] else "NO RUN", "unsure"),
        "cleanup": cleanup_badge(Cleanup(cleanup) if cleanup else None),
        "rta": _span(of["rta_s"], "not measured"),
        "rpa": _span(of["rpa_s"], "not measured"),
        "lasted": _between(of["began_at"], of["ended_at"]),
        "left": left,
        "width": width,
        "link": f"{of['run']}.html" if there else "",
    }


def _bar(of: Mapping[str, Any], whole: Mapping[str, Any]) -> tuple[float, float]:
    if not of["began_at"]:
        return 0.0, 0.0
    start, end = datetime.fromisoformat(whole["started_at"]), datetime.fromisoformat(whole["as_of"])
    span = max((end - start).total_seconds(), 1.0)
    began, ended = datetime.fromisoformat(of["began_at"]), datetime.fromisoformat(of["ended_at"] or whole["as_of"])
    left = min(100.0, max(0.0, (began - start).total_seconds() / span * 100))
    return round(left, 2), round(min(100 - left, max(0.5, (ended - began).total_seconds() / span * 100)), 2)


def _item(of: Mapping[str, Any]) -> View:
    badge = Badge(of["verdict"] or "OPEN", _BADGES.get(of["verdict"] or "", "none"))
    return {**of, "badge": badge, "rta": _span(of["rta_s"]), "net": _span(of["rta_net_s"]), "rpa": _span(of["rpa_s"])}


def _site(of: Mapping[str, Any]) -> View:
    lacks = "; ".join(f"{each['product']} ({each['rule']})" for each in of["lacks"])
    return {**of, "badge": Badge(of["verdict"], _BADGES.get(of["verdict"], "none")), "lacks_words": lacks}


def _left(of: Mapping[str, Any]) -> View:
    until = _instant(of["undone_until"], "not known") if of["state"] == "soft-deleted" else "on hold"
    proof = "not proven"
    if of["proven_in"] or of["missing_in"]:
        proof = f"rows seen in {counted(of['proven_in'], 'container')}, missing in {of['missing_in']}"
    over = "" if of["still"] or not of["undone_until"] else " (over)"
    return {**of, "until": f"{until}{over}", "proof": proof, "deleted": _instant(of["deleted_at"], "-")}


def _times(of: Mapping[str, Any] | None) -> View | None:
    if of is None:
        return None
    return {"of": of["of"], **{name: _span(of[f"{name}_s"]) for name in ("least", "median", "p95", "most")}}


def _between(began: str | None, ended: str | None) -> str:
    if not began or not ended:
        return "-"
    return format_duration(datetime.fromisoformat(ended) - datetime.fromisoformat(began))


def _instant(written: str | None, missing: str = "") -> str:
    return instant(datetime.fromisoformat(written)) if written else missing


def _span(value: float | None, missing: str = "-") -> str:
    return missing if value is None else format_duration(timedelta(seconds=value))
