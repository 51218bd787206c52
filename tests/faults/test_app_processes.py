"""Processes of the running app killed under a visitor's eyes: the page says so, and one press goes on."""

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.faults.lab import SHORT, Lab, picture, says, told_steps, unharmed
from tests.faults.processes import family, forked, gone, limit_memory, processes, send_all, worker_of
from tests.polling import until
from tests.train_page import expect_status, run_id

pytestmark = pytest.mark.faults

TOLD_MEANWHILE = "() => getComputedStyle(document.querySelector('.stApp'), '::after').content"


@pytest.mark.long
def test_a_killed_worker_is_on_the_page_and_resume_finishes_the_run(lab, page, context):
    with unharmed(lab, page):
        run = lab.trained(page)
        other = context.new_page()
        waiting = lab.train(other, SHORT, "Full speed")
        expect_status(other, "queued")
        acknowledged = told_steps(lab.store, run)
        os.kill(worker_of(lab.runner, lab.store, run), signal.SIGKILL)
        expect_status(page, "interrupted")
        says(page, r"was killed \(SIGKILL\)", "Resume")
        expect(page.get_by_role("button", name="Resume")).to_be_enabled()
        picture(page, "worker-killed")
        assert told_steps(lab.store, run)[: len(acknowledged)] == acknowledged
        expect_status(other, "finished")
        assert lab.store.get(waiting).status == "finished", "the queue went on"
        lab.resume(page, run)
        other.close()


@pytest.mark.long
def test_a_model_that_does_not_fit_into_memory_fails_in_words_on_the_page_and_the_next_run_is_trained(
    lab, page
):
    with unharmed(lab, page):
        lab.train(page, SHORT, "Full speed")
        expect_status(page, "finished")
        until(lambda: len(forked(lab.runner)) == 2, "the ended run's worker to be gone")
        workers = forked(lab.runner)
        for pid in workers:
            limit_memory(pid, 300 * 2**20)
        try:
            large = SHORT + "&model=mlp&hidden_sizes=4096,4096,4096&optimizer=adam"
            lab.train(page, large, "Full speed", shows="failed")
            says(page, "did not fit into memory", "smaller model")
            picture(page, "out-of-memory")
        finally:
            for pid in set(workers) & set(processes()):
                limit_memory(pid, None)
        lab.train(page, SHORT, "Full speed")
        expect_status(page, "finished")


@pytest.mark.long
def test_a_killed_web_process_leaves_its_run_to_the_next_one(new_lab, page):
    lab: Lab = new_lab()
    with unharmed(lab, page):
        run = lab.trained(page)
        acknowledged = told_steps(lab.store, run)
        pids = family(lab.app.process.pid)
        os.kill(lab.app.process.pid, signal.SIGKILL)
        lab.app.process.wait()
        gone(pids)
        until(lambda: "Connection lost. Reconnecting…" in page.evaluate(TOLD_MEANWHILE), "the page to say so")
        picture(page, "web-killed")
        lab.start(lab.port)
        expect_status(page, "interrupted", 120_000)  # the open page finds the new process by itself
        page.goto(f"{lab.app.url}/?run={run}")
        expect_status(page, "interrupted", 120_000)
        assert run_id(page) == run
        assert told_steps(lab.store, run)[: len(acknowledged)] == acknowledged
        picture(page, "web-killed-found-again")
        expect(page.get_by_role("button", name="Resume")).to_be_enabled()
        lab.resume(page, run)


@pytest.mark.long
def test_sigterm_ends_everything_and_the_next_web_process_finds_the_run(new_lab, page):
    lab: Lab = new_lab()
    with unharmed(lab, page):
        second = lab.trained(page)
        pids = family(lab.app.process.pid)
        send_all(pids, signal.SIGTERM)
        gone(pids)
        lab.app.process.wait()
        row = lab.store.get(second)
        assert (row.status, row.checkpoint_step) == ("interrupted", row.step)
        assert not lab.store.leases.is_held(second)
        lab.store.rename(second, "the store is not locked")
        lab.start(lab.port)
        page.goto(f"{lab.app.url}/?run={second}")
        expect_status(page, "interrupted", 120_000)
        says(page, "Resume")
        picture(page, "sigterm-found-again")
