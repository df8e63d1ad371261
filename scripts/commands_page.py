"""Prints docs/commands.md from the commands themselves: python -m scripts.commands_page > docs/commands.md"""

import click

from app.cli import main as program

WIDTH = 100
HEAD = """# Commands

<!-- Written by: .venv/bin/python -m scripts.commands_page > docs/commands.md -->

Run `.venv/bin/python -m app COMMAND` in a checkout, `sudo collagen COMMAND` on an installed machine.
Exit codes: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage.
"""


def page() -> str:
    """The page: the list of all commands, then the help of each."""
    settings = {**program.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    top = click.Context(program, info_name="python -m app", **settings)
    parts = [HEAD, _block(program.get_help(top))]
    for name in program.list_commands(top):
        command = program.get_command(top, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=top)
        parts.append(f"## {name}\n\n{_block(command.get_help(inner))}")
    return "\n".join(parts)


def _block(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"```text\n{lines}\n```\n"


if __name__ == "__main__":
    print(page(), end="")
