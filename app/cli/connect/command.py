"""`python -m app connect`: sets Cloudinary up, and checks that it is."""

import sys
from collections.abc import Sequence

import click

from app.adapters.cloudinary import Cloudinary, Uploads
from app.adapters.cloudinary.setup import preset_of
from app.adapters.store import Store
from app.cli.options import read_settings
from app.core.config import Campaign, Settings, load_campaigns
from app.core.config.parsing import public_url
from app.core.plurals import count
from app.services.connect import plan
from app.services.connect.connect import Connecting, connected, reach
from app.services.connect.plan import OK, UNKNOWN, Finding
from app.services.connect.round_trip import Way, choose, travel


@click.command(short_help="Set up Cloudinary: webhooks, presets, folders.")
@click.option("--url", metavar="URL", help="Address of this service.  [default: COLLAGEN_PUBLIC_URL]")
@click.option("--apply", is_flag=True, help="Make what is missing, then send a test picture all the way.")
@click.option("--check", is_flag=True, help="Print only what is wrong, one line each; exit code 1 if anything is.")
def connect(url: str | None, apply: bool, check: bool) -> None:
    """Look how Cloudinary is set up for the campaigns, and say what is missing.

    What should be there: one trigger for each type of event that concerns photos, to URL/webhook/cloudinary, with a
    signature that can be verified; for each campaign its asset folder, and a signed upload preset (manual moderation,
    1500×2000); room in the plan. With a queue, URL is the whole address of its gateway.

    Nothing is changed without --apply. With it, what is missing is made, what is wrong is put right, and a test picture
    is uploaded, approved, stored by the running service, and deleted: run it where the service's store is. Nothing of
    that picture stays. It goes to a campaign with a test_address, if there is one.

    \b
    ok       as it should be
    missing  not there; --apply makes it
    wrong    there, but does not do; --apply puts it right, or the line says what to do
    unknown  cannot be seen from here; the line says why

    \b
    Examples:  python -m app connect --url https://collagen.example.org
               python -m app connect --apply
               python -m app connect --check     # for monitoring
    """
    if apply and check:
        raise click.UsageError("Use either --apply or --check.")
    settings = read_settings()
    address = public_url(url, "--url") or settings.required_public_url()
    campaigns = connected(load_campaigns(settings.campaigns_file))
    cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
    connecting = Connecting(cloudinary.setup, campaigns, plan.webhook(address))
    findings = _look(connecting, address)
    if apply:
        _print([finding for finding in findings if not finding.steps])
        connecting.apply(findings, click.echo)
        findings = connecting.look()
        _print(_wrong(findings))
        findings += _round_trip(findings, settings, cloudinary, campaigns)
    else:
        _print(_wrong(findings) if check else findings)
    if not check and (steps := [finding for finding in findings if finding.steps]):
        given = f" --url {url}" if url else ""
        click.echo(f"{count(len(steps), 'thing', 'things')} to do: python -m app connect{given} --apply")
    sys.exit(1 if (apply or check) and _wrong(findings) else 0)


def _look(connecting: Connecting, address: str) -> list[Finding]:
    """What is set up, and whether the service answers, unless the address is that of a queue's gateway."""
    return [*([] if plan.webhook(address) == address else [reach(address)]), *connecting.look()]


def _round_trip(
    findings: Sequence[Finding], settings: Settings, cloudinary: Cloudinary, campaigns: Sequence[Campaign]
) -> list[Finding]:
    """Sends a test picture all the way, unless notifications are known not to arrive."""
    wrong = [finding.subject for finding in _wrong(findings) if finding.state != UNKNOWN]
    if any(subject.startswith("trigger") for subject in wrong):
        return []
    campaign = choose(campaigns)
    way = Way(cloudinary, Uploads(settings.required_account()), Store(settings.store), click.echo)
    usable = f"preset {preset_of(campaign.name)}" not in wrong and not _unseen(findings, "upload presets")
    trip = travel(way, campaign, preset=usable)
    _print([trip])
    return [trip]


def _unseen(findings: Sequence[Finding], subject: str) -> bool:
    return any(finding.subject == subject and finding.state == UNKNOWN for finding in findings)


def _wrong(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.state != OK]


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        click.echo(str(finding))
