"""`dro contacts`: exported whole, signed, verified by a stranger, and told when it is true no more."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.contacts.book import Book, Entry, OfService
from dr_orchestrator.domain.contacts.export import doubts
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.contacts import files, printing, seal
from dr_orchestrator.reporting.contacts.cards import cards
from dr_orchestrator.settings import shipped
from tests.support import workspace
from tests.support.fakes import FakeClock

CONTACTS = (
    "contacts:\n"
    '  - {name: "Zoë <b>O, & Co; \\\\ Ünal", role: on-call, reach: "#shop"}\n'
    "  - {name: Ada, role: DR champion, reach: ada@example.com, deputies: [Bob]}\n"
    '  - {name: Bob, role: deputy, reach: "+44 20 7946 0000", deputies: [Ada]}\n'
)
SHOP = workspace.SHOP.replace('contacts: [{name: Ada, role: on-call, reach: "#shop"}]\n', CONTACTS)
Told = Callable[..., str]


@pytest.fixture
def clock() -> FakeClock:
    """The time."""
    return FakeClock(datetime(2026, 11, 23, tzinfo=UTC))


@pytest.fixture
def told(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Told]:
    """The command in a workspace with a key; no browser is on the PATH."""
    here = workspace.world(tmp_path / "home", clock, shop=SHOP)
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setenv("DRO_OPERATOR", "ada")
    monkeypatch.setenv("DRO_SIGNING_KEY_FILE", str(tmp_path / "keys" / "contacts.pem"))
    monkeypatch.setattr(printing, "browser", lambda: "")

    def run(*words: object, code: Exit = Exit.PASSED) -> str:
        with wiring.using(here):
            assert main.run(list(map(str, words))) == code
        out = capsys.readouterr()
        return out.out + out.err

    run("contacts", "key")
    yield run
    here.ledger.close()


def test_an_export_holds_all_and_is_verified_without_a_workspace(told: Told, tmp_path: Path) -> None:
    """Page, cards, JSON and the key; without a browser that is told, and nothing fails."""
    to = tmp_path / "out"
    out = told("contacts", "export", "--to", to)
    assert "No PDF" in out
    assert {each.name for each in to.iterdir()} == {
        *("contacts.html", "contacts.vcf", "contacts.json", "contacts.dsse.json", "contacts.pub")
    }
    page = (to / "contacts.html").read_text()
    assert "Zoë &lt;b&gt;O, &amp; Co; \\ Ünal" in page
    assert "ada@example.com" in page
    assert "Deputies: Bob." in page
    assert "http" not in page.replace("https://wiki.example.com/shop", "").split("<main>")[1]
    whole = json.loads((to / "contacts.json").read_text())
    assert [each["name"] for each in whole["services"][0]["calls"]][1:] == ["Ada", "Bob"]
    assert whole["services"][0]["deputies"] == ["Bob"]
    assert [each["deputies"] for each in whole["services"][0]["calls"]] == [[], ["Bob"], ["Ada"]]
    assert [each["deputies"] for each in whole["tiers"][0]["escalation"]] == [[], ["Bob"], ["Ada"]]
    assert page.count("<td>ada@example.com</td><td>Bob</td>") == 2
    assert [each["role"] for each in whole["tiers"][0]["escalation"]] == ["on-call", "DR champion", "deputy"]
    moved = tmp_path / "elsewhere"
    shutil.move(to, moved)
    assert "As signed on 2026-11-23 for ada" in told("contacts", "verify", moved)
    assert json.loads(told("contacts", "verify", moved, "--key", moved / "contacts.pub", "--json"))["key_known"]


@pytest.mark.parametrize("name", ["html", "vcf", "json", "dsse.json", "pub"])
def test_a_file_that_was_changed_or_is_gone_is_told(told: Told, tmp_path: Path, name: str) -> None:
    """Each of them, by a letter; by its name."""
    to = tmp_path / "out"
    told("contacts", "export", "--to", to)
    changed = to / f"contacts.{name}"
    kept = changed.read_text()
    at = len(kept) // 2
    changed.write_text(kept[:at] + ("A" if kept[at] != "A" else "B") + kept[at + 1 :])
    assert "NOT AS SIGNED" in told("contacts", "verify", to, code=Exit.FAILED)
    assert "contacts." in told("contacts", "check", code=Exit.FAILED)
    changed.unlink()
    assert "NOT AS SIGNED" in told("contacts", "verify", to, code=Exit.FAILED)


def test_another_key_is_told(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs a changed file anew is found out by the key that one knows, and by the ledger."""
    to, other = tmp_path / "out", tmp_path / "other"
    told("contacts", "export", "--to", to)
    monkeypatch.setenv("DRO_SIGNING_KEY_FILE", str(tmp_path / "keys" / "other.pem"))
    told("contacts", "key")
    told("contacts", "export", "--to", other)
    told("contacts", "verify", other)
    assert "is not signed by this key" in told(
        "contacts", "verify", other, "--key", to / "contacts.pub", code=Exit.FAILED
    )
    assert "it is signed by" in told("contacts", "check", to, code=Exit.FAILED)
    told("contacts", "check")


def resigned(to: Path, key: Ed25519PrivateKey, **said: object) -> None:
    """Sign the files of a folder anew, by another key, with other words on them."""
    told = json.loads(base64.b64decode(json.loads((to / "contacts.dsse.json").read_text())["payload"]))
    body = json.dumps({**told, "predicate": {**told["predicate"], **said}}).encode()
    for each in told["subject"]:
        digest = seal.digest_of((to / each["name"]).read_bytes())
        body = body.replace(each["digest"]["sha256"].encode(), digest.encode())
    signed = {"sig": base64.b64encode(key.sign(seal._pae(body))).decode()}
    whole = {"payload": base64.b64encode(body).decode(), "payloadType": seal.TYPE, "signatures": [signed]}
    (to / "contacts.dsse.json").write_text(json.dumps(whole))
    (to / "contacts.pub").write_text(seal.public_pem(key))


def test_what_a_stranger_signed_is_told_where_no_export_is_known(
    told: Told, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the key of the setting, be it its public part; without one that is a doubt."""
    to = tmp_path / "out"
    told("contacts", "export", "--to", to)
    mine = to.parent / "mine.pub"
    shutil.copy(to / "contacts.pub", mine)
    here = workspace.world(tmp_path / "fresh", clock, shop=SHOP)
    with wiring.using(here):
        for named, code in ((mine, Exit.PASSED), ("", Exit.FAILED), (tmp_path / "no.pem", Exit.FAILED)):
            monkeypatch.setenv("DRO_SIGNING_KEY_FILE", str(named))
            assert main.run(["contacts", "check", str(to)]) == code
        (to / "contacts.vcf").write_text("call mallory")
        resigned(to, Ed25519PrivateKey.generate())
        monkeypatch.setenv("DRO_SIGNING_KEY_FILE", str(mine))
        assert main.run(["contacts", "check", str(to)]) == Exit.FAILED
    here.ledger.close()


def test_the_contacts_are_those_that_are_signed_for(told: Told, tmp_path: Path) -> None:
    """By the file itself, not by what is said of it."""
    to = tmp_path / "out"
    told("contacts", "export", "--to", to)
    kept = (to / "contacts.json").read_text()
    (to / "contacts.json").write_text(kept.replace("ada@example.com", "mallory@evil.example"))
    resigned(to, Ed25519PrivateKey.generate())
    assert "holds other contacts" in told("contacts", "verify", to, code=Exit.FAILED)


def test_the_fingerprint_comes_before_whatever_a_signer_wrote(told: Told, tmp_path: Path) -> None:
    """In one line that no terminal obeys; a word of another type, or half a letter, is no seal of contacts."""
    to, key = tmp_path / "out", Ed25519PrivateKey.generate()
    told("contacts", "export", "--to", to)
    resigned(to, key, by="ada\x1b[8m\n\nKEY KNOWN")
    out = told("contacts", "verify", to)
    assert out.startswith(f"Key {seal.fingerprint(key.public_key())}. As signed on ")
    assert (out.count("\n"), "\x1b" in out) == (1, False)
    for odd in (["x"], "\ud800", 7):
        resigned(to, key, by=odd)
        assert "something else" in told("contacts", "verify", to, code=Exit.FAILED)


def test_only_regular_files_that_were_signed_are_an_export(told: Told, tmp_path: Path) -> None:
    """An added file is told, and a link, a pipe, or what has no end is not read; nothing waits."""
    to = tmp_path / "out"
    told("contacts", "export", "--to", to)
    (to / "index.html").write_text("call mallory")
    assert "index.html was not signed" in told("contacts", "verify", to, code=Exit.FAILED)
    assert "no file of an export" in told("contacts", "export", "--to", to, code=Exit.USAGE)
    (to / "index.html").unlink()
    page, moved = to / "contacts.html", tmp_path / "moved.html"
    page.rename(moved)
    for make, why in (
        (lambda: page.symlink_to(moved), "is a link"),
        (lambda: page.symlink_to("/dev/zero"), "is a link"),
        (lambda: os.mkfifo(page), "no regular file"),
    ):
        make()
        assert why in told("contacts", "verify", to, code=Exit.FAILED)
        page.unlink()
    assert "no regular file" in told("contacts", "verify", to, "--key", "/dev/zero", code=Exit.FAILED)


def test_the_private_key_lies_where_nobody_is_shown_it(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the workspace nor in the folder of the export."""
    monkeypatch.setenv("DRO_SIGNING_KEY_FILE", str(tmp_path / "home" / "drills" / "k.pem"))
    assert "is a secret" in told("contacts", "key", code=Exit.USAGE)
    monkeypatch.setenv("DRO_SIGNING_KEY_FILE", str(tmp_path / "out" / "k.pem"))
    told("contacts", "key")
    assert "is a secret" in told("contacts", "export", "--to", tmp_path / "out", code=Exit.USAGE)


def test_a_seal_that_is_odd_is_told(told: Told, tmp_path: Path) -> None:
    """Of no JSON, of a file outside, of something else: a message each, and nothing outside is read."""
    to = tmp_path / "out"
    told("contacts", "export", "--to", to)
    envelope = json.loads((to / "contacts.dsse.json").read_text())
    other = b'{"payload": "e30=", "payloadType": "x", "signatures": []}'
    for written in (b"", b"[]", b"{}", b"[" * 100_000, b'{"payload": 1}', other):
        (to / "contacts.dsse.json").write_bytes(written)
        assert "NOT AS SIGNED" in told("contacts", "verify", to, code=Exit.FAILED)
    assert json.loads(base64.b64decode(envelope["payload"]))["_type"] == "https://in-toto.io/Statement/v1"
    assert "NOT AS SIGNED" in told("contacts", "verify", tmp_path / "nowhere", code=Exit.FAILED)


def test_the_check_tells_age_changes_and_that_there_is_none(told: Told, tmp_path: Path, clock: FakeClock) -> None:
    """Older than 30 days; other contacts than are declared now."""
    assert "no contacts file was exported" in told("contacts", "check", code=Exit.FAILED)
    told("contacts", "export", "--to", tmp_path / "out")
    assert "as it should be" in told("contacts", "check")
    clock.sleep(30 * 86400)
    told("contacts", "check", tmp_path / "out")
    clock.sleep(1)
    assert "older than 30 days" in told("contacts", "check", code=Exit.FAILED)
    told("contacts", "export", "--to", tmp_path / "out")
    told("contacts", "check")


def test_other_contacts_are_told(tmp_path: Path, told: Told, clock: FakeClock) -> None:
    """By what is declared where the check runs."""
    told("contacts", "export", "--to", tmp_path / "out")
    drills = tmp_path / "home" / "drills" / "shop.yaml"
    drills.write_text(drills.read_text().replace("+44 20 7946 0000", "+44 20 7946 0001"))
    here = workspace.world(tmp_path / "fresh", clock, shop=drills.read_text())
    with wiring.using(here):
        assert main.run(["contacts", "check", str(tmp_path / "out")]) == Exit.FAILED
    here.ledger.close()


def test_the_key_is_made_once_and_for_its_owner_alone(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that others may read, or that is none, signs nothing; without a setting that is said."""
    path = tmp_path / "keys" / "contacts.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "is there already" in told("contacts", "key", code=Exit.USAGE)
    path.chmod(0o644)
    assert "may be read by others" in told("contacts", "export", "--to", tmp_path / "out", code=Exit.USAGE)
    path.chmod(0o600)
    path.write_text("no key")
    assert "holds no Ed25519 key" in told("contacts", "export", "--to", tmp_path / "out", code=Exit.USAGE)
    monkeypatch.delenv("DRO_SIGNING_KEY_FILE")
    assert "DRO_SIGNING_KEY_FILE is not set" in told("contacts", "export", "--to", tmp_path / "out", code=Exit.USAGE)
    assert not (tmp_path / "out").exists()


def test_the_list_tells_who_is_called_in_order(told: Told) -> None:
    """By tier; as JSON, too."""
    assert "3 contacts of 1 service." in told("contacts")
    assert [each["name"] for each in json.loads(told("contacts", "--json"))][1:] == ["Ada", "Bob"]


def test_the_list_tells_who_acts_where_somebody_is_away(told: Told) -> None:
    """In a column, and as JSON: names, in the order of their turn; nobody is an empty list."""
    assert "Where away" in told("contacts")
    assert [each["deputies"] for each in json.loads(told("contacts", "--json"))] == [[], ["Bob"], ["Ada"]]


OLD = Book(
    (
        OfService(
            *("shop", "Shop", 1, "Critical", "Shop team", "Ada", "https://wiki.example.com/shop"),
            (Entry("Ada", "DR champion", "ada@example.com"), Entry("Bob", "deputy", "+44 20 7946 0000")),
        ),
    )
)
OF_OLD = "c58766c1205c02393c83f6c87aff3959af87b22705bb80ca9e789cae751b1f17"
"""Their digest in the release before contacts could name deputies."""


def test_an_export_from_before_deputies_holds(tmp_path: Path) -> None:
    """The digest is what it was, and a file in which no contact has the key is what was signed, and true still."""
    key, now = Ed25519PrivateKey.generate(), datetime(2026, 11, 23, tzinfo=UTC)
    written = files.write(OLD, tmp_path, [shipped() / "reports" / "templates"], key, "ada", now)
    path = tmp_path / "contacts.json"
    path.write_text(path.read_text().replace('"deputies": [],', "").replace('"deputies": []', '"was": 0'))
    assert all("deputies" not in each for each in json.loads(path.read_text())["services"][0]["calls"])
    resigned(tmp_path, key)
    found, _ = files.verify(tmp_path)
    assert (written.export.declared, found.declared) == (OF_OLD, OF_OLD)
    assert doubts(found, OLD.digest, now) == []


@pytest.mark.parametrize("deputies", [["Mallory"], ["Bob", "Ada"], [], "Bob", None, [["Bob"]], {"Bob": 1}, 7, [7]])
def test_a_deputy_is_part_of_what_is_signed(told: Told, tmp_path: Path, deputies: object) -> None:
    """Another one, another order, none, or what is no list of names: told as other contacts, and nothing breaks."""
    to = tmp_path / "out"
    told("contacts", "export", "--to", to)
    whole = json.loads((to / "contacts.json").read_text())
    whole["services"][0]["calls"][1]["deputies"] = deputies
    (to / "contacts.json").write_text(json.dumps(whole))
    resigned(to, Ed25519PrivateKey.generate())
    assert "holds other contacts" in told("contacts", "verify", to, code=Exit.FAILED)


def test_a_card_is_related_to_those_of_the_deputies() -> None:
    """As agents, which is RFC 6350's word for who may act for somebody; and in words, by service."""
    ada, bob, calls = Entry("Ada", "lead", "1", ("Bob",)), Entry("Bob", "on-call", "b@example.com"), ("Ada", "u")
    book = Book((OfService("s", "Shop", 1, "T", "Owner", *calls, (ada, bob)),))
    first, second = cards(book, datetime(2026, 11, 23, tzinfo=UTC)).replace("\r\n ", "").split("END:VCARD")[:2]
    (uid,) = [line.removeprefix("UID:") for line in second.split("\r\n") if line.startswith("UID:")]
    assert [line for line in first.split("\r\n") if "RELATED" in line] == [f"RELATED;TYPE=agent:{uid}"]
    assert "NOTE:lead of Shop\\; where away: Bob\r\n" in first
    assert "RELATED" not in second


def test_a_browser_that_fails_is_told_and_fails_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that ends with an error, writes nothing, or takes too long."""
    page, to = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text("<p>hello")
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    busy = f"(exec 9> {tmp_path}/held; exec sleep 60) & exec sleep 60"
    for script in ("exit 3", "exit 0", "exec sleep 60", busy):
        found = tmp_path / "chromium"
        found.write_text(f"#!/bin/sh\n{script}\n")
        found.chmod(0o755)
        monkeypatch.setattr(printing, "browser", lambda at=found: str(at))
        assert "did not print it" in printing.print_pdf(page, to, within_s=2.0)
        assert not to.exists()
    assert select.select([held], [], [], 20.0)[0]  # what it started let go of it: it is ended, too
    os.close(held)


def test_a_pdf_is_signed_with_the_rest(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whatever browser prints it; one that was put there since is told."""
    found = tmp_path / "chromium"
    write = 'for each in "$@"; do case $each in --print-to-pdf=*) echo "%PDF-1.7" > "${each#*=}";; esac; done'
    found.write_text(f"#!/bin/sh\n{write}\n")
    found.chmod(0o755)
    to = tmp_path / "out"
    told("contacts", "export", "--to", to)
    (to / "contacts.pdf").write_text("%PDF-forged")
    assert "was not signed" in told("contacts", "verify", to, code=Exit.FAILED)
    monkeypatch.setattr(printing, "browser", lambda: str(found))
    assert "No PDF" not in told("contacts", "export", "--to", to)
    assert "contacts.pdf" in told("contacts", "verify", to)


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=120)


@given(NAMES, NAMES, NAMES)
def test_cards_are_folded_and_escaped(name: str, role: str, reach: str) -> None:
    """No line is longer than 75 octets, none is cut within a letter, and no value breaks out of its line."""
    calls = (Entry(name, role, reach, (name,)),)  # which no drill file may say, and no card minds
    book = Book((OfService("s", "Title", 1, "T", "Owner", "Champion", "u", calls),))
    written = cards(book, datetime(2026, 11, 23, tzinfo=UTC))
    lines = written.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = written.replace("\r\n ", "").split("\r\n")
    assert [line.split(":")[0].split(";")[0] for line in unfolded[:5]] == ["BEGIN", "VERSION", "UID", "FN", "ROLE"]
    known = {"BEGIN", "VERSION", "UID", "FN", "ROLE", "ORG", "EMAIL", "TEL", "URL", "RELATED"}
    known |= {"CATEGORIES", "NOTE", "REV", "END"}
    assert {line.split(":")[0].split(";")[0] for line in unfolded if line} <= known
    assert unfolded.count("BEGIN:VCARD") == unfolded.count("END:VCARD") == 2


@pytest.mark.slow
def test_a_real_browser_prints_it(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF of this machine's Chromium, or, where it has none, the word that it has none."""
    monkeypatch.undo()
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>Contacts</title><p>Ada")
    why = printing.print_pdf(page, tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").exists() is (why == "")
    if not printing.browser():
        assert "no Chromium is on the PATH" in why
    else:
        told_of = subprocess.run(["head", "-c", "5", str(tmp_path / "page.pdf")], capture_output=True, check=False)
        assert told_of.stdout == b"%PDF-"
