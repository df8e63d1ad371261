"""The command that approves and rejects photos."""
