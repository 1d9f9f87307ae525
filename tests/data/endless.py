"""Never ends; it sleeps, so that a test of cancelling costs nobody a processor."""

import time

print("started", flush=True)
while True:
    time.sleep(0.1)
