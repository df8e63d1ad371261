"""Numbers of collages as people type them."""

from typing import Any

import click


class CollageNumber(click.ParamType[str]):
    """A collage's number: 1, 01 and 0001 are the same one."""

    name = "collage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            self.fail(f"{value!r} is not the number of a collage, such as 3.", param, ctx)
        return f"{int(value):04}"
