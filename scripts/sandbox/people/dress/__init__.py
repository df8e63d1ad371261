"""The body, the hands, and what people wear."""
