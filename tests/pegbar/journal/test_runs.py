"""Runs: beginning, taking over, ending, and who is really dead."""

import math
import os
import time
from collections.abc import Callable

import pytest
from servers.journal_workers import killed_while_holding, link, race
from servers.sql import tamper

from pegbar.errors import ConflictError, HostileNameError, InputError, IntegrityError, NotFoundError
from pegbar.journal import Journal


def begun(journal: Journal, run_id: str = "r1") -> str:
    journal.begin_run(run_id, "lifecycle", {"seed": 1, "stages": ["a"]}, "films", "studio")
    return run_id


def test_a_run_is_found_as_it_was_begun(journal: Journal) -> None:
    before = time.time()
    run = journal.find_run(begun(journal))
    assert run is not None
    assert (run.flow, run.recipe, run.workspace, run.owner) == (
        "lifecycle",
        {"seed": 1, "stages": ["a"]},
        "films",
        "studio",
    )
    assert (run.outcome, run.attempts, run.pid, run.finished_at, run.error, run.links) == (
        None,
        1,
        os.getpid(),
        None,
        "",
        {},
    )
    assert before - 1 < run.started_at == run.heartbeat_at < time.time() + 1


def test_an_attempt_whose_worker_died_does_not_outlive_the_run(journal: Journal) -> None:
    done = journal.begin_attempt("k", "s", begun(journal))
    journal.end_attempt(done, "completed", 1.0)
    journal.begin_attempt("k2", "s", "r1")
    journal.begin_attempt("k3", "s", "r2")
    journal.finish_run("r1", "completed")
    assert [attempt.outcome for attempt in journal.attempts()] == ["completed", "killed", None]


def test_what_is_not_there_is_none_or_an_error(journal: Journal) -> None:
    assert journal.find_run("nobody") is None
    calls: list[Callable[[], None]] = [
        lambda: journal.heartbeat("nobody"),
        lambda: journal.finish_run("nobody", "completed"),
        lambda: journal.link_run("nobody", mlflow="x"),
    ]
    for call in calls:
        with pytest.raises(NotFoundError, match="nobody"):
            call()


def test_taking_over_counts_and_keeps_the_links(journal: Journal) -> None:
    first = journal.find_run(begun(journal))
    journal.link_run("r1", prefect_flow_run_id="p")
    journal.begin_attempt("k", "s", "r1")
    again = journal.find_run(begun(journal))
    assert first is not None and again is not None
    assert (again.attempts, again.links, again.started_at) == (2, {"prefect_flow_run_id": "p"}, first.started_at)
    assert [attempt.outcome for attempt in journal.attempts("r1")] == ["killed"]


@pytest.mark.parametrize("outcome", ["completed", "failed", "killed"])
def test_an_ended_run_can_be_begun_again(journal: Journal, outcome: str) -> None:
    journal.finish_run(begun(journal), outcome, "because\0of this \udce9")  # type: ignore[arg-type]
    ended = journal.find_run("r1")
    assert ended is not None and ended.outcome == outcome and ended.finished_at is not None
    assert ended.error == "because\\0of this \\udce9"
    again = journal.find_run(begun(journal))
    assert again is not None and (again.outcome, again.finished_at, again.error, again.attempts) == (None, None, "", 2)


def test_only_a_run_that_is_over_is_forgotten(journal: Journal) -> None:
    journal.finish_run(begun(journal, "r1"), "completed")
    begun(journal, "r2")
    journal.forget_run("r1")
    journal.forget_run("r1")
    with pytest.raises(ConflictError, match="'r2' is not over"):
        journal.forget_run("r2")
    assert [run.run_id for run in journal.runs()] == ["r2"]


def test_links_of_racing_processes_are_all_kept(journal: Journal, url: str) -> None:
    race(link, 3, url, begun(journal))
    run = journal.find_run("r1")
    assert run is not None
    assert sorted(run.links) == sorted(f"link_{index}_{round_}" for index in range(3) for round_ in range(5))


def test_runs_are_listed_newest_first_and_unfinished_oldest_first(journal: Journal) -> None:
    for number in range(5):
        begun(journal, f"r{number}")
        time.sleep(0.002)
    journal.finish_run("r1", "completed")
    assert [run.run_id for run in journal.runs(limit=3)] == ["r4", "r3", "r2"]
    assert [run.run_id for run in journal.unfinished_runs()] == ["r0", "r2", "r3", "r4"]


def test_a_killed_process_is_reaped_and_a_living_one_is_not(journal: Journal, url: str) -> None:
    begun(journal, "alive")
    killed_while_holding(url, "dead", "gpu-0")
    reaped = journal.reap()
    assert [(run.run_id, run.outcome) for run in reaped] == [("dead", "killed")]
    assert "is gone" in reaped[0].error
    assert [(attempt.outcome, attempt.error) for attempt in journal.attempts("dead")] == [("killed", reaped[0].error)]
    assert [run.run_id for run in journal.unfinished_runs()] == ["alive"]
    assert journal.reap() == []


def test_a_process_that_its_parent_never_waited_for_is_dead(journal: Journal) -> None:
    child = os.fork()
    if child == 0:
        begun(journal)
        os._exit(1)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert [run.run_id for run in journal.reap()] == ["r1"]
    os.waitpid(child, 0)


def test_a_reused_pid_does_not_keep_a_run_alive(journal: Journal, url: str) -> None:
    begun(journal)
    tamper(url, "update pegbar_runs set process_started_at = process_started_at - 60")
    assert [run.run_id for run in journal.reap()] == ["r1"]


def test_a_silent_heartbeat_kills_on_other_hosts_only(journal: Journal, url: str) -> None:
    for run_id in ("here", "far and silent", "far and alive"):
        begun(journal, run_id)
    tamper(url, "update pegbar_runs set host = 'far away' where run_id like 'far%'")
    tamper(url, "update pegbar_runs set heartbeat_at = heartbeat_at - 1000 where run_id != 'far and alive'")
    reaped = journal.reap(remote_limit_seconds=300)
    assert [run.run_id for run in reaped] == ["far and silent"]
    assert "no heartbeat from far away" in reaped[0].error


def test_a_heartbeat_corrects_a_reaper_that_was_wrong(journal: Journal) -> None:
    before = journal.find_run(begun(journal))
    journal.finish_run("r1", "killed", "no heartbeat")
    journal.heartbeat("r1")
    after = journal.find_run("r1")
    assert before is not None and after is not None
    assert (after.outcome, after.error) == (None, "")
    assert after.heartbeat_at > before.heartbeat_at


def test_a_run_that_another_host_took_over_refuses_the_heartbeat(journal: Journal, url: str) -> None:
    begun(journal)
    tamper(url, "update pegbar_runs set host = 'far away'")
    with pytest.raises(ConflictError, match="far away") as caught:
        journal.heartbeat("r1")
    assert "pegbar resume r1" in caught.value.remedy


def test_a_finished_run_refuses_the_heartbeat(journal: Journal) -> None:
    journal.finish_run(begun(journal), "completed")
    with pytest.raises(ConflictError, match="completed"):
        journal.heartbeat("r1")


@pytest.mark.parametrize("name", ["", "a\0b", "line\nbreak", "\udce9", "x" * 501])
def test_names_that_cannot_be_stored_or_printed_are_refused(journal: Journal, name: str) -> None:
    for run_id, flow, workspace in ((name, "f", "w"), ("r", name, "w"), ("r", "f", name)):
        with pytest.raises(HostileNameError):
            journal.begin_run(run_id, flow, {}, workspace, "o")
    assert journal.runs() == []


@pytest.mark.parametrize("recipe", [{"rate": math.nan}, {"rate": math.inf}, {"thing": object()}])
def test_a_recipe_without_a_json_form_is_refused(journal: Journal, recipe: dict[str, object]) -> None:
    with pytest.raises(InputError, match="recipe"):
        journal.begin_run("r1", "f", recipe, "w", "o")


def test_quotes_and_sql_are_only_text(journal: Journal) -> None:
    name = 'Robert\'); drop table pegbar_runs; -- %s :x "é" 映画'
    journal.begin_run(name, name, {name: name}, name, name)
    run = journal.find_run(name)
    assert run is not None and (run.run_id, run.recipe) == (name, {name: name})


def test_a_row_that_something_else_wrote_is_named(journal: Journal, url: str) -> None:
    begun(journal)
    tamper(url, "update pegbar_runs set links = 'not json', outcome = 'vanished'")
    with pytest.raises(IntegrityError, match=r"'r1'.*(outcome|links)"):
        journal.find_run("r1")
