"""The command that checks the installation."""

import json
import sys

import click

from app.services.doctor import doctor as doctors


@click.command(short_help="Check the installation; say how to fix it.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def doctor(as_json: bool) -> None:
    """Check the installation and say how to fix what is wrong.

    Checks settings, tools and their versions, looks, logos, the store, file permissions, the clock, Cloudinary and how
    it is set up (five Admin API calls), the mail server (no mail is sent) and the public address. Each check is a line;
    a few take seconds. Changes nothing. Exit code 1 if something fails.

    \b
    ok    as it should be
    warn  works, but not always or not for everyone
    FAIL  does not work; the line says what to do
    -     not checked, and why

    \b
    Example:  python -m app doctor
    """
    results = doctors.diagnose(lambda result: None if as_json else click.echo(str(result)))
    failed, warned = (sum(result.state == state for result in results) for state in (doctors.FAIL, doctors.WARN))
    if as_json:
        listed = [result.as_json() for result in results]
        click.echo(json.dumps({"verdicts": listed, "failed": failed, "warned": warned}, ensure_ascii=False))
    elif failed or warned:
        click.echo(f"{failed or 'nothing'} failed, {warned or 'no'} {'warning' if warned == 1 else 'warnings'}")
    else:
        click.echo("All is well")
    sys.exit(1 if failed else 0)
