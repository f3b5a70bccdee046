"""Whatever a value is hidden behind, what it may come to is judged: mappings, conditions, lists, parameters."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Derived, Place
from tests.support.derived import derived, notes, of

BOTH = pytest.mark.parametrize("place", list(Place))
TOPIC = "arn:aws:sns:us-east-1:111122223333:pager"
SUBNETS = "subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb"
MAPS = f"Mappings: {{M: {{us-east-1: {{Topic: '{TOPIC}', Subnets: [{SUBNETS}]}}, eu-west-1: {{Topic: none}}}}}}\n"
STORE = "shop.abc123.eu-west-1.rds.amazonaws.com"
SECRET = "{{resolve:secretsmanager:prod/db:SecretString:password}}"
ALARM = "AWS::CloudWatch::Alarm"


def asked(found: Derived) -> list[str]:
    return [each.what for each in found.asks]


@BOTH
@pytest.mark.parametrize("said", ["!Equals [!Ref 'AWS::Region', us-east-1]", "!Equals ['1', !Ref 'AWS::AccountId']"])
def test_what_depends_on_where_it_stands_may_be_made(said: str, place: Place) -> None:
    """A replica's region and account are known to AWS: neither branch is passed over."""
    conditions = f"Conditions: {{Main: {said}}}\n"
    whole = conditions + of(ALARM, f"AlarmActions: ['{TOPIC}']", "Condition: Main")
    branch = conditions + of(ALARM, f"AlarmActions: [!If [Main, '{TOPIC}', !Ref 'AWS::NoValue']]")
    assert len(asked(derived(whole, place))) == len(asked(derived(branch, place))) == 1


HIDDEN = {
    "a mapping by region": MAPS + of(ALARM, "AlarmActions: [!FindInMap [M, !Ref 'AWS::Region', Topic]]"),
    "a mapping by a parameter": "Parameters: {E: {Type: String}}\n"
    + MAPS
    + of(ALARM, "AlarmActions: [!FindInMap [M, !Ref E, Topic]]"),
    "a part of a text": MAPS
    + of(ALARM, "AlarmActions: [!Sub ['${T}', {T: !FindInMap [M, !Ref 'AWS::Region', Topic]}]]"),
    "a list in a mapping": MAPS + of("AWS::RDS::DBSubnetGroup", "SubnetIds: !FindInMap [M, us-east-1, Subnets]"),
    "a text that is split": of("AWS::RDS::DBSubnetGroup", f"SubnetIds: !Split [',', '{SUBNETS}']"),
    "a parameter that is split": f"Parameters: {{S: {{Type: String, Default: '{SUBNETS}'}}}}\n"
    + of("AWS::RDS::DBSubnetGroup", "SubnetIds: !Split [',', !Ref S]"),
    "beside what is its own": of(ALARM, "AlarmActions: !Split [',', !Join [',', [!Ref Own, '" + TOPIC + "']]]")
    + "\n  Own: {Type: AWS::SNS::Topic}",
    "around what is its own": of(ALARM, "AlarmActions: [!Sub 'arn:aws:sns:us-east-1:111122223333:${Own.TopicName}']")
    + "\n  Own: {Type: AWS::SNS::Topic}",
}


@BOTH
@pytest.mark.parametrize("case", HIDDEN)
def test_what_it_may_come_to_is_judged(case: str, place: Place) -> None:
    """Each row that a key which only AWS knows may mean, each element of a list, each part of a text."""
    found = derived(HIDDEN[case], place)
    assert len(asked(found)) == (2 if ("Subnet" in HIDDEN[case] and "list" in case) or "split" in case else 1), (
        found.asks
    )


def test_what_stays_untold_is_asked_where_it_may_be_productions() -> None:
    """A reference that no table and no parameter tells: asked beside production, told in an account of drills."""
    template = of(ALARM, "AlarmActions: [!FindInMap [Missing, a, b]]")
    assert len(asked(derived(template))) == 1
    apart = derived(template, Place.DRILL_ACCOUNT)
    assert apart.accepted
    assert len(notes(apart)) == 1


def handed(value: str) -> str:
    return of("AWS::Lambda::Function", f"Environment: {{Variables: {{X: {value}}}}}")


PRODUCTIONS = {
    "a default": (f"Parameters: {{Db: {{Type: String, Default: {STORE}}}}}\n", "!Ref Db"),
    "within a default": (f"Parameters: {{Db: {{Type: String, Default: {STORE}}}}}\n", "!Sub 'postgres://${Db}/x'"),
    "a mapping": (f"Mappings: {{M: {{a: {{Db: {STORE}}}}}}}\n", "!FindInMap [M, a, Db]"),
    "a stored value": ("Parameters: {Db: {Type: AWS::SSM::Parameter::Value<String>, Default: /prod/db}}\n", "!Ref Db"),
    "a secret in a default": (f"Parameters: {{Db: {{Type: String, Default: '{SECRET}'}}}}\n", "!Ref Db"),
    "a secret in pieces": (
        "",
        "!Join ['', ['{{resolve:secretsmanager:arn:', !Ref 'AWS::Partition', ':secretsmanager:eu-west-1:', "
        "!Ref 'AWS::AccountId', ':secret:prod/db:SecretString:password}}']]",
    ),
}


@pytest.mark.parametrize("case", PRODUCTIONS)
def test_productions_stores_and_secrets_are_known_through_whatever_names_them(case: str) -> None:
    """What code is handed is searched as it will be: asked beside production, told in an account of drills."""
    before, value = PRODUCTIONS[case]
    assert len(asked(derived(before + handed(value)))) == 1
    apart = derived(before + handed(value), Place.DRILL_ACCOUNT)
    assert apart.accepted
    assert len(notes(apart)) == 1


def test_a_password_in_pieces_is_productions() -> None:
    """The secret of a database, too, and the replica's own is its own."""
    password = "MasterUserPassword: !Join ['', ['{{resolve:secretsmanager:', %s, ':SecretString:password}}']]"
    template = of("AWS::RDS::DBInstance", f"DBSubnetGroupName: x, {password % 'prod/db'}")
    assert any("resolve" in each for each in asked(derived(template)))
    own = of("AWS::RDS::DBCluster", f"DBSubnetGroupName: !Ref G, {password % '!Ref S'}")
    own += "\n  S: {Type: AWS::SecretsManager::Secret}\n  G: {Type: AWS::RDS::DBSubnetGroup}"
    assert derived(own).accepted


def test_a_parameter_that_only_code_is_handed_needs_its_value() -> None:
    """The drill has to give it, whatever uses it."""
    (note,) = notes(derived("Parameters: {P: {Type: String}}\n" + handed("!Ref P")))
    assert (note.resource, note.what) == ("P", "needs a value")


def test_the_name_of_a_stored_value_is_no_lookup() -> None:
    """`AWS::SSM::Parameter::Name` is a name that is handed on: only `Value<...>` is looked up."""
    template = "Parameters: {P: {Type: 'AWS::SSM::Parameter::Name', Default: /shop/x}}\n" + handed("!Ref P")
    assert derived(template).accepted


def test_what_a_function_of_its_own_is_told_is_judged() -> None:
    """The properties of a custom resource go to code that the stack makes: production's secret and store with them."""
    template = of("Custom::Migrate", f"ServiceToken: !GetAtt F.Arn, Host: {STORE}, Password: '{SECRET}'")
    template += "\n  F: {Type: AWS::Lambda::Function}"
    assert len(asked(derived(template))) == 2
    assert derived(template, Place.DRILL_ACCOUNT).accepted


UNSOUND = {
    "an unknown word": "Conditions: {A: !Not [maybe]}\n",
    "a text": "Conditions: {A: 'true'}\n",
    "a truth": "Conditions: {A: !Not [false]}\n",
    "itself": "Conditions: {A: !Not [!Condition A]}\n",
    "nothing": "Conditions: {A: null}\n",
    "none": "",
}


@pytest.mark.parametrize("case", UNSOUND)
def test_a_condition_that_nobody_can_tell_hides_nothing(case: str) -> None:
    """What stands behind it may be made, and is judged."""
    template = UNSOUND[case] + of(ALARM, f"AlarmActions: [!If [A, '{TOPIC}', '{TOPIC}']]", "Condition: A")
    assert len(asked(derived(template))) == 1


OWN = {
    "a list that a drill gives": "Parameters: {S: {Type: CommaDelimitedList}}\n"
    + of("AWS::RDS::DBSubnetGroup", "SubnetIds: !Split [',', !Join [',', !Ref S]]"),
    "a part of its own": of("AWS::IAM::Policy", "Roles: [!Select [1, !Split ['/', !GetAtt R.Arn]]], PolicyDocument: {}")
    + "\n  R: {Type: AWS::IAM::Role}",
    "a zone of its own name": "Parameters: {D: {Type: String}}\n"
    + of("AWS::Route53::RecordSet", "HostedZoneName: !Sub '${D}.', Name: a.shop.internal")
    + "\n  Z: {Type: AWS::Route53::HostedZone, Properties: {Name: !Ref D}}",
    "rows of what AWS gives to all": "Mappings: {M: {us-east-1: {Ami: ami-0aaaaaaaaaaaaaaaa}}}\n"
    + of("AWS::EC2::LaunchTemplate", "LaunchTemplateData: {ImageId: !FindInMap [M, !Ref 'AWS::Region', Ami]}"),
}


@BOTH
@pytest.mark.parametrize("case", OWN)
def test_what_is_untold_and_nobodys_needs_no_word(case: str, place: Place) -> None:
    """A value that a drill will give, and one that is made of what the stack makes."""
    assert derived(OWN[case], place).accepted, derived(OWN[case], place).asks
