"""The command that sets up shell completion."""

import click
from click.shell_completion import get_completion_class

VARIABLE = "_COLLAGEN_COMPLETE"  # set by the shell to request completions; deploy/collagen passes it on


@click.command(short_help="Print the completion script for your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script with which SHELL completes `collagen`, the command that deploy/install.sh installs.

    \b
    Examples:  collagen completion bash | sudo tee /etc/bash_completion.d/collagen
               collagen completion zsh > ~/.zfunc/_collagen
    """
    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(click.get_current_context().find_root().command, {}, "collagen", VARIABLE).source())
