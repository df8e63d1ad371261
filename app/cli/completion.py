"""The command that makes shells complete the others."""

import click
from click.shell_completion import get_completion_class

VARIABLE = "_COLLAGEN_COMPLETE"  # by which a shell asks for what could come next; deploy/collagen passes it on


@click.command(short_help="Print what makes your shell complete commands.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete `collagen`, the command that deploy/install.sh installs.

    \b
    Examples:  collagen completion bash | sudo tee /etc/bash_completion.d/collagen
               collagen completion zsh > ~/.zfunc/_collagen
    """
    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(click.get_current_context().find_root().command, {}, "collagen", VARIABLE).source())
