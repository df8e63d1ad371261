"""The text of a watermark: fields filled in, and nothing dangling where one has no value. Pure.

A text is parted at its separators (· • | / , ; – — and - between spaces). A part with fields of which none has a value
is left out with its separator.
"""

import re
from collections.abc import Mapping

FIELD = re.compile(r"\{([^{}]*)\}")
SEPARATOR = re.compile(r"(\s*[·•|/,;–—]\s*|\s+-\s+)")


def fields(text: str) -> list[str]:
    """The names of the fields in a text."""
    return FIELD.findall(text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in, on one line. `values`: "" where there is none."""
    made = ""
    pieces = ["", *SEPARATOR.split(text)]
    for separator, part in zip(pieces[::2], pieces[1::2], strict=True):
        names = fields(part)
        if names and not any(values[name] for name in names):
            continue
        said = " ".join(FIELD.sub(lambda found: values[found[1]], part).split())
        if said:
            made += (separator if made else "") + said
    return made.strip()
