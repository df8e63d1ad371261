"""python -m scripts.sandbox.container.people 12: uploads that many people's photos to the stand-in and approves
them.
"""

from __future__ import annotations

import sys

from scripts.sandbox.people import address, portrait
from scripts.sandbox.standin.client import Standin

URL = "http://127.0.0.1:9400"
FOLDER = "sayno"


def main() -> None:
    count = int(sys.argv[1])
    standin = Standin(URL)
    for seed in range(count):
        name = f"{FOLDER}/person-{seed}"
        standin.upload(portrait(seed), name, folder=FOLDER, email=address(seed))
        standin.approve(name)
    standin.wait_idle()
    print(f"{count} people sent their photo to the folder {FOLDER}, and were approved.")


if __name__ == "__main__":
    main()
