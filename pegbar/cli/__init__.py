"""The command line: one small module per group of commands, imported lazily by what they run."""

import os
import sys
from types import TracebackType
from typing import Annotated

import typer

from pegbar.cli import data, demo, evaluate, films, gc, generate, init, registry, runs, schedule, services, shots
from pegbar.errors import PegbarError
from pegbar.services.endpoints import FIXED

app = typer.Typer(
    name="pegbar",
    help="From films to promoted models: curate, train, evaluate, promote and generate animation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for group in (init, demo, services, shots, runs, schedule, data, evaluate, registry, generate, gc):
    group.register(app)
app.add_typer(films.films_app, name="films")

EXIT_CODES = "Exit codes: 0 done, 1 error, 2 usage, 3 input, 4 gate refused, 5 storage, 6 service."


@app.callback(epilog=EXIT_CODES)
def root(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    """From films to promoted models: curate, train, evaluate, promote and generate animation."""
    if debug:
        sys.excepthook = sys.__excepthook__


def main() -> None:
    """Run the command line; errors of the tree become two lines and their exit code."""
    sys.excepthook = _explain
    os.environ.update(FIXED)  # Prefect reads its settings when it is imported
    typer.main.get_command(app)()


def _explain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, PegbarError):
        sys.stderr.write(f"error: {error}\n")
        sys.stderr.flush()
        sys.exit(error.exit_code)
    if isinstance(error, KeyboardInterrupt):
        sys.stderr.write("stopped; nothing finished is lost\n  next: pegbar resume\n")
        sys.exit(130)
    sys.stderr.write(f"unexpected {kind.__name__}: {error}\n  next: the same command with pegbar --debug shows where\n")
