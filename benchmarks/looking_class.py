"""A class that looks at once: `python -m benchmarks.looking_class [--clients 30] [--section Mistakes] [--own]`.

Clients, each a visitor of their own, open a section of Evaluate within a second, of one shared run or, with --own, each
of a run of theirs, while a bystander has a page drawn twice a second. Prints when each was shown the section's first
figure and when the page stood.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.app_process import App, begun, running_app
from benchmarks.crowd import bystander, print_line
from benchmarks.live import cpu_s
from benchmarks.page_client import Session
from benchmarks.under_attack import cookie
from core.config.run_config import RunConfig

# A part of the names of the component that is a section's first figure.
FIRST: Final = {
    "Mistakes": "matrix_",
    "Classes": "class_table",
    "Confidence": "surest_",
    "How it breaks": "robustness",
}
WARM_S: Final = 15.0  # after the first visit: what is imported later has been by then
PATIENCE_S: Final = 600.0


@dataclass
class Looker:
    """A visitor who opens a section: when its first figure came, and when the page stood."""

    session: Session
    first: str
    sent: float = 0.0
    figure_s: float = 0.0
    page_s: float = 0.0

    async def look(self, app: App, at: float) -> None:
        """Open the section `at` seconds from now."""
        await asyncio.sleep(at)
        self.session.heard = self._hear  # type: ignore[method-assign]
        async with self.session.connected(app) as socket:
            self.sent = time.perf_counter()
            await self.session.draw(socket)
            self.page_s = time.perf_counter() - self.sent

    def _hear(self, data: bytes) -> None:
        if not self.figure_s and self.first.encode() in data:
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "delta":
                self.figure_s = time.perf_counter() - self.sent


async def trained(app: App, model: str, count: int) -> list[str]:
    """Return so many runs of a model, trained on a few images."""
    config = RunConfig(model=model, epochs=1, train_size=2000, validation_size=500)
    runs = [app.store.create(config, pace="full") for _ in range(count)]
    deadline = time.monotonic() + PATIENCE_S
    while not all(app.store.get(run_id).has_ended for run_id in runs):
        assert time.monotonic() < deadline, "the runs do not end"
        await asyncio.sleep(0.5)
    assert {app.store.get(run_id).status for run_id in runs} == {"finished"}
    return runs


async def look_at_once(app: App, options: argparse.Namespace) -> None:
    """Let the class look, and print what it saw."""
    for run_id in await begun(app, 1):
        app.store.order(run_id, command="stop")
    runs = await trained(app, options.model, options.clients if options.own else 1)
    await asyncio.sleep(WARM_S)
    for _ in range(options.times):
        lookers = []
        for place in range(options.clients):
            run_id = runs[place % len(runs)]
            query = urlencode({"run": run_id, "evaluate_section": options.section})
            headers = {"cookie": await asyncio.to_thread(cookie, app)}
            session = Session(run_id, query, headers, page="evaluate", patience_s=PATIENCE_S)
            lookers.append(Looker(session, FIRST[options.section]))
        watcher = asyncio.create_task(bystander(app, "softmax-mnist", every_s=0.5))
        await asyncio.sleep(2.0)
        used = cpu_s(app.process.pid)
        await asyncio.gather(
            *(looker.look(app, place / options.clients) for place, looker in enumerate(lookers))
        )
        used = cpu_s(app.process.pid) - used
        watcher.cancel()
        whose = "runs of their own" if options.own else "one run"
        print(f"{options.clients} open “{options.section}” of {whose} ({options.model})")
        print_line("first figure, s", [looker.figure_s for looker in lookers])
        print_line("page, s", [looker.page_s for looker in lookers])
        print_line("bystander's page, ms", await watcher)
        each_ms = 1000 * used / options.clients
        print(f"web process: {used:.1f} s of a core, {each_ms:.0f} ms each", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--section", choices=FIRST, default="Mistakes")
    parser.add_argument("--model", choices=("softmax", "mlp", "cnn"), default="softmax")
    parser.add_argument("--own", action="store_true", help="each looks at a run of their own")
    parser.add_argument("--times", type=int, default=2, help="the second time all is kept")
    options = parser.parse_args()
    with running_app() as app:
        asyncio.run(look_at_once(app, options))


if __name__ == "__main__":
    main()
