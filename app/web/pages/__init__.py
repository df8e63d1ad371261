"""Routes for people: pages and pictures, one folder for each family of pages."""
