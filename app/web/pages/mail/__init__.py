"""What a mail links to: its picture, and the page that ends the mails."""
