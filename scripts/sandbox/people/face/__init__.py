"""The face: features, eyes, mouth."""
