"""Genesys Cloud aggregates: milliseconds, absent is zero, outbound mixed in."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.errors import InputError
from wfm.telephony import ImportOptions
from wfm.telephony.genesys import read_genesys

HALF_HOURS = ImportOptions("UTC", 1800)


def _metric(name: str, **stats: float) -> dict:
    return {"metric": name, "stats": stats}


def _answer(*groups: tuple[str, dict[str, list[dict]]], media: str = "voice") -> dict:
    """Answer of groups: queue id and metrics by half hour."""
    return {
        "results": [
            {
                "group": {"mediaType": media, "queueId": queue},
                "data": [
                    {"interval": f"2024-01-02T{at}:00.000Z/PT30M", "metrics": metrics}
                    for at, metrics in data.items()
                ],
            }
            for queue, data in groups
        ]
    }


def _spans(answer: dict) -> dict:
    """Write the intervals as Genesys does, from moment to moment."""
    for result in answer["results"]:
        for each in result["data"]:
            hour, minute = int(each["interval"][11:13]), int(each["interval"][14:16])
            end = hour * 60 + minute + 30
            each["interval"] = (
                f"2024-01-02T{hour:02}:{minute:02}:00.000Z/"
                f"2024-01-02T{end // 60:02}:{end % 60:02}:00.000Z"
            )
    return answer


@pytest.fixture
def read(tmp_path):
    """Reading of answers, oldest first."""

    def run(*answers, **options):
        paths = []
        for k, answer in enumerate(answers):
            path = tmp_path / f"{k}.json"
            path.write_text(json.dumps(_spans(answer) if isinstance(answer, dict) else answer))
            paths.append(path)
        return read_genesys(paths, HALF_HOURS, **options)

    return run


@pytest.fixture
def sample(shared, tmp_path):
    """The published answer, its week said to be a half hour (the figures are what matters)."""
    path = shared / "data/telephony/field/genesys_conversation_aggregates.json"
    answer = json.loads(path.read_text())
    for result in answer["results"]:
        for each in result["data"]:
            each["interval"] = "2025-01-25T21:00:00.000Z/2025-01-25T21:30:00.000Z"
    copy = tmp_path / "answer.json"
    copy.write_text(json.dumps(answer))
    return copy


def test_the_published_answer(sample):
    """Three queues whose outcomes add up; the outbound group is none."""
    result = read_genesys([sample], HALF_HOURS)
    rows = result.frame.set_index(result.frame["queue"].str[-1])
    assert rows["offered"].to_dict() == {"2": 877, "3": 47, "4": 513}
    parts = rows[["answered", "abandoned", "withdrawn"]].sum(axis=1)
    assert (parts == rows["offered"]).all()
    assert rows["answered_in_threshold"].to_dict() == {"2": 414, "3": 0, "4": 259}
    assert rows["wait_abandoned_s"]["2"] == pytest.approx(5750.77)
    # queue 4 has no outbound call: the parts are the whole of tHandle
    assert rows["talk_s"]["4"] == pytest.approx(67896.468)
    mixed = 118231.081 + 1.584 + 13049.044
    assert rows["talk_s"]["2"] == pytest.approx(mixed / 817 * 787)
    assert sorted(result.issues["kind"]) == ["outbound-in-handle-time", "outbound-only"]


def test_a_week_is_no_half_hour(shared):
    """The answer as published, one interval of a week, is refused."""
    path = shared / "data/telephony/field/genesys_conversation_aggregates.json"
    with pytest.raises(InputError, match="intervals of 10080 min cannot make intervals of 30 min"):
        read_genesys([path], HALF_HOURS)


def test_absent_is_zero(read):
    """Metrics and intervals that the answer leaves out are no contacts."""
    metrics = [_metric("nOffered", count=3), _metric("tAnswered", count=3, sum=6000)]
    answer = _answer(("q", {"07:00": metrics, "08:00": metrics}))
    rows = read(answer).frame
    assert rows["offered"].tolist() == [3, 0, 3]
    assert rows["abandoned"].tolist() == [0, 0, 0]
    assert rows["wait_answered_s"].tolist() == [6.0, 0.0, 6.0]


def test_a_later_query_replaces(read):
    """Long calls arrive late, so the last days are asked for again."""
    first = _answer(("q", {"07:00": [_metric("nOffered", count=3)]}))
    again = _answer(("q", {"07:00": [_metric("nOffered", count=5)]}))
    assert read(first, again).frame["offered"].tolist() == [5]


def test_names_and_media(read):
    """Queues by name; callbacks are a media type of their own."""
    answer = _answer(("q1", {"07:00": [_metric("nOffered", count=3)]}), media="callback")
    with pytest.raises(InputError, match="no offered contacts in the answer"):
        read(answer)
    rows = read(answer, media="callback", queue_names={"q1": "Sales"}).frame
    assert rows["queue"].tolist() == ["Sales"]


@pytest.mark.parametrize(
    "answer", [[], "x", {"results": 5}, {"results": [5]}, {"results": [{"group": {}, "data": []}]}]
)
def test_no_answer(tmp_path, answer):
    """Anything else is refused with the file's name."""
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer))
    with pytest.raises(InputError, match=r"answer\.json: (is no aggregates answer|result 1)"):
        read_genesys([path], HALF_HOURS)


def test_broken_json(tmp_path):
    """A half answer is refused with the line where it ends."""
    path = tmp_path / "answer.json"
    path.write_text('{"results": [\n{"group"')
    with pytest.raises(InputError, match=r"answer\.json:2: is no JSON"):
        read_genesys([path], HALF_HOURS)


@settings(max_examples=50, deadline=None)
@given(
    where=st.sampled_from(["group", "data", "interval", "metrics", "stats", "count"]),
    junk=st.sampled_from([None, 5, -1, 1e300, float("nan"), "x", "a/b", [], {}, [1], True]),
)
def test_no_answer_breaks_the_reader(tmp_path_factory, where, junk):
    """Any part may be anything."""
    answer = _spans(_answer(("q", {"07:00": [_metric("nOffered", count=3)]})))
    result = answer["results"][0]
    each = result["data"][0]
    places = {
        "group": result,
        "data": result,
        "interval": each,
        "metrics": each,
        "stats": each["metrics"][0],
        "count": each["metrics"][0]["stats"],
    }
    places[where][where] = junk
    path = tmp_path_factory.mktemp("fuzz") / "answer.json"
    path.write_text(json.dumps(answer))
    try:
        made = len(read_genesys([path], HALF_HOURS).frame)
    except InputError as error:
        made = len(error.problems)
    assert made >= 1
