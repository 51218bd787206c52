"""The words that the two articles print while they train, from a run's own numbers."""


def iteration_line(step: int, loss: float, accuracy: float) -> str:
    """Return article 1's line: `Iteration: 200. Loss: 2.1034. Accuracy: 36.50`, accuracy in per cent."""
    return f"Iteration: {step}. Loss: {loss:.4f}. Accuracy: {100 * accuracy:.2f}"  # not said: the article's words


def final_line(accuracy: float) -> str:
    """Return article 1's last line, accuracy in per cent."""
    return f"Final Accuracy: {100 * accuracy:.2f}"  # not said: the article's words
