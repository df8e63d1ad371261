"""HTTP itself: what requests carry and answers declare, whatever they are about."""
