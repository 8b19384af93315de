"""The states of a job under any order of acts: late, twice, out of order."""

import math

from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.job import ENDED, FAILED, TRANSITIONS, Act, JobState, after, further

A_PERSONS = {Act.RETRY, Act.START_BY_HAND}
acts = st.lists(st.sampled_from(Act), max_size=40)


def played(order, state=JobState.QUEUED):
    """Every state that the acts lead through."""
    for act in order:
        state = after(state, act) or state
        yield state


def test_the_states_are_those_of_the_workflow_execution_service():
    names = "QUEUED INITIALIZING RUNNING COMPLETE EXECUTOR_ERROR SYSTEM_ERROR CANCELING CANCELED"
    assert [state.value for state in JobState] == names.split()


def test_every_act_meets_some_state_and_every_state_can_be_reached():
    assert set(TRANSITIONS) == set(Act)
    assert all(TRANSITIONS.values())
    assert {end for ends in TRANSITIONS.values() for end in ends.values()} == set(JobState)


@given(st.lists(st.sampled_from([act for act in Act if act not in A_PERSONS]), max_size=40))
def test_without_a_person_an_ended_job_stays_as_it_ended(order):
    states = list(played(order))
    ends = [state for state in states if state in ENDED]
    assert len(set(ends)) <= 1
    assert not ends or states[-1] is ends[0]


@given(acts)
def test_a_complete_job_never_loses_its_result(order):
    assert set(played(order, JobState.COMPLETE)) <= {JobState.COMPLETE}


@given(acts)
def test_a_job_that_is_being_canceled_never_completes_in_that_attempt(order):
    for state in played([act for act in order if act not in A_PERSONS], JobState.CANCELING):
        assert state in {JobState.CANCELING, JobState.CANCELED}


@given(acts, st.sampled_from(Act))
def test_the_same_act_twice_is_the_same_as_once_unless_it_leads_on(order, act):
    [*_, state] = [JobState.QUEUED, *played(order)]
    once = after(state, act) or state
    assert (after(once, act) or once) == once


@given(acts)
def test_a_job_waits_runs_or_ends_but_is_never_stuck(order):
    [*_, state] = [JobState.QUEUED, *played(order)]
    if state in ENDED:
        return
    ways_out = {end for act in Act if (end := after(state, act))}
    assert ways_out & (ENDED | {JobState.INITIALIZING, JobState.RUNNING})


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1))
def test_progress_never_goes_back_and_stays_between_0_and_1(told):
    seen = [0.0]
    for each in told:
        seen.append(further(seen[-1], each))
    assert seen == sorted(seen)
    assert all(0 <= each <= 1 and not math.isnan(each) for each in seen)


def test_failed_means_ended_without_a_result():
    assert ENDED - {JobState.COMPLETE} == FAILED
