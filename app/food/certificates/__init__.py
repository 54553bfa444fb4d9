"""Certificates at the doors: photographed by shops, looked at by inspectors and by everybody."""
