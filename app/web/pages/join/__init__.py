"""The form by which people send a photo to a campaign."""
