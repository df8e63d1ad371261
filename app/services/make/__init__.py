"""A collage of any folder of pictures, without settings, and without a store that stays.

- `make`: the order of the steps. `preparing`: decodes the pictures, several at once. `output`: where the result goes.
"""

from app.services.make.make import Made, Watch, make

__all__ = ["Made", "Watch", "make"]
