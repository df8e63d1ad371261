"""Modules of the front end as one classic script. Pure.

A browser loads no module from a disk (its origin is opaque), and a published wall must open from there, too.
"""

import re
from collections.abc import Sequence

_IMPORT = re.compile(r"^import \{ ([\w, ]+) \} from '\./([\w-]+)\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (const (\w+))", re.MULTILINE)


def classic(modules: Sequence[tuple[str, str]]) -> str:
    """`modules`: the name of each without its ending, and its source; a module comes after those it imports."""
    return "'use strict';\n" + "".join(_wrapped(name, source) for name, source in modules)


def _wrapped(name: str, source: str) -> str:
    exported = ", ".join(found[2] for found in _EXPORT.finditer(source))
    body = _IMPORT.sub(lambda found: f"const {{ {found[1]} }} = {_variable(found[2])};\n", source)
    body = _EXPORT.sub(r"\1", body)
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name}.js imports or exports in a way that is not known here")
    return f"const {_variable(name)} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n"


def _variable(name: str) -> str:
    return "module_" + name.replace("-", "_")
