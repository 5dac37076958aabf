"""Reading the report file of a test run."""

import pytest

from darner_server.check.project.junit_report import JunitReport, read_report

REPORT = """<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" tests="5">
<testcase classname="tests.test_a" name="test_ok" time="0.001" />
<testcase classname="tests.test_a" name="test_two[a&lt;b]" time="0.001"><system-out>said &lt;failure</system-out></testcase>
<testcase classname="tests.test_a" name="test_bad"><failure message="assert 1 == 2">trace</failure></testcase>
<testcase classname="tests.test_a" name="test_left"><skipped type="pytest.skip" message="later">why</skipped></testcase>
<testcase classname="" name="tests.test_b"><error message="collection failure">no module</error></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            REPORT,
            JunitReport(
                frozenset({"tests.test_a.test_ok", "tests.test_a.test_two[a<b]"}),
                frozenset({"tests.test_a.test_bad", "tests.test_b"}),
            ),
        ),
        ('<testcase name="a"/><testcase name="a"><error/></testcase>', JunitReport(frozenset(), frozenset({"a"}))),
        ('<testsuites tests="0"></testsuites>', None),
        ("", None),
        ('<testcase name="cut off"><fail', None),
    ],
)
def test_a_report(text: str, expected: JunitReport | None) -> None:
    assert read_report(text) == expected
