"""`python -m app.web`: says whether the service can start, in one line where it cannot.

gunicorn asks this in a process of its own before it starts any worker.
"""

import sys

from app.errors import SettingError


def main() -> None:
    try:
        from app.web import create_app

        create_app()
    except SettingError as error:
        sys.exit(f"Collagen cannot start: {error}")
    except ImportError as error:
        if "MagickWand" not in str(error):
            raise
        sys.exit("Collagen cannot start: ImageMagick's library is missing; install the package libmagickwand-6.q16-6.")


if __name__ == "__main__":
    main()
