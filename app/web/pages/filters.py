"""Template filters that write numbers and times as people do."""

from datetime import datetime

from flask import Flask

from app.core.plurals import count


def register(app: Flask) -> None:
    app.add_template_filter(count)
    app.add_template_filter(moment)


def moment(when: str | datetime) -> str:
    """`20 Nov 2026, 06:04`, from a time or from `2026-11-20T06:04:05Z`; any other text stays as it is."""
    try:
        return f"{when if isinstance(when, datetime) else datetime.fromisoformat(when):%-d %b %Y, %H:%M}"
    except ValueError:
        return str(when)
