"""The dashboard: campaigns, photos, collages and mails, for the admin."""
