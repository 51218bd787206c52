"""`python -m core.jobs`: the runner. In a file of this name because workers, which import their parent's main
module again, leave out one that is called `__main__`.
"""

from core.jobs.forkserver import start_early
from core.jobs.parent_pipe import Parent

parent = Parent()
start_early()  # it takes longest: a run can start when it is there

from core.jobs.runner import main  # noqa: E402

main(parent)
