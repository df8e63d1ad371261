"""A machine on which deploy/install.sh installed Collagen, tested at work: scripts/install-test."""
