"""A machine that Collagen was installed on by deploy/install.sh, shown at work: scripts/install-test."""
