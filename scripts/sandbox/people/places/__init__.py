"""Where people stand: indoors and outdoors."""
