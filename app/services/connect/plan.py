"""What Cloudinary should be set up to do, what differs, and the steps that put it right. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from app.adapters.cloudinary.notifications import EVENTS, OF_DYNAMIC_FOLDERS
from app.adapters.cloudinary.setup import Plan, Preset, Trigger, preset_of
from app.core.config import Campaign

OK, MISSING, WRONG, UNKNOWN = "ok", "missing", "wrong", "unknown"
EVERY = "all"  # the event type of a trigger for all events
VERIFIABLE = ("default", "legacy_hmac")  # auth_schemes; facts: https://cloudinary.com/documentation/notifications
WEBHOOK = "/webhook/cloudinary"
NEARLY = 90.0  # percent of a plan's credits

Kind = Literal["add trigger", "remove trigger", "put preset", "add folder"]


@dataclass(frozen=True)
class Step:
    """One change. `name`: an event type, the ID of a trigger, a campaign, or the path of a folder."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Finding:
    """What was found. `state`: OK, MISSING, WRONG, or UNKNOWN. `steps`: they put it right; none: only people can."""

    subject: str
    state: str
    message: str
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return f"{self.state:<7}  {self.subject}: {self.message}"


def events(*, fixed_folders: bool) -> tuple[str, ...]:
    """The event types that need a trigger. In fixed folders nothing can be moved except by renaming it."""
    return tuple(event for event in EVENTS if not (fixed_folders and event in OF_DYNAMIC_FOLDERS))


def webhook(url: str) -> str:
    """The address for notifications of the service at `url`, which may be that address itself."""
    return url if "/webhook/" in urlsplit(url).path else url + WEBHOOK


def in_use(triggers: Sequence[Trigger], wanted: Sequence[str], address: str) -> str:
    """The address that notifications go to: `address`, or that of a gateway before a queue, if only that has them."""
    if any(trigger.address == address for trigger in triggers):
        return address
    others = {trigger.address for trigger in triggers if urlsplit(trigger.address).path.endswith(WEBHOOK)}
    served = [other for other in others if not set(wanted) - _covered(triggers, wanted, other)]
    return served[0] if len(served) == 1 else address


def judge_triggers(triggers: Sequence[Trigger], wanted: Sequence[str], address: str) -> Iterator[Finding]:
    """Whether every event in `wanted` reaches `address`, signed and worded as we can read it."""
    covered = _covered(triggers, wanted, address)
    ours = [trigger for trigger in triggers if trigger.address == address and trigger.event in (EVERY, *wanted)]
    bad = {trigger.id: reason for trigger in ours if (reason := _fault(trigger))}
    replaced = {trigger.event for trigger in ours if trigger.id in bad}
    for trigger in ours:
        if trigger.id in bad:
            anew = [Step("add trigger", trigger.event)] if trigger.event in set(wanted) - covered else []
            yield Finding(
                f"trigger {trigger.event}", WRONG, bad[trigger.id], (Step("remove trigger", trigger.id), *anew)
            )
    for event in wanted:
        if event not in covered | replaced:
            yield Finding(
                f"trigger {event}", MISSING, _missing(triggers, event, address), (Step("add trigger", event),)
            )
    if not bad and covered == set(wanted):
        yield Finding("triggers", OK, f"{len(wanted)} types of events go to {address}")


def _covered(triggers: Sequence[Trigger], wanted: Sequence[str], address: str) -> set[str]:
    """The event types that a good trigger sends to `address`."""
    good = {trigger.event for trigger in triggers if trigger.address == address and not _fault(trigger)}
    return set(wanted) if EVERY in good else good & set(wanted)


def _fault(trigger: Trigger) -> str:
    if trigger.scheme not in VERIFIABLE:
        return f"its auth_scheme is {trigger.scheme}, whose signature cannot be verified: every notification gets 401"
    if trigger.templated:
        return "its payload_template replaces the body, so notifications cannot be read and get 400"
    return "its filter holds events back, which only a sync finds" if trigger.filtered else ""


def _missing(triggers: Sequence[Trigger], event: str, address: str) -> str:
    others = sorted({trigger.address for trigger in triggers if trigger.event in (EVERY, event)} - {address})
    return f"nothing sends it to {address}" + (f", only to {', '.join(others[:3])}" if others else "")


def judge_presets(presets: Mapping[str, Preset], campaigns: Collection[Campaign]) -> Iterator[Finding]:
    """Whether each campaign has a preset for uploads to its folder."""
    good = []
    for campaign in campaigns:
        name, step = preset_of(campaign.name), Step("put preset", campaign.name)
        if name not in presets:
            yield Finding(f"preset {name}", MISSING, f"uploads to {campaign.folder} have none", (step,))
        elif faults := list(_faults(presets[name], campaign.folder)):
            yield Finding(f"preset {name}", WRONG, ", ".join(faults), (step,))
        else:
            good.append(name)
    if good and len(good) == len(campaigns):
        yield Finding("presets", OK, ", ".join(good))


def _faults(preset: Preset, folder: str) -> Iterator[str]:
    settings = preset.settings
    if not preset.signed:
        yield "it is unsigned, so anyone can upload with it"
    if "manual" not in str(settings.get("moderation", "")).split("|"):
        yield "it does not ask for manual moderation"
    place = settings.get("asset_folder") or settings.get("folder")
    if place != folder:
        yield f"it puts pictures into {place or 'no folder'}, not into {folder}"
    if not settings.get("transformation"):
        yield "it does not crop pictures to 1500×2000"
    if not settings.get("allowed_formats"):
        yield "it accepts every kind of file"


def judge_folders(found: Collection[str], campaigns: Collection[Campaign]) -> Iterator[Finding]:
    """Whether each campaign's folder exists."""
    for campaign in campaigns:
        if campaign.folder not in found:
            step = Step("add folder", campaign.folder)
            yield Finding(
                f"folder {campaign.folder}",
                MISSING,
                f"it does not exist, and {campaign.name} has its photos there",
                (step,),
            )
    if not {campaign.folder for campaign in campaigns}.difference(found):
        yield Finding("folders", OK, ", ".join(campaign.folder for campaign in campaigns))


def judge_plan(plan: Plan, *, fixed_folders: bool) -> Finding:
    """Whether the plan has room, and what it allows."""
    mode = "fixed folders" if fixed_folders else "dynamic folders"
    size = f", pictures up to {plan.largest / 1_000_000:.1f} MB" if plan.largest else ""
    used = "" if plan.used is None else f", {plan.used:.0f} % of its credits used"
    calls = "" if plan.calls is None else f", {plan.calls} calls an hour"
    message = f"{plan.name or 'unknown'}, {mode}{calls}{size}{used}"
    if plan.used is not None and plan.used >= NEARLY:
        return Finding("plan", WRONG, f"{message}; at 100 % Cloudinary stops uploads: upgrade it, or delete pictures")
    return Finding("plan", OK, message)
