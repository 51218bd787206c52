"""How fast every way to train is, in one sitting: `python -m benchmarks.training [--quick]`.

Same images, batch size, epochs and learning rate; the cases take turns, so that a machine that slows down slows all
of them; medians; the test accuracy stands beside each time. A full run also writes docs/performance-training.md and
the plot beside it.
"""

import argparse
import statistics
import time
from pathlib import Path

from benchmarks.articles import Exercise, prepare
from benchmarks.cases import CORES, LINEAR, NETWORKS, Case
from benchmarks.report import Result, machine, plot, ratios, table
from benchmarks.through_worker import Workshop
from core.datasets import load
from core.datasets.data_dir import data_folder
from core.training.threads import held_to

DOCS = Path(__file__).resolve().parents[1] / "docs"


def measure(case: Case, exercise: Exercise) -> tuple[float, float]:
    """Return (seconds, test accuracy) of one go."""
    with held_to(case.threads or CORES):
        if case.prepare:
            case.prepare(exercise)
        started = time.perf_counter()
        accuracy = case.work(exercise)
        return time.perf_counter() - started, accuracy


def interleaved(cases: list[Case], exercise: Exercise, repetitions: int) -> list[Result]:
    """Return every case's times, the cases taking turns `repetitions` times."""
    times: dict[str, list[float]] = {case.key: [] for case in cases}
    accuracies: dict[str, list[float]] = {case.key: [] for case in cases}
    for repetition in range(repetitions):
        for case in cases:
            seconds, accuracy = measure(case, exercise)
            times[case.key].append(seconds / exercise.epochs)
            accuracies[case.key].append(accuracy)
        print(f"# round {repetition + 1} of {repetitions} done", flush=True)
    return [
        Result(c.key, c.title, tuple(times[c.key]), statistics.median(accuracies[c.key]), c.models)
        for c in cases
    ]


def main() -> None:
    """Measure and print; a full run writes the documents too."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and epochs, writes nothing")
    parser.add_argument("--repetitions", type=int, default=0)
    parser.add_argument("--no-browser", action="store_true", help="leave out the run that a browser watches")
    options = parser.parse_args()
    repetitions = options.repetitions or (3 if options.quick else 7)
    exercise = Exercise(load("mnist"), data_folder(None), epochs=2 if options.quick else 5)
    prepare(exercise)
    with Workshop(watched=not options.no_browser) as workshop:
        linear = interleaved([*LINEAR, *workshop.cases()], exercise, repetitions)
    single = Exercise(exercise.data, exercise.folder, epochs=1, learning_rate=0.05)
    networks = interleaved(list(NETWORKS), single, 1 if options.quick else 3)
    lines = [
        *(machine(), ""),
        *(f"Softmax regression, {exercise.epochs} epochs, batch size 100, learning rate 0.001, "
          f"median of {repetitions}:", "", table(linear, "a"), ""),
        *("Against the targets:", "", ratios({r.key: r for r in linear}), ""),
        *("Networks and Adam, one epoch, batch size 100, learning rate 0.05, with Adam 0.001:", ""),
        *(table(networks, ""), "", "Against the targets:", "", ratios({r.key: r for r in networks})),
    ]  # fmt: skip
    print("\n".join(lines))
    if not options.quick:
        (DOCS / "performance-training.md").write_text("# Training, measured\n\n" + "\n".join(lines) + "\n")
        plot(linear, DOCS / "images" / "performance-training.svg")


if __name__ == "__main__":
    main()
