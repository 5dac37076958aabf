import pytest
from timesheet.durations import DurationError, format_duration, parse_duration, round_up


@pytest.mark.parametrize(
    ("text", "minutes"), [("1:30", 90), ("0:05", 5), ("10:00", 600), ("1.5h", 90), ("0.25 h", 15), (" 2:00 ", 120)]
)
def test_parse(text, minutes):
    assert parse_duration(text) == minutes


@pytest.mark.parametrize(("text", "minutes"), [("90m", 90), ("5m", 5), ("120m", 120)])
def test_parse_minutes(text, minutes):
    """Fails until darner has been asked."""
    assert parse_duration(text) == minutes


@pytest.mark.parametrize("text", ["", "soon", "1:75", "m", "-1:00"])
def test_no_duration(text):
    with pytest.raises(DurationError):
        parse_duration(text)


@pytest.mark.parametrize(("minutes", "text"), [(90, "1:30"), (5, "0:05"), (600, "10:00")])
def test_format(minutes, text):
    assert format_duration(minutes) == text


def test_round_up():
    assert [round_up(minutes, 15) for minutes in (0, 1, 15, 16)] == [0, 15, 15, 30]
