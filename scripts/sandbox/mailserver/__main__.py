"""`python -m scripts.sandbox.mailserver DIRECTORY`: see the package."""

from scripts.sandbox.mailserver.server import main

main()
