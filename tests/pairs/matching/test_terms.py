"""What is kept of a run comes back from JSON as it was."""

import json

from hypothesis import given

from apps.pairs.matching import Candidate, Result, Settings, solve
from tests.pairs.matching.people import crowds, few_examples, runs


@few_examples
@given(crowds(), runs())
def test_candidates_settings_and_result_survive_json(candidates, settings):
    def there_and_back(kind, value):
        return kind.from_json(json.loads(json.dumps(value.to_json())))

    assert [there_and_back(Candidate, candidate) for candidate in candidates] == candidates
    assert there_and_back(Settings, settings) == settings
    result = solve(candidates, settings)
    assert there_and_back(Result, result) == result
