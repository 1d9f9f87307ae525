"""One module per promise: `python -m benchmarks.NAME` prints one JSON object as its last line."""
