"""Results as a Markdown table, as ratios against the targets, and as a plot."""

import platform
import statistics
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from core.config.environment import from_environment

PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "streamlit")


@dataclass(frozen=True)
class Result:
    """A case's seconds per epoch, one for each repetition, and its median test accuracy (0 = none)."""

    key: str
    title: str
    seconds: tuple[float, ...]
    accuracy: float
    models: int = 1

    @property
    def median_ms(self) -> float:
        """Median milliseconds per epoch."""
        return 1000 * statistics.median(self.seconds)


def machine() -> str:
    """Return one line on the machine and the versions."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"Machine: {name}, {from_environment().core_count} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {versions}."
    )


def table(results: list[Result], base: str) -> str:
    """Return a Markdown table; `base` names the case that others are compared with."""
    bases = [r.median_ms for r in results if r.key == base]
    lines = [
        "| | ms an epoch | fastest to slowest | times as fast | test accuracy |",
        "|---|---:|---:|---:|---:|",
    ]
    for r in results:
        low, high = 1000 * min(r.seconds), 1000 * max(r.seconds)
        factor = f"{bases[0] / r.median_ms:.1f}" if bases else ""
        accuracy = f"{100 * r.accuracy:.1f}%" if r.accuracy else "–"
        title = f"({r.key}) {r.title}" if base else r.title
        lines.append(f"| {title} | {r.median_ms:.0f} | {low:.0f}–{high:.0f} | {factor} | {accuracy} |")
    return "\n".join(lines)


def ratios(by_key: dict[str, Result]) -> str:
    """Return each target with the ratio measured and whether it is met."""
    targets = [
        ("generic path against article 1's loop", "a", "e", 10.0, "≥"),
        ("fast path alone against article 1's loop", "a", "f", 33.0, "≥"),
        (
            "fast path through the worker, everything on, against the loop with evaluation",
            "a+",
            "g",
            28.0,
            "≥",
        ),
        ("fast path against generic path", "e", "f", 2.0, "≥"),
        ("16 models against one, one thread", "16", "f+", 7.0, "≤"),
        ("watched by a browser against unwatched", "h", "g0", 1.10, "≤"),
        ("told every 10 steps against every 0.1 s", "f10", "f+", 1.05, "≤"),
        ("MLP: written out against the plain loop", "mlp-plain", "mlp", 1.6, "≥"),
        ("MLP: written out against autograd", "mlp-autograd", "mlp", 1.6, "≥"),
        ("MLP with Adam: written out against autograd", "mlp-adam-autograd", "mlp-adam", 1.6, "≥"),
        ("softmax regression: Adam against SGD", "soft-adam", "soft-sgd", 1.4, "≤"),
    ]
    lines = ["| | target | measured | |", "|---|---:|---:|---|"]
    for what, upper, lower, target, sense in targets:
        if upper not in by_key or lower not in by_key:
            continue
        ratio = paired_ratio(by_key[upper], by_key[lower])
        met = ratio >= target if sense == "≥" else ratio <= target
        lines.append(f"| {what} | {sense} {target:g} | {ratio:.2f} | {'met' if met else '**missed**'} |")
    return "\n".join(lines)


def paired_ratio(upper: Result, lower: Result) -> float:
    """Return the median over the rounds of upper / lower: both were measured within the same round."""
    return statistics.median(a / b for a, b in zip(upper.seconds, lower.seconds, strict=True))


def plot(results: list[Result], path: Path) -> None:
    """Draw the medians as horizontal bars on a logarithmic axis, with every single time as a point."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    mpl.rcParams.update({"svg.hashsalt": "inkling", "font.size": 9})
    figure, axes = pyplot.subplots(figsize=(9, 0.36 * len(results) + 1), layout="constrained")
    figure.set_facecolor("#FBF9F4")
    axes.set_facecolor("#FBF9F4")
    ordered = sorted(results, key=lambda r: r.median_ms)
    for place, r in enumerate(ordered):
        ours = r.title.startswith(("Inkling", "the same", "8", "16"))
        axes.barh(place, r.median_ms, color="#0072B2" if ours else "#B9B2A3", height=0.62)
        axes.plot([1000 * s for s in r.seconds], [place] * len(r.seconds), ".", color="#1B2A41", ms=3)
        axes.text(r.median_ms * 1.12, place, f"{r.median_ms:.0f}", va="center", color="#1B2A41")
    axes.set_yticks(range(len(ordered)), [r.title for r in ordered])
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel(
        "milliseconds an epoch of 60,000 images (logarithmic; median as bar, every round as point)"
    )
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
