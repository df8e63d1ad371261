"""Who may use a route. A view without one of these decorators fails a test."""
