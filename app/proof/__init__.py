"""The log as people and machines meet it: its pages, its receipts, its keys and its witnesses."""
