"""The bundled studies give the figures that they gave before, or somebody said why not (`nspd golden update --reason ...`)."""

import pytest

from nspd_mobility.golden import STUDIES, differences, read, values_of


@pytest.mark.parametrize("study", list(STUDIES))
def test_the_study_gives_its_golden_values(study, tmp_path):
    expected = read()["studies"][study]
    assert differences(expected, values_of(study, tmp_path)) == []


def test_a_changed_value_is_named_with_old_and_new():
    assert differences({"a": 1.0, "b": 2.0}, {"a": 1.0 + 1e-6, "c": 3.0}) == ["a: is 1.000001, was 1", "b: is gone, was 2", "c: is new, 3"]


def test_rounding_of_another_machine_is_no_difference():
    assert differences({"a": 1.0}, {"a": 1.0 + 1e-12}) == []
