"""PostgreSQL and Redis of our own, for the one-command start and the tests.

Both come out of Python packages, listen on sockets in private folders only, and are started,
watched and stopped by the process that enters `services`.
"""

from app.embedded.running import Services, services

__all__ = ["Services", "services"]
