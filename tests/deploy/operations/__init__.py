"""The hosts on which docs/operations.md is tried.

- `page`: what the page says: commands, what they should print, what is written into which file, what happens elsewhere.
- `host`: a machine as deploy/install.sh makes it, in a directory; `bin/`: what cannot be run there, `edit` an editor.
"""
