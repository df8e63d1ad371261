"""The targets of a mail's links: its picture, and the page to unsubscribe."""
