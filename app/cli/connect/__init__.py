"""The command that sets Cloudinary up."""
