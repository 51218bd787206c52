"""`python -m core.jobs`: the runner. In a file of this name because workers, which import their parent's main
module again, leave out one that is called `__main__`.
"""

from core.jobs.runner import main

main()
