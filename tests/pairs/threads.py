"""Several people press at once: each in a thread and a database connection of their own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from apps.core.errors import Refused


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What each action returned, or the sentence it was refused with. Any other exception fails the test."""
    start = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(number: int, action: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = action()
        except Refused as refusal:
            results[number] = refusal.message
        except Exception as error:  # noqa: BLE001 - told to the test instead of dying with the thread
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not [result for result in results if isinstance(result, Exception)], results
    return results


def of_kind(results: list[Any], kind: type) -> int:
    return sum(isinstance(result, kind) for result in results)
