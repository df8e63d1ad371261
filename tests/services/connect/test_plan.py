"""What is judged to be missing or wrong, and that its steps put it right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.cloudinary.setup import Plan, Preset, Trigger
from app.core.config import Campaign
from app.services.connect import plan
from app.services.connect.plan import Finding
from app.services.connect.round_trip import choose

HERE, GATEWAY = "https://here.example/webhook/cloudinary", "https://gateway.example/v1/webhook/cloudinary"
WANTED = plan.events(fixed_folders=False)
SAYNO = Campaign("sayno", "Say No", "sayno")
SETTINGS = {"moderation": "manual", "asset_folder": "sayno", "transformation": [{"width": 1}], "allowed_formats": ["j"]}

TRIGGERS = st.lists(
    st.builds(
        Trigger,
        id=st.uuids().map(str),
        address=st.sampled_from((HERE, GATEWAY)),
        event=st.sampled_from((*WANTED, "all", "eager")),
        scheme=st.sampled_from(("default", "legacy_hmac", "eddsa_v2", "something_new")),
        templated=st.booleans(),
        filtered=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda trigger: (trigger.address, trigger.event),
)


def taken(triggers: list[Trigger], findings: list[Finding]) -> list[Trigger]:
    """The account's triggers after every step of the findings."""
    left = list(triggers)
    for step in (step for finding in findings for step in finding.steps):
        if step.kind == "remove trigger":
            left = [trigger for trigger in left if trigger.id != step.name]
        else:
            assert (HERE, step.name) not in {(trigger.address, trigger.event) for trigger in left}, "made twice"
            left.append(Trigger(f"new {step.name}", HERE, step.name))
    return left


@given(TRIGGERS)
def test_after_the_steps_every_event_arrives_once_and_readably_and_others_triggers_stay(
    triggers: list[Trigger],
) -> None:
    found = list(plan.judge_triggers(triggers, WANTED, HERE))
    after = taken(triggers, found)
    (good,) = plan.judge_triggers(after, WANTED, HERE)
    assert good.state == plan.OK
    assert {one for one in triggers if one.address != HERE or one.event == "eager"} <= set(after)
    assert (found[0].state == plan.OK) == (after == triggers)


@given(TRIGGERS)
def test_a_gateway_counts_only_where_it_gets_everything_and_we_get_nothing(triggers: list[Trigger]) -> None:
    good = [one for one in triggers if one.scheme in plan.VERIFIABLE and not (one.templated or one.filtered)]
    at_gateway = {one.event for one in good if one.address == GATEWAY}
    whole = "all" in at_gateway or at_gateway >= set(WANTED)
    ours = any(one.address == HERE for one in triggers)
    assert plan.in_use(triggers, WANTED, HERE) == (GATEWAY if whole and not ours else HERE)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, ""),
        ({"moderation": "aws_rek|manual"}, ""),
        ({"folder": "sayno", "asset_folder": None}, ""),
        ({"moderation": "webpurify"}, "it does not ask for manual moderation"),
        ({"asset_folder": "elsewhere"}, "it puts pictures into elsewhere, not into sayno"),
        ({"transformation": []}, "it does not crop pictures to 1500×2000"),
        ({"allowed_formats": None, "moderation": None}, "it does not ask for manual moderation, it accepts every kind"),
    ],
)
def test_a_preset_may_differ_in_what_does_not_matter(change: dict[str, Any], fault: str) -> None:
    preset = Preset("collagen_sayno", True, SETTINGS | change)
    (found,) = plan.judge_presets({preset.name: preset}, [SAYNO])
    assert (found.state, found.message.startswith(fault)) == (plan.WRONG if fault else plan.OK, True)
    (unsigned,) = plan.judge_presets({preset.name: replace(preset, signed=False)}, [SAYNO])
    assert unsigned.message.startswith("it is unsigned, so anyone can upload with it")


def test_a_plan_is_judged_by_its_credits_where_cloudinary_says_them() -> None:
    free = plan.judge_plan(Plan("Free", 10_485_760, 12.4, 500), fixed_folders=False)
    assert str(free) == (
        "ok       plan: Free, dynamic folders, 500 calls an hour, pictures up to 10.5 MB, 12 % of its credits used"
    )
    assert plan.judge_plan(Plan("Free", None, 90.0), fixed_folders=True).state == plan.WRONG
    assert plan.judge_plan(Plan(None, None, None), fixed_folders=True).message == "unknown, fixed folders"


def test_the_address_may_be_the_services_or_the_whole_one_of_a_gateway() -> None:
    assert plan.webhook("https://here.example") == HERE
    assert plan.webhook(GATEWAY) == GATEWAY


def test_a_test_picture_goes_to_a_trial_if_there_is_one() -> None:
    trial = Campaign("trial", "Trial", "trial", test_address="t+{token}@x.org")
    assert [choose([SAYNO, trial]), choose([SAYNO])] == [trial, SAYNO]
