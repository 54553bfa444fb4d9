"""The manual, the glossary, the readable API page, the start page and the health of the house."""
