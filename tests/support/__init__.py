"""What tests share: builders that are valid by default, and tools to look at pages and pictures."""
