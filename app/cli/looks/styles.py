"""The command that lists the styles."""

import json
from typing import Any

import click

from app.adapters.diffusion import Lora
from app.cli.options import read_settings
from app.services.looks.recipes import STYLES
from app.services.looks.styles import load_styles
from app.services.looks.tools import Tools

SHOWN = ("prompt", "negative_prompt", "lora", "lora_scale", "text_encoder_scale", "steps", "guidance", "strength")


@click.command(short_help="List the styles that photos can be painted in.")
@click.option("--json", "form", flag_value="json", help="Print them as JSON, with prompts and strengths.")
def styles(form: str | None) -> None:
    """List the styles that a look can paint photos in, and which of them this machine has what it takes for.

    They stand in app/services/looks/default_styles.toml, and in styles.toml beside looks.toml, which adds others or
    replaces some. The weights (LoRAs) lie in the directory loras of COLLAGEN_MODELS; none comes with this program.

    \b
    Examples:  python -m app styles
               python -m app styles --json
    """
    settings = read_settings()
    known = load_styles(settings.looks_file.with_name(STYLES))
    tools = Tools.of(settings)
    lacks = {name: tools.diffusion.why_not(Lora(style["lora"], style["sha256"])) for name, style in known.items()}
    if form == "json":
        rows: list[dict[str, Any]] = [
            {"name": name, **{key: style[key] for key in SHOWN}, "installed": lacks[name] is None}
            for name, style in known.items()
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(map(len, known))
    for name, lack in lacks.items():
        click.echo(f"{name:{width}}  {'installed' if lack is None else lack}")
