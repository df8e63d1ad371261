"""`python -m app`: runs the commands of `app.cli`."""

import os

from app.core import limits, startup


def commands() -> None:
    from app.cli import main
    from app.cli.completion import VARIABLE

    main(prog_name="python -m app", complete_var=VARIABLE)


if __name__ == "__main__":
    os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick
    startup.begin(commands, "Error")
