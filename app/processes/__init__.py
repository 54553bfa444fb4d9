"""The processes of an installation: started in order, watched, restarted, stopped in order."""

from app.processes.serving import Running, running, serve

__all__ = ["Running", "running", "serve"]
