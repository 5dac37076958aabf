from datetime import date

import pytest
from timesheet.entries import EntryError, parse_sheet
from timesheet.report import billable, by_day, by_project, longest_day, render

SHEET = """\
# a week in March
2026-03-02 garden 1:30 planted beans
2026-03-02 house 0:50
2026-03-03 garden 2.5h

2026-03-04 house 0:10 fixed the door
"""


def test_sums():
    entries = parse_sheet(SHEET)
    assert by_project(entries) == {"garden": 240, "house": 60}
    assert by_day(entries) == {date(2026, 3, 2): 140, date(2026, 3, 3): 150, date(2026, 3, 4): 10}
    assert longest_day(entries) == date(2026, 3, 3)
    assert billable(entries, 15) == {"garden": 240, "house": 75}


def test_no_entries():
    assert longest_day([]) is None
    assert render([]).endswith("0:00")


def test_render():
    assert render(parse_sheet(SHEET)).split("\n")[-1].split() == ["total", "5:00"]


@pytest.mark.parametrize("line", ["2026-03-02 garden", "2026-13-02 garden 1:00", "2026-03-02 garden soon"])
def test_bad_line(line):
    with pytest.raises(EntryError, match="line 2"):
        parse_sheet("# heading\n" + line)
