"""Builds, starts, tests: what stands behind the Makefile. Standard library only, since it runs before `.venv` exists."""
