"""The command about the catalogue, and the table that it prints."""
