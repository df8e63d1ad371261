"""The gallery: a campaign's photos, for those who have its password."""
