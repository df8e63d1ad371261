"""What to copy to show a public campaign elsewhere: its address, and codes for other websites. Pure."""

from html import escape

from app.core.config import Campaign


def codes(campaign: Campaign, face: str) -> dict[str, str]:
    """By what they are. `face`: the address of the campaign's public page."""
    title, page = escape(campaign.title), escape(face)
    found = {
        "Link to the page": face,
        "Picture on a website": f'<img src="{page}/collage.jpg?width=640" alt="{title}">',
    }
    if campaign.embed:
        size = 'width="960" height="640"'
        found[f"Wall in a frame, on {', '.join(campaign.embed)}"] = (
            f'<iframe src="{page}/embed" {size} title="{title}" style="border:0"></iframe>'
        )
    return found
