"""Plays AWS Lambda's runtime: loads the function, then calls it with one event after another.

A separate program, independent of the tests. A line in: the event and the milliseconds left; a line out: the function's
result, and before the first, whether loading it did anything.
"""

import json
import os
import sys
from pathlib import Path


class Context:
    def __init__(self, left: int) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        return self.left


def main() -> None:
    before = dict(os.environ)
    from app.queue.aws_lambda import handle

    heavy = {"wand", "boto3", "requests", "cloudinary"} & set(sys.modules)
    print(json.dumps({"loaded": sorted(heavy), "changed": dict(os.environ) != before}), flush=True)
    for line in sys.stdin:
        event, left = json.loads(line)
        print(json.dumps(handle(event, Context(left))), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
