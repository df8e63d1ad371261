"""Moderation: what waits, is approved and is rejected, for the admin."""
