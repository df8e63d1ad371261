"""A campaign's public face, if it is `public`: for its visitors and for other websites, in its language and colours.

No response holds an address, a public ID or a name.
"""
