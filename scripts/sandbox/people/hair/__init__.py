"""Hair: combed strands, every hairstyle, beards."""
