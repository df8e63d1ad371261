"""The command that looks whether everything is there that Collagen needs."""

import json
import sys

import click

from app.services.doctor import doctor as doctors


@click.command(short_help="Check the installation; say how to fix it.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def doctor(as_json: bool) -> None:
    """Look whether everything is there that Collagen needs, and say what to do about what is not.

    Settings, tools and their versions, the store, who can read what, the clock, Cloudinary (one Admin API call), the
    mail server (no mail is sent), our public address. Each check is a line; a few take seconds. It changes nothing.
    Exit code 1 when something fails.

    \b
    ok    as it should be
    warn  it works, but will not always, or not for everyone
    FAIL  it does not work; what to do stands behind it
    -     not checked, and why

    \b
    Example:  python -m app doctor
    """
    results = doctors.diagnose(lambda result: None if as_json else click.echo(str(result)))
    failed, warned = (sum(result.state == state for result in results) for state in (doctors.FAIL, doctors.WARN))
    if as_json:
        told = [result.as_json() for result in results]
        click.echo(json.dumps({"verdicts": told, "failed": failed, "warned": warned}, ensure_ascii=False))
    elif failed or warned:
        click.echo(f"{failed or 'nothing'} failed, {warned or 'no'} {'warning' if warned == 1 else 'warnings'}")
    else:
        click.echo("All is well")
    sys.exit(1 if failed else 0)
