"""What the house tells people: one outbox for pages, mail, webhooks and what others plug in."""
