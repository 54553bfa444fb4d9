"""Decisions about backups that touch nothing."""
