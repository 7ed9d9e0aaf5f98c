"""Handle times of a file that gives their mean."""

from __future__ import annotations


def test_handle_time_from_its_mean(bring_in):
    """Talk time is aht × answered, zero where nobody was answered, unknown where the mean is."""
    result = bring_in(
        "queue,start,offered,answered,aht_s\n"
        "q,2024-01-02T07:00,5,4,100.5\n"
        "q,2024-01-02T07:15,2,0,\n"
        "q,2024-01-02T07:30,3,2,\n"
        "q,2024-01-02T07:45,3,2,60\n"
    )
    assert result.frame["talk_s"].fillna(-1).tolist() == [402.0, -1.0]


def test_handle_time_without_answered_goes_by_who_stayed(bring_in):
    """Who was offered and did not abandon counts as answered; the assumption is told."""
    result = bring_in("queue,start,offered,aht_s\nq,2024-01-02T07:00,5,100\n")
    assert result.frame[["answered", "talk_s"]].values.tolist() == [[5.0, 500.0]]
    assert result.issues["kind"].tolist() == ["answered-assumed"]
    given_up = bring_in("queue,start,offered,abandoned,aht_s\nq,2024-01-02T07:00,5,2,100\n")
    assert given_up.frame[["answered", "talk_s"]].values.tolist() == [[3.0, 300.0]]
    assert "offered - abandoned" in given_up.issues["action"].iloc[0]
