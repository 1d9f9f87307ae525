from typing import Any

import pytest

from tests.courses.desk import Desk


@pytest.fixture
def desk(db: None, as_user: Any) -> Desk:
    return Desk(as_user)
