"""Builds, starts, tests: what stands behind the Makefile.

Standard library only, since most of it runs before `.venv` exists.
"""
