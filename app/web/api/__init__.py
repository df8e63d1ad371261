"""Routes for programs: JSON, errors included. One module for each subject."""
