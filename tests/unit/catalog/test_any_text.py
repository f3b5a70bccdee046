"""Whatever stands in a drill file, the answer is a Catalogue or a list of problems."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dr_orchestrator.domain.drill import Catalogue
from dr_orchestrator.errors import CatalogError
from tests.support.drill_files import CLOUD, SHOP, TIERS, write
from tests.support.types import load

LEGAL = {"tiers.yaml": TIERS, "shop.yaml": SHOP, "cloud.yaml": CLOUD}
NASTY = st.sampled_from(
    ["", "null", "{}", "[]", "0", "-1", "1e999", "true", "none", "latest", "<<: 1", "? x", "- y", "\t", "[[1]]", "a.b",
     "&a [*a]", "*b", "!!python/name:os.system x", "{a: {b: c}}", "'< 1h'", "9" * 30, '"\\0"', '"\\ud800"', "{copy}"]
)  # fmt: skip
SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def _answer(folder: Path, changes: dict[str, str | bytes]) -> Catalogue | CatalogError:
    try:
        return load(write(folder, changes))
    except CatalogError as told:
        assert told.problems
        assert all(one.line >= 1 and one.message for one in told.problems)
        return told


@SETTINGS
@given(name=st.sampled_from(sorted(LEGAL)), content=st.one_of(st.text(), st.binary()))
def test_any_content(tmp_path: Path, name: str, content: str | bytes) -> None:
    """Random text and bytes in any file never end in a traceback."""
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    assert isinstance(_answer(tmp_path, {**LEGAL, name: raw}), CatalogError)


@SETTINGS
@given(name=st.sampled_from(sorted(LEGAL)), place=st.integers(0, 60), value=NASTY, data=st.data())
def test_any_value_in_any_place(tmp_path: Path, name: str, place: int, value: str, data: st.DataObject) -> None:
    """A legal file with the value of any key replaced by anything is loaded or told, never a traceback."""
    lines = LEGAL[name].splitlines()
    index = place % len(lines)
    lines[index] = lines[index].split(":")[0] + ": " + value if data.draw(st.booleans()) else value
    _answer(tmp_path, {**LEGAL, name: "\n".join(lines) + "\n"})


@pytest.mark.parametrize("cut", range(0, len(CLOUD), 17))
def test_a_file_cut_off_anywhere(tmp_path: Path, cut: int) -> None:
    """A half-written file is told, or is legal as far as it goes."""
    _answer(tmp_path, {**LEGAL, "cloud.yaml": CLOUD[:cut]})
