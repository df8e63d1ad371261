"""How anything is drawn: shapes and curves, light, skin relief, noise and the finish of a photo."""
