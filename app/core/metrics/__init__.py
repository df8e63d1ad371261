"""Metrics for Prometheus. The only code that uses prometheus_client; importing it does nothing.

- `definitions`: every metric and its meaning.
- `counting`: a function for each event to count.
- `slots`: how the processes of one machine share their values.
- `exposition`: all metrics as text.
"""

from app.core.metrics.counting import answered, begin, build, called, mail, notification, opened, stage, standing
from app.core.metrics.definitions import Reading
from app.core.metrics.exposition import CONTENT_TYPE, exposition

__all__ = [
    "CONTENT_TYPE",
    "Reading",
    "answered",
    "begin",
    "build",
    "called",
    "exposition",
    "mail",
    "notification",
    "opened",
    "stage",
    "standing",
]
