"""The wall: a zoomable collage that shows every photo in full size.

- `geometry`: where each person is, at every zoom level.
- `tile`: draws tiles, and the picture of a person's place to share.
- `preview`: what a collage would look like that has not been made.
- `cache`: keeps finished pictures on the local disk.
- `wall`: a store's walls: their people, whose photos are still held, and the pictures served.
- `finished`: the files of a finished collage, without people who have withdrawn.
"""
