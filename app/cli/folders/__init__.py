"""Commands about folders of pictures."""
