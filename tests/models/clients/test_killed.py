"""Killed in the middle of 200 paid calls, a rerun pays for none twice."""

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

from servers.asking_process import RUN_ID, ask_all
from servers.language_server import Asked, LanguageServer

from pegbar.journal import Journal

NUM_QUESTIONS, NUM_CALLS, NUM_KILLS, NUM_THREADS = 160, 200, 6, 3


def every_fourth_at_the_second_try(asked: Asked) -> str:
    number = int(asked.texts[0].removeprefix("Shot "))
    return '{"caption": "It moves."}' if number % 4 or asked.turns else "No idea."


def test_a_run_killed_six_times_pays_for_no_answer_twice(server: LanguageServer, tmp_path: Path) -> None:
    server.answers = every_fourth_at_the_second_try
    moments = random.Random(4).sample(range(2, NUM_CALLS), NUM_KILLS)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pydantic_ai.models.openai", "pydantic_ai.retries", "sqlalchemy"])
    pids: list[int] = []

    def kill_at(chosen: set[int]) -> Callable[[int], None]:
        return lambda number: os.kill(pids[-1], signal.SIGKILL) if number in chosen else None

    server.on_request = kill_at(set(moments[:3]))  # while a call is under way
    server.on_answered = kill_at(set(moments[3:]))  # just after its answer was sent
    exits: list[int | None] = []
    while not exits or exits[-1] == -signal.SIGKILL:
        arguments = (tmp_path / "home", server.openai_url, NUM_QUESTIONS, NUM_THREADS)
        process = context.Process(target=ask_all, args=arguments)
        process.start()
        assert process.pid is not None
        pids.append(process.pid)
        process.join(60)
        exits.append(process.exitcode)

    assert exits == [-signal.SIGKILL] * NUM_KILLS + [0]
    assert server.num_paid == NUM_CALLS
    assert len(server.asked) <= NUM_CALLS + NUM_KILLS * NUM_THREADS

    journal = Journal.open(f"sqlite:///{tmp_path / 'home' / 'journal.db'}")
    calls = journal.calls(RUN_ID)
    assert NUM_CALLS + NUM_KILLS // 2 <= len(calls) <= NUM_CALLS + NUM_KILLS * NUM_THREADS
    assert {call.outcome for call in calls} == {None, "answered"}
