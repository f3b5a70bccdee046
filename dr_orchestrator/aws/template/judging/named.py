"""Judges the values of properties: what a text names, or a reference, that the stack does not make."""

from __future__ import annotations

import re
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.judging import networks, reach
from dr_orchestrator.aws.template.judging.doubts import is_doubted
from dr_orchestrator.aws.template.judging.reach import Reached, Verdict
from dr_orchestrator.aws.template.judging.telling import OfTemplate
from dr_orchestrator.aws.template.reading.parts import (
    as_in_schemas,
    calls,
    dotted,
    is_secret,
    is_word,
    kind_of,
    last_key,
    texts_within,
)
from dr_orchestrator.aws.template.reading.values import (
    INSERT,
    Path,
    Untold,
    references,
    shown,
)
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Ask, Note, Place, Refusal

_URL = re.compile(r"https?://(?:[^/\s@'\"]*@)?(?P<host>[^/\s:'\"$@]*[^/\s:'\"$@.])")


class Named(OfTemplate):
    """Judges the values that are written in resources, each by the property that it stands in."""

    def _part(self, name: str, kind: str, path: Path, value: Any) -> None:
        if len(path) == 1 and (name, path[0]) in self._editing.ours:
            return
        self._wait_for(name, path, value)
        self._named(name, path, value)
        if path == ("PermissionsBoundary",) and self._place is Place.BESIDE:
            return  # ours
        if is_word(kind, path):
            self._word(name, path, value)
        elif not self._scope.owner(value):
            self._value(name, kind, path, value)

    def _named(self, name: str, path: Path, value: Any) -> None:
        """Judge a text that names a store which is there, or what the workspace declares as production's."""
        if path == ("PermissionsBoundary",) or any(key in outward.POLICIES for key in path):
            return
        line = self._editing.line(name, ("Properties", *path))
        text = INSERT.sub("${}", self._scope.partly(value))
        named = [found[0] for found in outward.ENDPOINT.finditer(text)]
        named += [each for each in sorted(self._editing.around.sources) if outward.names(text, each)]
        for each in named:
            if self._is_asked(name, path, each):
                continue
            what = f"names {each} ({dotted(path)})"
            if self._place is Place.BESIDE:
                self._ask(name, what, "it is there already: what is made here could reach it", line, path)
            else:
                self.notes.append(Note(name, what, "it is not in the account of drills", line))

    def _word(self, name: str, path: Path, value: Any, handed: bool = False) -> None:
        """Judge a text of the author's own, or of a policy: what it names is told; `handed` where code gets it."""
        text = self._scope.partly(value)
        line = self._editing.line(name, ("Properties", *path))
        self._looked_up(name, path, value, line)
        if "Principal" in path:
            return
        if any(key in outward.POLICIES for key in path):
            found = outward.ARN.fullmatch(text)
            if found and path[-1] != "Action" and self._names_something(found):
                why = "the rights of the place decide, and nothing of production is there"
                if self._place is Place.BESIDE:
                    why = "the permissions boundary holds it: the replica may miss it"
                self.notes.append(Note(name, f"has a grant on {text}", why, line))
            return
        for found in outward.ARN_WITHIN.finditer(text):
            if outward.ACCOUNT.fullmatch(found["account"]):
                why = "it is of an account by name: the rights of the place decide"
                self.notes.append(Note(name, f"names {found[0]} ({dotted(path)})", why, line))
        if handed or "Variables" in path or "Environment" in path or "EnvironmentVariables" in path:
            for found in _URL.finditer(text):
                if not outward.is_host_of_aws(found["host"]):
                    why = "its code may call it: the network of the replica decides"
                    self.notes.append(
                        Note(name, f"is told of {found[0].partition('://')[0]}://{found['host']}", why, line)
                    )

    def _looked_up(self, name: str, path: Path, value: Any, line: int) -> None:
        """Judge a value that AWS looks up when the stack is made: it may be the key to production."""
        for found in outward.RESOLVED.finditer(self._scope.partly(value)):
            if found["name"].startswith(outward.OF_EVERYBODY) or self._editing.copy_id in found["name"]:
                continue
            if self._scope.makes(outward.owner_in(found["name"])):
                continue
            what = f"is given {found[0]} ({dotted(path)})"
            if self._place is Place.BESIDE:
                self._ask(name, what, "it may be the key to what is production's", line, path)
            else:
                self.notes.append(Note(name, what, "it has to be in the account", line))

    def _names_something(self, arn: re.Match[str]) -> bool:
        """Whether an ARN is of something in particular that is neither AWS's own nor the copy's."""
        rest = arn["rest"].strip("*/:")
        return arn["account"] != "aws" and bool(rest) and self._editing.copy_id not in arn["rest"]

    def _value(self, name: str, kind: str, path: Path, value: Any) -> None:
        """Judge a value that is not a reference to what the stack makes."""
        line = self._editing.line(name, ("Properties", *path))
        self._looked_up(name, path, value, line)
        changed = reach.changed(kind, path)
        try:
            text = self._scope.text(value)
        except Untold as unknown:
            if unknown.own:
                self._partly_own(name, kind, path, value, changed)
            elif not (unknown.parameter or _holds_import(value)):
                self._untold(name, kind, path, value, changed is not Verdict.SILENT)
            return
        if not text or text == self._editing.copy_id or self._changes(name, kind, path, text, changed):
            return
        for each in texts_within(text):
            self._outside(name, path, each, line)
        if not _SELF_TOLD.search(text):
            self._referred(name, kind, path, text, line)
        self._doubted(name, kind, path, text, line)

    def _doubted(self, name: str, kind: str, path: Path, text: str, line: int) -> None:
        """Ask for a name by which something may be taken over that exists, where no table says what is done to it."""
        properties = mapping(self._scope.resources.get(name, {}).get("Properties"))
        if self._place is not Place.BESIDE or not is_doubted(kind, path, properties, self._scope):
            return
        own = (
            self._editing.is_own(text)
            or text.lower() in ("true", "false")
            or not reach.is_somebodys(kind, path, text, self._editing.copy_id)
        )
        if not (own or text.lower() in _TRUTHS or outward.is_managed(text) or self._is_asked(name, path)):
            what = f"may change {shown(text)} ({dotted(path)})"
            self._ask(name, what, "the stack does not make it, and no table tells what is done to it", line, path)

    def _reached(self, name: str, found: Reached) -> None:
        """Ask for what a resource reaches, refuse it or note it, as it is judged in the place."""
        line = self._editing.line(name, ("Properties", *found.path))
        verdict = found.beside if self._place is Place.BESIDE else found.apart
        if verdict is Verdict.ASKED:
            self._ask(name, found.what, found.why, line, found.path, whole=found.whole)
        elif verdict is Verdict.REFUSED:
            self.refused.append(Refusal(name, found.what, found.why, line))
        elif verdict is Verdict.NOTED:
            self.notes.append(Note(name, found.what, found.why, line))

    def _changes(self, name: str, kind: str, path: Path, text: str, changed: Verdict) -> bool:
        """Judge a text that names what the resource changes, or adds to; whether it is somebody's."""
        somebodys = reach.is_somebodys(kind, path, text, self._editing.copy_id) and not self._editing.is_own(text)
        if changed is Verdict.SILENT or not somebodys:
            return False
        what = f"{reach.does(kind, path)} {shown(text)} ({dotted(path)})"
        why = "the stack does not make it: it is somebody's already"
        self._reached(name, Reached(path, what, why, changed, changed, whole=True))
        return True

    def _partly_own(self, name: str, kind: str, path: Path, value: Any, changed: Verdict) -> None:
        """Judge what stands beside a reference to what the stack makes: in a list of one text, or around it."""
        line = self._editing.line(name, ("Properties", *path))
        for each in texts_within(self._scope.partly(value)):
            told = "${" not in each.replace("${AWS::", "")
            if told and each and self._changes(name, kind, path, each, changed):
                continue
            found = outward.ARN.fullmatch(each)
            if told or (found and outward.ACCOUNT.fullmatch(found["account"])):
                self._outside(name, path, each, line)

    def _untold(self, name: str, kind: str, path: Path, value: Any, changes: bool) -> None:
        """Judge a value that only AWS knows, and that may be of anybody."""
        line = self._editing.line(name, ("Properties", *path))
        why = "it is known only to AWS whose that is"
        schema, written = known(kind), as_in_schemas(path)
        refers = schema.reference(written) is not None if schema else last_key(path) in outward.RIGHTS
        if changes and self._is_answered_here(kind, path, value):
            why = "a function of its own answers it, in an account in which production is not"
            self.notes.append(Note(name, f"is of {shown(value)} ({dotted(path)})", why, line))
        elif changes:
            self._ask(name, f"would change {shown(value)} ({dotted(path)})", why, line, path)
        elif refers and "{{resolve:" not in self._scope.partly(value) and not self._is_asked(name, path):
            what = f"uses {shown(value)} ({dotted(path)})"
            if self._place is Place.BESIDE:
                self._ask(name, what, why, line, path)
            else:
                self.notes.append(Note(name, what, why, line))

    def _is_answered_here(self, kind: str, path: Path, value: Any) -> bool:
        """Whether a value that functions of the template answer can be of an account of drills alone."""
        if self._place is Place.BESIDE or not reach.is_of(as_in_schemas(path), outward.OF_ITS_ACCOUNT.get(kind, ())):
            return False
        told = [kind_of(mapping(self._scope.resources.get(each))) for each in references(value)]
        return all(each.startswith(outward.CUSTOM) for each in told)

    def _referred(self, name: str, kind: str, path: Path, text: str, line: int) -> None:
        """Judge a plain name where the schema knows that it is one of something else."""
        schema = known(kind)
        reference = schema.reference(as_in_schemas(path)) if schema else None
        if reference is None or not reference.targets or self._editing.is_own(text):
            return
        if not reach.is_worth_a_note(kind, reference, text):
            return
        told = "***" if is_secret(last_key(path), text) else text
        what = f"uses {reference.targets[0].type} {told} ({dotted(path)})"
        if any(each.resource == name and each.line == line for each in self.asks):
            return  # it is asked already
        if self._place is Place.BESIDE and reference.told and not reach.is_read(kind, path):
            self._ask(name, what, "the stack does not make it", line, path)
        elif all(not each.what.startswith(what.partition(" (")[0] + " (") for each in self.notes):
            self.notes.append(Note(name, what, "it has to be in the account, and is not made by the stack", line))

    def _outside(self, name: str, path: Path, text: str, line: int) -> None:
        key = last_key(path)
        account = outward.ACCOUNT.fullmatch(text) and text not in outward.OF_AWS
        if (account and key.endswith(outward.OF_ACCOUNTS)) or (text == "*" and key.endswith("Principals")):
            what = f"names account {text}" if account else "lets in anybody"
            self._ask(name, f"{what} ({dotted(path)})", "it is not the replica's", line, path)
            return
        own = self._editing.is_own(text)
        acts = reach.acts(kind_of(mapping(self._scope.resources.get(name))), path)
        if self._place is Place.BESIDE and acts and not outward.is_managed(text) and not own:
            what, why = f"acts with the rights of {text} ({dotted(path)})", "the stack does not make that role"
            if any(str(each).startswith("Launch") for each in path):
                what, why = f"starts machines by {text} ({dotted(path)})", "the stack does not make their role"
            self._ask(name, what, f"{why}, so that no boundary holds it", line, path)
            return
        if outward.ID.fullmatch(text):
            self._asked_to_share(name, path, text, line)
            return
        found = outward.ARN.fullmatch(text)
        if found and not reach.is_as_without(kind_of(mapping(self._scope.resources.get(name))), path, text):
            self._arn(name, path, found, line)

    def _arn(self, name: str, path: Path, found: re.Match[str], line: int) -> None:
        """Judge an ARN that is neither the replica's nor AWS's own."""
        if found["service"] == "apigateway" and (invoked := outward.INVOKED.fullmatch(found["rest"])):
            self._outside(name, path, invoked["arn"], line)
            return
        if outward.is_of_aws(found) or self._editing.copy_id in found["rest"]:
            return
        read = reach.is_read(kind_of(mapping(self._scope.resources.get(name))), path)
        if read and found["service"] == "serverlessrepo":
            return  # a template, which is judged when AWS has expanded it
        if found["service"] == "lambda" and found["rest"].startswith("layer:") and found["account"].isdigit():
            return  # code that is read alone
        uses = f"uses {found[0]} ({dotted(path)})"
        if found["service"] == "s3" and not (found["account"] or read):
            self._ask(name, uses, "the stack does not make it", line, path)
        elif outward.ACCOUNT.fullmatch(found["account"]):
            self._ask(name, uses, "it is of an account by name, and reaches whatever that is", line, path)
        elif self._place is Place.BESIDE and not read:
            what = f"acts on {found[0]} ({dotted(path)})"
            self._ask(name, what, "it is production's, beside which it stands", line, path)
        else:
            why = "it has to be in the account, and is not made by the stack"
            self.notes.append(Note(name, uses, why, line))

    def _asked_to_share(self, name: str, path: Path, text: str, line: int) -> None:
        if _OF_AWS_LISTS.fullmatch(text) or self._is_answered(name, path):
            return
        if text.startswith(outward.NETWORK):
            why = networks.changed(self._scope, self._scope.resources.get(name, {}), path)
            if why:
                self._ask(name, f"changes {text} ({dotted(path)})", why, line, path)
            elif text not in self._editing.answers.shares:
                what, why = f"is put into {text} ({dotted(path)})", "the stack does not make it"
                self.asks.append(Ask(name, what, why, f"shares: [{text}]", line))
        elif text not in self._editing.answers.shares:
            self._ask(name, f"uses {text} ({dotted(path)})", "the stack does not make it", line, path)


_SELF_TOLD = re.compile(r"arn:|^[a-z-]+-[0-9a-f]{8}")
"""The texts that tell by themselves what they are: those are judged by that."""


_OF_AWS_LISTS = re.compile(r"pl-[0-9a-f]{8}")
"""The prefix lists that AWS keeps: those of accounts have longer ids."""


def _holds_import(value: Any) -> bool:
    return any(True for _ in calls(value, "Fn::ImportValue"))


_TRUTHS = ("true", "false")
"""The texts that choose, and name nothing."""
