"""Looks how Cloudinary is set up, and puts right what differs from `plan`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from app.adapters import self_check
from app.adapters.cloudinary.setup import Setup, preset_of
from app.core.config import Campaign, Campaigns
from app.core.errors import CloudinaryUnavailable, SettingError
from app.core.sources import CLOUDINARY
from app.services.connect import plan
from app.services.connect.plan import Finding, Step

Say = Callable[[str], None]


def connected(campaigns: Campaigns) -> list[Campaign]:
    """The campaigns with their photos in Cloudinary. Raises SettingError if there is none."""
    found = list(campaigns.of_source(CLOUDINARY).values())
    if not found:
        raise SettingError("No campaign in campaigns.toml has its photos in Cloudinary, so there is nothing to set up.")
    return found


def reach(url: str) -> Finding:
    """Whether the service answers at its public address."""
    try:
        self_check.check(url)
    except SettingError as error:
        return Finding(
            "service", plan.UNKNOWN, f"{error}; if only this machine cannot reach it, check from another one"
        )
    return Finding("service", plan.OK, f"{url} answers, and is healthy")


class Connecting:
    """Sets up one account for some campaigns, whose notifications are to go to `address`.

    `gateway`: accepts another address, too, if every event goes there: that of a gateway before a queue. Every method
    raises CloudinaryUnavailable, but not if the API key merely lacks a right.
    """

    def __init__(self, setup: Setup, campaigns: Collection[Campaign], address: str, *, gateway: bool = False) -> None:
        self._setup = setup
        self._campaigns = {campaign.name: campaign for campaign in campaigns}
        self._address = address
        self._gateway = gateway
        self._events = plan.events(fixed_folders=setup.fixed_folders())

    def look(self) -> list[Finding]:
        """What is as it should be, and what is not. Four calls, and one for each folder with subfolders of ours."""
        parts: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
            ("triggers", self._triggers),
            ("upload presets", self._presets),
            ("folders", self._folders),
        ]
        return [*(finding for what, part in parts for finding in self._allowed(what, part)), self._plan()]

    def apply(self, findings: Iterable[Finding], say: Say) -> None:
        """Puts right what has steps; `say` reports each. Killed in between, it can be run again."""
        for finding in findings:
            try:
                for step in finding.steps:
                    self._take(step)
                    say(self._done(step))
            except CloudinaryUnavailable as error:
                if not error.forbidden:
                    raise
                say(f"not done  {finding.subject}: the API key may not. {self._by_hand(finding.subject)}")

    def _triggers(self) -> Iterable[Finding]:
        triggers = self._setup.triggers()
        address = plan.in_use(triggers, self._events, self._address) if self._gateway else self._address
        return plan.judge_triggers(triggers, self._events, address)

    def _presets(self) -> Iterable[Finding]:
        return plan.judge_presets(self._setup.presets(), self._every)

    def _folders(self) -> Iterable[Finding]:
        found = self._setup.folders([campaign.folder for campaign in self._every])
        return plan.judge_folders(found, self._every)

    def _plan(self) -> Finding:
        try:
            return plan.judge_plan(self._setup.plan(), fixed_folders=self._setup.fixed_folders())
        except CloudinaryUnavailable as error:
            if not error.forbidden:
                raise
            return Finding("plan", plan.OK, "the API key may not see it; the console shows how much of it is used")

    @property
    def _every(self) -> Sequence[Campaign]:
        return list(self._campaigns.values())

    def _allowed(self, what: str, part: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
        try:
            yield from part()
        except CloudinaryUnavailable as error:
            if not error.forbidden:
                raise
            yield Finding(what, plan.UNKNOWN, f"the API key may not see them. {self._by_hand(what)}")

    def _by_hand(self, what: str) -> str:
        """What to do in Cloudinary's console if the API key lacks a right."""
        right = what.split(" ")[0].rstrip("s")
        where = {
            "trigger": f"under Settings → Webhook Notifications, send {', '.join(self._events)} to {self._address}",
            "upload": "under Settings → Upload, make the presets that docs/connect.md describes",
            "preset": "under Settings → Upload, make it as docs/connect.md describes",
            "folder": "in the Media Library, make the folder of each campaign",
        }[right]
        return f"Give it that right (Settings → API Keys), or do it by hand: {where}"

    def _take(self, step: Step) -> None:
        if step.kind == "add trigger":
            self._setup.add_trigger(step.name, self._address)
        elif step.kind == "remove trigger":
            self._setup.remove_trigger(step.name)
        elif step.kind == "add folder":
            self._setup.add_folder(step.name)
        else:
            name, folder = preset_of(step.name), self._campaigns[step.name].folder
            self._setup.put_preset(name, folder, there=name in self._setup.presets())

    def _done(self, step: Step) -> str:
        if step.kind == "put preset":
            return f"made     preset {preset_of(step.name)}"
        return f"{'removed' if step.kind == 'remove trigger' else 'made':<7}  {step.kind.split(' ')[1]} {step.name}"
