"""The system log of whoever handles records: each line with the ID of the record that it is about."""

import logging
import sys

from app import journal


class _Named(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = journal.request_id() or "-"
        return True


def to_stderr() -> None:
    """From now on all that is logged, from INFO on, goes to standard error, and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Named())
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s [%(request_id)s]: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
