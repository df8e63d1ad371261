"""The wall: a collage to zoom into, down to everybody's photo in full size.

- `geometry`: where everybody is, at every level of zoom.
- `tile`: from that to pictures; also somebody's place in the wall, to be shared.
- `cache`: pictures that were made already, on the local disk.
- `wall`: the walls of a store: who is on them, who is still held, what is served.
- `finished`: the files of a finished collage, without those who have withdrawn.
"""
