"""What other programs read of a published campaign; nothing about a person. Pure."""

from typing import Any

from app.services.publish import names
from app.services.publish.site.content import Content


def album(content: Content) -> dict[str, Any]:
    """The content of album.json."""
    stage = content.stage
    return {
        "title": content.campaign.title,
        "language": content.campaign.language,
        "collages": [
            {
                "number": content.collage,
                "revision": stage.revision,
                "made": f"{content.made:%Y-%m-%dT%H:%M:%SZ}",
                "people": content.people,
                "columns": stage.cols,
                "rows": stage.rows,
                "pictures": [
                    {
                        "path": one.path,
                        "type": names.content_type(one.path),
                        "width": one.width,
                        "height": one.height,
                        "bytes": one.bytes,
                    }
                    for one in content.pictures
                ],
                "wall": {
                    "page": names.WALL,
                    "width": stage.size[0],
                    "height": stage.size[1],
                    "tile": stage.tile,
                    "levels": [stage.lowest, stage.highest],
                },
            }
        ],
    }
