import pytest

from darner_server.engine.reply_stream import StageTimes


def test_the_stages_sum_to_the_whole_time() -> None:
    """The clock's readings in order: edits placed while a reply streams are `apply`, and not `decode` too."""
    readings = iter([3.0, 4.0, 10.0, 11.0, 11.5, 13.0, 14.0])
    times = StageTimes(lambda: next(readings), begun=1.0, connect=0.5)
    times.enter("first_token")  # 4.0
    times.enter("decode")  # 10.0
    before = times.enter("apply")  # 11.0
    times.enter(before)  # 11.5
    times.enter("apply")  # 13.0
    times.split_first_token(connect=0.25, queue=2.0)
    assert times.milliseconds() == {  # 14.0
        "context": 2500,
        "connect": 750,
        "queue": 2000,
        "first_token": 3750,
        "decode": 2500,
        "apply": 1500,
        "total": 13000,
    }


@pytest.mark.parametrize(("connect", "queue"), [(9.0, 0.0), (0.0, 9.0), (9.0, 9.0)])
def test_what_an_endpoint_reports_is_never_more_than_the_wait(connect: float, queue: float) -> None:
    readings = iter([0.0, 0.0, 1.0, 1.0])
    times = StageTimes(lambda: next(readings), begun=0.0, connect=0.0)
    times.enter("first_token")
    times.enter("decode")
    times.split_first_token(connect=connect, queue=queue)
    stages = times.milliseconds()
    assert stages["first_token"] == 0
    assert stages["connect"] + stages["queue"] == stages["total"] == 1000
