"""For tests: the real processes of the Procfile on data of their own."""

from tools.running import RunningSite, running_site

__all__ = ["RunningSite", "running_site"]
