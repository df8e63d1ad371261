"""The hosts on which docs/operations.md is tested.

- `page`: the page's contents: commands, their expected output, text to write into files, events elsewhere.
- `host`: a machine as deploy/install.sh makes it, in a directory; `bin/`: programs that cannot run there, `edit` an
  editor.
"""
