"""Judges what a derived template still reaches outside the replica: asked of its owner, refused, or only told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.template import outward, reach
from dr_orchestrator.aws.template.edits import Editing
from dr_orchestrator.aws.template.parts import as_in_schemas, calls, dotted, is_word, kind_of, last_key, strings
from dr_orchestrator.aws.template.reach import Reached, Verdict
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.aws.template.values import Path, Untold, function, shown, transforms_of
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Ask, Note, Place, Refusal

_URL = re.compile(r"https?://(?P<host>[^/\s:'\"$]+)")
_ROOT = re.compile(r"arn:[^:]*:iam::(?P<account>\d{12}|\$\{AWS::AccountId\}|[^:]*):.*|(?P<bare>\d{12})")
_WHY = "leave a reason"


class Judging:
    """Looks through the resources of a derived template."""

    def __init__(self, editing: Editing, read: frozenset[str] = frozenset()) -> None:
        """`read` are the stacks within that were judged themselves."""
        self._read = read
        self._editing, self._scope, self._place = editing, editing.scope(), editing.place
        self.asks: list[Ask] = []
        self.refused: list[Refusal] = []
        self.notes: list[Note] = []

    def judge(self) -> None:
        """Find all of it."""
        self._parameters: dict[str, tuple[str, Path]] = {}
        self._transforms()
        for name, resource in self._scope.resources.items():
            if self._scope.is_made(resource):
                self._resource(name, resource)
        self._imports()
        self._globals()
        self._values_to_come()
        if left := reach.logs_left(self._scope):
            why = "their first lines make them, and no stack deletes them: give each an AWS::Logs::LogGroup"
            more = f" and {len(left) - 3} more" if len(left) > 3 else ""
            what = f"leaves log groups behind: of {', '.join(left[:3])}{more}"
            self.notes.append(Note(left[0], what, why, self._editing.line(left[0])))

    # The template.

    def _values_to_come(self) -> None:
        """Judge parameters whose values are not known: those that AWS looks up, and those that a drill has to give."""
        for parameter, (name, path) in self._parameters.items():
            declared = mapping(self._scope.parameters[parameter])
            line = self._editing.line(parameter, section="Parameters")
            default = str(declared.get("Default", ""))
            if not str(declared.get("Type", "")).startswith("AWS::SSM::"):
                why = f"write it at the resource's `rebuild`: `parameters: {{{parameter}: ...}}`"
                self.notes.append(Note(parameter, "needs a value", why, line))
            elif default.startswith((outward.OF_EVERYBODY, outward.OF_BOOTSTRAP)):
                continue
            elif self._place is Place.BESIDE:
                what = f"is given {default or 'a stored parameter'} ({dotted(path)} of {name})"
                self._ask(parameter, what, "what is stored there is production's", line)
            else:
                why = "it has to be stored in the account of drills"
                self.notes.append(Note(parameter, f"is looked up as {default or 'a stored parameter'}", why, line))

    def _transforms(self) -> None:
        for name, path in transforms_of(self._editing.template):
            if name not in outward.EXPANDED:
                line = self._editing.source.lines.get(path, 1)
                self._ask(
                    "Transform", f"the macro {name} runs a function of the account", "what it makes is judged", line
                )

    def _imports(self) -> None:
        asked = set[str]()
        outputs = {"Outputs": {"Properties": self._editing.template.get("Outputs")}}
        for name, resource in (*self._scope.resources.items(), *outputs.items()):
            if not self._scope.is_made(resource):
                continue
            for path, value in calls(resource.get("Properties"), "Fn::ImportValue"):
                try:
                    wanted = self._scope.text(value)
                except Untold:
                    wanted = shown(value)
                if wanted in asked or wanted in self._editing.around.exports.values():
                    continue
                asked.add(wanted)
                line = self._editing.line(name, ("Properties", *path))
                what, why = (
                    f"imports {wanted}",
                    "the stack that exports it is production's: a replica needs a value of its own",
                )
                self.asks.append(Ask(name, what, why, f'imports: {{{wanted}: "..."}}', line))

    def _globals(self) -> None:
        """Judge what a serverless template says once for all its functions."""
        for section, said in mapping(self._editing.template.get("Globals")).items():
            self._values("Globals", f"{outward.SERVERLESS}{section}", {section: said})

    # A resource.

    def _resource(self, name: str, resource: Mapping[str, Any]) -> None:
        kind, properties = kind_of(resource), resource.get("Properties") or {}
        line = self._editing.line(name)
        if kind in outward.WITHOUT_EFFECT:
            return
        if self._unknown(name, kind, properties, line):
            return
        if not isinstance(properties, dict) or function(properties)[0] not in ("", "Fn::Transform"):
            self._ask(name, "has properties that are known only to AWS", "nothing can be said of it", line)
            return
        if kind in outward.REFUSED and not self._within(kind, properties):
            what, why = outward.REFUSED[kind]
            self.refused.append(Refusal(name, what, why, line))
            return
        if kind in outward.ASKED:
            what, why = outward.ASKED[kind]
            self._ask(name, what, why, line)
        if reach.is_of_whole_account(kind) and self._place is Place.BESIDE:
            self._ask(name, "is a setting of the whole account", "it holds for production, too", line)
        for found in reach.reached(kind, properties, self._scope):
            self._reached(name, found)
        for path, record in reach.records(kind, properties):
            self._record(name, record, path)
        self._subscriptions(name, kind, properties)
        self._values(name, kind, properties)

    def _unknown(self, name: str, kind: str, properties: Any, line: int) -> bool:
        """Judge what no schema knows of; whether that was all."""
        if kind.startswith(outward.CUSTOM):
            token = mapping(properties).get("ServiceToken")
            if not self._scope.owner(token) and not self._is_answered(name):
                what = f"calls {shown(token)}, which the stack does not make"
                self._ask(name, what, "what that function does cannot be seen", line)
            return True
        if kind == outward.NESTED:
            if name in self._read:
                return True
            url = mapping(properties).get("TemplateURL")
            why = "AWS reads it when it expands the stack, and what it makes is judged then"
            self.notes.append(Note(name, f"is a stack of {shown(url)}", why, line))
            return True
        if kind.startswith(outward.SERVERLESS) or known(kind) is not None:
            return False
        self._ask(name, f"is of type {kind}, which no schema of AWS knows", "what it does cannot be seen", line)
        return True

    def _within(self, kind: str, properties: Mapping[str, Any]) -> bool:
        """Whether a peering joins two networks of the replica alone."""
        ends = ("VpcId", "PeerVpcId") if kind == "AWS::EC2::VPCPeeringConnection" else ()
        return (
            bool(ends)
            and all(self._scope.owner(properties.get(end)) for end in ends)
            and "PeerOwnerId" not in properties
        )

    def _record(self, name: str, properties: Mapping[str, Any], path: Path = ()) -> None:
        zone = next((key for key in outward.ZONES if key in properties), "")
        value = properties.get(zone)
        if not zone or self._scope.owner(value):
            return
        try:
            told = self._scope.text(value)
        except Untold:
            told = shown(value)
        what = f"writes a record into {told}, which the stack does not make"
        line = self._editing.line(name, ("Properties", *path, zone))
        self._ask(name, what, "who asks for that name would be moved to the replica", line)

    def _subscriptions(self, name: str, kind: str, properties: Mapping[str, Any]) -> None:
        """Ask for what a topic tells to people, or to somebody's pager."""
        inline = properties.get("Subscription") if kind == "AWS::SNS::Topic" else None
        found: list[tuple[Path, Any]] = [((), properties)] if kind == "AWS::SNS::Subscription" else []
        found += [(("Subscription", at), each) for at, each in enumerate(inline if isinstance(inline, list) else [])]
        for path, each in found:
            for protocol in self._scope.branches(mapping(each).get("Protocol")):
                if str(protocol).lower() not in outward.PEOPLE or self._scope.holds_own(mapping(each).get("Endpoint")):
                    continue
                what = f"tells {shown(mapping(each).get('Endpoint'))} by {protocol}"
                line = self._editing.line(name, ("Properties", *path, "Endpoint"))
                self._ask(name, what, "people would be told of a drill as if it were real", line, path[:1])
                break

    # A value.

    def _values(self, name: str, kind: str, properties: Mapping[str, Any]) -> None:
        for path, value in self._scope.leaves(properties):
            self._named(name, path, value)
            if path == ("PermissionsBoundary",) and self._place is Place.BESIDE:
                continue  # ours
            if is_word(kind, path):
                self._word(name, path, value)
            elif not self._scope.owner(value):
                self._value(name, kind, path, value)

    def _named(self, name: str, path: Path, value: Any) -> None:
        """Judge a text that names a store which is there, or what the workspace declares as production's."""
        if path == ("PermissionsBoundary",) or any(key in outward.POLICIES for key in path):
            return
        line = self._editing.line(name, ("Properties", *path))
        for text in strings(value):
            found = outward.ENDPOINT.search(text)
            named = [] if found is None else [found[0]]
            named += [each for each in sorted(self._editing.around.sources) if outward.names(text, each)]
            for each in named:
                what = f"names {each} ({dotted(path)})"
                if self._place is Place.BESIDE:
                    self._ask(name, what, "it is there already: what is made here could reach it", line, path)
                else:
                    self.notes.append(Note(name, what, "it is not in the account of drills", line))

    def _word(self, name: str, path: Path, value: Any) -> None:
        """Judge a text of the author's own, or of a policy: whom it lets in is asked, what it names is told."""
        text = self._told(value)
        line = self._editing.line(name, ("Properties", *path))
        self._looked_up(name, path, value, line)
        if "Principal" in path:
            if not self._denies(name, path):
                self._principal(name, path, text, line)
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
        if "Variables" in path or "Environment" in path or "EnvironmentVariables" in path:
            for found in _URL.finditer(text):
                if not outward.is_host_of_aws(found["host"]):
                    why = "its code may call it: the network of the replica decides"
                    self.notes.append(Note(name, f"is told of {found[0]}", why, line))

    def _denies(self, name: str, path: Path) -> bool:
        """Whether the statement of a policy that a part stands in takes rights away."""
        part: Any = mapping(self._scope.resources.get(name)).get("Properties")
        for key in path[: path.index("Principal")]:
            part = part.get(key) if isinstance(part, dict) else part[int(key)] if isinstance(part, list) else None
        return mapping(part).get("Effect") == "Deny"

    def _looked_up(self, name: str, path: Path, value: Any, line: int) -> None:
        """Judge a value that AWS looks up when the stack is made: it may be the key to production."""
        for text in strings(value):
            for found in outward.RESOLVED.finditer(text):
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

    def _principal(self, name: str, path: Path, text: str, line: int) -> None:
        """Ask for whoever of another account is let in."""
        kinds = ("Service", "CanonicalUser")
        if any(key in kinds for key in path) or "::cloudfront:" in text:
            return
        if "Federated" in path:
            if not text.startswith("cognito-identity.") and "${" not in text and self._editing.copy_id not in text:
                self._ask(
                    name, f"lets in whoever {shown(text)} vouches for", "they are outside the replica", line, path
                )
            return
        found = _ROOT.fullmatch(text)
        account = (found["account"] or found["bare"] or "") if found else ""
        if outward.ACCOUNT.fullmatch(account) and account not in outward.OF_AWS:
            self._ask(name, f"lets in account {account}", "it is not the replica's", line, path)

    def _value(self, name: str, kind: str, path: Path, value: Any) -> None:
        """Judge a value that is not a reference to what the stack makes."""
        line = self._editing.line(name, ("Properties", *path))
        self._looked_up(name, path, value, line)
        changed = reach.changed(kind, path)
        try:
            text = self._scope.text(value)
        except Untold as unknown:
            if unknown.parameter:
                self._parameters.setdefault(unknown.parameter, (name, path))
            if unknown.own or unknown.parameter or changed is Verdict.SILENT or _holds_import(value):
                return
            self._ask(
                name,
                f"would change {shown(value)} ({dotted(path)})",
                "it is known only to AWS whose that is",
                line,
                path,
            )
            return
        if not text or text == self._editing.copy_id:
            return
        if changed is not Verdict.SILENT and reach.is_somebodys(kind, path, text, self._editing.copy_id):
            does = "would change" if changed is Verdict.REFUSED else "adds to"
            what, why = f"{does} {shown(text)} ({dotted(path)})", "the stack does not make it: it is somebody's already"
            self._reached(name, Reached(path, what, why, changed, changed, whole=True))
            return
        for each in text.split(","):
            self._outside(name, path, each.strip(), line)
        if not _SELF_TOLD.search(text):
            self._referred(name, kind, path, text, line)

    def _reached(self, name: str, found: Reached) -> None:
        """Ask for what a resource reaches, refuse it or note it, as it is judged in the place."""
        line = self._editing.line(name, ("Properties", *found.path))
        verdict = found.beside if self._place is Place.BESIDE else found.apart
        if verdict is Verdict.ASKED:
            self._ask(name, found.what, found.why, line, found.path, whole=found.whole)
        elif verdict is Verdict.REFUSED and not self._is_answered(name):
            self.refused.append(Refusal(name, found.what, found.why, line))
        elif verdict is Verdict.NOTED:
            self.notes.append(Note(name, found.what, found.why, line))

    def _referred(self, name: str, kind: str, path: Path, text: str, line: int) -> None:
        """Judge a plain name where the schema knows that it is one of something else."""
        schema = known(kind)
        reference = schema.reference(as_in_schemas(path)) if schema else None
        if reference is None or not reference.targets or self._editing.copy_id in text:
            return
        if not reach.is_worth_a_note(kind, reference, text):
            return
        what = f"uses {reference.targets[0].type} {text} ({dotted(path)})"
        if any(each.resource == name and each.line == line for each in self.asks):
            return  # it is asked already
        if self._place is Place.BESIDE and reference.told and last_key(path) not in outward.READ:
            self._ask(name, what, "the stack does not make it", line, path)
        elif all(not each.what.startswith(what.partition(" (")[0] + " (") for each in self.notes):
            self.notes.append(Note(name, what, "it has to be in the account, and is not made by the stack", line))

    def _outside(self, name: str, path: Path, text: str, line: int) -> None:
        key = last_key(path)
        if outward.ACCOUNT.fullmatch(text) and key.endswith(outward.OF_ACCOUNTS) and text not in outward.OF_AWS:
            self._ask(name, f"names account {text} ({dotted(path)})", "it is not the replica's", line, path)
            return
        acts = reach.acts(kind_of(mapping(self._scope.resources.get(name))), path)
        if self._place is Place.BESIDE and acts and not outward.is_managed(text):
            what = f"acts with the rights of {text} ({dotted(path)})"
            self._ask(name, what, "the stack does not make that role, so that no boundary holds it", line, path)
            return
        if outward.ID.fullmatch(text):
            if text not in self._editing.answers.shares:
                self._asked_to_share(name, path, text, line)
            return
        found = outward.ARN.fullmatch(text)
        if found and found["service"] == "apigateway" and (invoked := outward.INVOKED.fullmatch(found["rest"])):
            self._outside(name, path, invoked["arn"], line)
            return
        if not found or outward.is_of_aws(found) or self._editing.copy_id in found["rest"]:
            return
        if found["service"] == "s3" and not found["account"]:
            self._ask(name, f"uses {text} ({dotted(path)})", "the stack does not make it", line, path)
        elif outward.ACCOUNT.fullmatch(found["account"]):
            if found["service"] == "lambda" and found["rest"].startswith("layer:"):
                return  # code that is read alone
            what = f"uses {text} ({dotted(path)})"
            self._ask(name, what, "it is of an account by name, and reaches whatever that is", line, path)
        elif self._place is Place.BESIDE and key not in outward.READ:
            self._ask(
                name, f"acts on {text} ({dotted(path)})", "it is production's, beside which it stands", line, path
            )
        else:
            why = "it has to be in the account, and is not made by the stack"
            self.notes.append(Note(name, f"uses {text} ({dotted(path)})", why, line))

    def _asked_to_share(self, name: str, path: Path, text: str, line: int) -> None:
        if self._is_answered(name, path):
            return
        if text.startswith(outward.NETWORK):
            what, why = f"is put into {text} ({dotted(path)})", "the stack does not make it"
            self.asks.append(Ask(name, what, why, f"shares: [{text}]", line))
        else:
            self._ask(name, f"uses {text} ({dotted(path)})", "the stack does not make it", line, path)

    def _told(self, value: Any) -> str:
        try:
            return self._scope.text(value)
        except Untold:
            return str(value.get("Fn::Sub", "")) if isinstance(value, dict) else str(value)

    # What is asked.

    def _is_answered(self, name: str, path: Path = ()) -> bool:
        allowed = self._editing.answers.allow
        return any(dotted((name, *path[:end])) in allowed for end in range(len(path) + 1))

    def _ask(self, name: str, what: str, why: str, line: int, path: Path = (), *, whole: bool = False) -> None:
        """Ask for the owner's word, once for each resource and each thing; nothing where it was given.

        What cannot be without the property that it is about is left out whole.
        """
        if self._is_answered(name, path):
            return
        key = dotted((name, *path[:1]))
        answer = f'allow: {{{key}: "{_WHY}"}}'
        if name in self._scope.resources:
            answer = f"leave_out: [{name if whole else key}], or {answer}"
        if all((each.resource, each.what) != (name, what) for each in self.asks):
            self.asks.append(Ask(name, what, why, answer, line))


_SELF_TOLD = re.compile(r"arn:|^[a-z-]+-[0-9a-f]{8}")
"""The texts that tell by themselves what they are: those are judged by that."""


def _holds_import(value: Any) -> bool:
    return any(True for _ in calls(value, "Fn::ImportValue"))
