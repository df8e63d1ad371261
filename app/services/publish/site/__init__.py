"""What is published besides pictures of people.

`pages` for people and what they load, `album` for programs; both of the same `content`. `script`: modules of the front
end for pages that are opened from a disk.
"""
