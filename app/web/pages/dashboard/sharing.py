"""What to copy into other websites: the link of a public campaign, and the HTML of its picture and its frame."""

from dataclasses import dataclass

from app.adapters.store.collages.manifests import Summary
from app.core.config import Campaign
from app.services.face import oembed
from app.web.http.addresses import absolute


@dataclass(frozen=True)
class Code:
    """`kind`: link, picture or frame."""

    kind: str
    label: str
    text: str


def codes(campaign: Campaign, newest: Summary) -> list[Code]:
    """The codes of a public campaign; a frame only where websites may frame it. All show the newest collage."""
    page = absolute("campaign.page", campaign=campaign.name)
    picture = absolute("campaign_pictures.picture", campaign=campaign.name, ending="jpg")
    file = next((file for file in newest.files if file.name.endswith(".jpg")), newest.files[-1])
    size = oembed.fitted((file.width, file.height), (oembed.PICTURE, oembed.PICTURE))
    found = [
        Code("link", "Link", page),
        Code("picture", "Picture", oembed.linked_picture(campaign.title, page, picture, size)),
    ]
    if campaign.embed:
        frame = absolute("campaign_embed.embed", campaign=campaign.name)
        found.append(Code("frame", "Frame with the wall", oembed.iframe(campaign.title, frame, oembed.FRAME)))
    return found
