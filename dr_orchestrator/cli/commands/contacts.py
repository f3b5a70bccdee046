"""Commands on contacts: contacts, contacts export|verify|check|key."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dr_orchestrator.cli.output import hang, json_option, print_json, stamp
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import Exit

_LONGEST = 100
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def contacts(context: click.Context, as_json: bool) -> None:
    """List who is called, by tier and in order; export it to a signed file that survives the systems under test."""
    if context.invoked_subcommand is not None:
        return
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.contacts import book

    found = book(wiring.world())
    rows = [(str(tier.tier), call) for tier in found.tiers for call in tier.calls]
    if as_json:
        print_json([{"tier": int(tier), **asdict(of.entry), "services": [*of.services]} for tier, of in rows])
        return
    if rows:
        shown = [
            (tier, of.entry.name, of.entry.role, of.entry.reach, ", ".join(of.entry.deputies), ", ".join(of.services))
            for tier, of in rows
        ]
        print_table(("Tier", "Who", "Role", "How", "Where away", "For"), shown)
    without = f"; nobody for {', '.join(found.gaps)}" if found.gaps else ""
    click.echo(f"{counted(len(rows), 'contact')} of {counted(len(found.services), 'service')}{without}.")


@contacts.command()
@click.option("--to", "folder", type=FOLDER, required=True, help="The folder that they are written to.")
@json_option
def export(folder: Path, as_json: bool) -> None:
    """Write the contacts as a page, vCards, JSON, and a PDF where a Chromium is found, signed by your key."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.contacts import export as written

    done = written(wiring.world(), folder)
    if as_json:
        files, signer = [each.name for each in done.files], done.export.signer
        print_json({"folder": str(folder), "files": files, "signer": signer, "no_pdf": done.unprinted or None})
        return
    for each in done.files:
        click.echo(str(each))
    if done.unprinted:
        hang("No PDF: ", f"{done.unprinted}; the page prints the same")
    click.echo(f"Signed by {done.export.signer}. Keep a copy where none of these systems is needed to read it.")


@contacts.command()
@click.argument("folder", type=FOLDER)
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="The public key that you know, as a file.")
@json_option
def verify(folder: Path, key: Path | None, as_json: bool) -> int:
    """Hold an export in FOLDER to its signature; needs no network, no workspace and no ledger.

    Exit codes: 0 it is what was signed, 1 it is not.
    """
    from dr_orchestrator.reporting.contacts.files import verify as held
    from dr_orchestrator.reporting.contacts.seal import BrokenSeal

    try:
        found, files = held(folder, key)
    except BrokenSeal as broken:
        if as_json:
            print_json({"holds": False, "why": broken.message})
        else:
            hang("NOT AS SIGNED: ", f"{broken.message} ({broken.hint})")
        return Exit.FAILED
    if as_json:
        told = {"holds": True, "exported_at": stamp(found.at), "by": found.who, "signer": found.signer}
        print_json({**told, "key_known": key is not None, "files": [*files]})
        return Exit.PASSED
    known = (
        "" if key else " The key lies beside it: compare this with the one that you know, or name yours: --key FILE."
    )
    # The fingerprint first: nothing that the signer wrote stands before it, or moves a terminal.
    who = " ".join("".join(each if each.isprintable() else " " for each in found.who).split())[:_LONGEST]
    click.echo(f"Key {found.signer}. As signed on {found.at:%Y-%m-%d} for {who}: {', '.join(files)}.{known}")
    return Exit.PASSED


@contacts.command()
@click.argument("folder", type=FOLDER, required=False)
@json_option
def check(folder: Path | None, as_json: bool) -> int:
    """Check that the export is younger than 30 days, of the contacts that are declared now, and what was signed.

    It is the newest that the ledger knows, or the one in FOLDER, held to the key of DRO_SIGNING_KEY_FILE, or its public
    part, and to the key of the newest export that is known. Exit codes: 0 all of it, 1 not.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.contacts import check as looked

    found = looked(wiring.world(), folder)
    if as_json:
        at = stamp(found.export.at) if found.export else None
        print_json({"holds": not found.why, "exported_at": at, "why": [*found.why]})
    elif found.export is not None and not found.why:
        click.echo(f"The contacts file of {found.export.at:%Y-%m-%d} in {found.export.folder} is as it should be.")
    for each in () if as_json else found.why:
        hang("- ", each)
    return Exit.FAILED if found.why else Exit.PASSED


@contacts.command()
def key() -> None:
    """Make the key by which exports are signed, once, in the file that DRO_SIGNING_KEY_FILE names."""
    from dr_orchestrator import wiring
    from dr_orchestrator.reporting.contacts.seal import make_key
    from dr_orchestrator.wiring.contacts import kept_key_file

    path = kept_key_file(wiring.world().settings.home)
    click.echo(f"{path}: made. Its fingerprint, to be kept where verifiers find it: {make_key(path)}")
