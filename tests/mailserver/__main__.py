"""`python -m tests.mailserver DIRECTORY`: see tests/mailserver."""

from tests.mailserver.server import main

main()
