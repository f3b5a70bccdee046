"""The files of an app as they are published: the same folder is the same archive, and nothing from outside is in it."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from pathlib import Path

import pytest

from dr_orchestrator.domain.app import Asset
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.publishing import content


def folder(at: Path) -> Path:
    (at / "lib").mkdir(parents=True)
    (at / "empty").mkdir()
    (at / ".hidden").write_text("seen")
    (at / "lib" / "b.js").write_text("b" * 5000)
    (at / "index.js").write_text("first")
    (at / "run.sh").write_text("#!/bin/sh")
    (at / "run.sh").chmod(0o755)
    return at


def digest(path: Path) -> str:
    with content.archive(path) as read:
        return hashlib.sha256(read.read()).hexdigest()


def test_an_archive_has_the_form_of_the_cdks(tmp_path: Path) -> None:
    """Files alone, in order, the hidden ones too, of 1980 and with their modes, and compressed."""
    with content.archive(folder(tmp_path / "asset")) as made, zipfile.ZipFile(made) as read:
        entries = read.infolist()
        assert [each.filename for each in entries] == [".hidden", "index.js", "lib/b.js", "run.sh"]
        assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {each.compress_type for each in entries} == {zipfile.ZIP_DEFLATED}
        assert stat.filemode(entries[-1].external_attr >> 16) == "-rwxr-xr-x"
        assert read.read("lib/b.js") == b"b" * 5000
        assert entries[2].compress_size < 100


def test_the_same_folder_is_the_same_archive(tmp_path: Path) -> None:
    """Whenever its files were written and in whatever order; another byte, or mode, is another."""
    one, other = folder(tmp_path / "one"), tmp_path / "other"
    other.mkdir()
    for each in sorted((path for path in one.rglob("*") if path.is_file()), reverse=True):
        copy = other / each.relative_to(one)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(each.read_bytes())
        copy.chmod(each.stat().st_mode)
        os.utime(copy, (1, 1))
    assert digest(one) == digest(other)
    (other / "index.js").write_text("First")
    assert digest(one) != digest(other)


def test_links_within_are_followed_and_none_leads_out(tmp_path: Path) -> None:
    """What a link names is published as if it were there; from outside of the asset nothing is, nor for ever."""
    asset = folder(tmp_path / "asset")
    (asset / "again").symlink_to(asset / "lib")
    (asset / "lib" / "up").symlink_to(asset)
    with content.archive(asset) as made, zipfile.ZipFile(made) as read:
        assert "again/b.js" in read.namelist()
        assert len(read.namelist()) < 20
    (tmp_path / "secret").write_text("hush")
    for link, to in ((asset / "leak", tmp_path / "secret"), (asset / "way-out", tmp_path)):
        link.symlink_to(to)
        with pytest.raises(NotMeasured, match="leads out of it"):
            content.archive(asset)
        link.unlink()


@pytest.mark.parametrize(
    ("source", "zipped", "held"),
    [("asset", True, True), ("asset", False, False), ("a.json", False, True), ("a.json", True, False)],
)
def test_an_asset_is_held_in_the_form_that_is_told(tmp_path: Path, source: str, zipped: bool, held: bool) -> None:
    """A folder where the archive is published, a file where it is as it is; and nothing where a programme makes it."""
    folder(tmp_path / "asset")
    (tmp_path / "a.json").write_text("{}")
    asset = Asset("1", "bucket", "1.zip", source=str(tmp_path / source), zipped=zipped)
    assert (content.of(asset) is not None) is held
    assert content.of(Asset("1", "bucket", "1.zip", zipped=zipped)) is None


def test_a_file_is_published_as_it_is(tmp_path: Path) -> None:
    """Byte by byte, with the media type of its name."""
    (tmp_path / "a.json").write_text("{}")
    held = content.of(Asset("1", "bucket", "1.json", source=str(tmp_path / "a.json")))
    assert held is not None
    assert (held.type, content.type_of("1.unheard-of")) == ("application/json", "application/octet-stream")
    with held.open() as read:
        assert read.read() == b"{}"


def test_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """The file and what the machine says of it."""
    held = content.Held(tmp_path / "gone.json")
    with pytest.raises(NotMeasured, match=r"gone\.json cannot be read: No such file"), held.open():
        pass
