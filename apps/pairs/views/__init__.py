"""The pages of pairs."""
