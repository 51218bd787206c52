"""The program's second half: the optimizer, the learning rate and the training loop."""

from dataclasses import dataclass

from core.config.run_config import RunConfig
from core.export.run_record import RunRecord


@dataclass(frozen=True)
class Section:
    """One step of the program: a title, a sentence on why, and its code."""

    title: str
    says: str
    code: str


@dataclass(frozen=True)
class Plan:
    """The run's counts: updates it made, in all and per epoch, and evaluations beside the regular ones."""

    steps: int
    steps_per_epoch: int
    extra_evaluations: tuple[int, ...]
    is_whole: bool  # it has, or will have, a final figure on the test set

    @property
    def every(self) -> int:
        """Updates in an epoch."""
        return self.steps_per_epoch


def plan_of(record: RunRecord) -> Plan:
    """Return how many updates the program makes and when it looks at unseen images."""
    row, config = record.row, record.row.config
    count = config.train_size or record.spec.train_size - config.validation_size
    per_epoch = -(-count // config.batch_size)
    total = per_epoch * config.epochs
    steps = {"stopped": row.step, "diverged": row.step - 1}.get(row.state, total)
    regular = config.eval_every or per_epoch
    told = {event.step for event in record.evaluations if event.split == row.evaluation_split}
    extra = tuple(sorted(step for step in told if step % regular and step != steps))
    return Plan(steps, per_epoch, extra, is_whole=row.state != "diverged")


_OPTIMIZERS = {
    "sgd": "SGD",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamw": "AdamW",
    "adamax": "Adamax",
    "rmsprop": "RMSprop",
}


def optimizer_section(record: RunRecord, plan: Plan) -> Section:
    """Return the optimizer, and the learning rate by step where it is not always the same."""
    config = record.row.config
    options = [f"lr={config.learning_rate!r}"]
    if config.optimizer in ("sgd", "rmsprop") and config.momentum:
        options.append(f"momentum={config.momentum!r}")
    if config.nesterov and config.optimizer == "sgd":
        options.append("nesterov=True")
    if config.l2 or config.optimizer == "adamw":
        options.append(f"weight_decay={config.l2!r}")
    code = (
        f"optimizer = torch.optim.{_OPTIMIZERS[config.optimizer]}(model.parameters(), {', '.join(options)})"
    )
    if _moves(record):
        code += "\n\n\n" + _learning_rate(record, plan)
    return Section("Instantiate the optimizer", "It turns each gradient into a step.", code)


def _moves(record: RunRecord) -> bool:
    """Return whether the learning rate is not the same at every step."""
    return bool(record.learning_rate_changes) or record.row.config.schedule != "constant"


def _learning_rate(record: RunRecord, plan: Plan) -> str:
    config = record.row.config
    lines = ["def learning_rate(step):"]
    lines += ['    """Return the learning rate of the update that follows `step` updates."""']
    lines += [f"    base = {config.learning_rate!r}"]
    for step, rate in record.learning_rate_changes:
        lines += [f"    if step >= {step}:", f"        base = {rate!r}"]
    if config.schedule == "step":
        lines += [
            f"    return base * {config.step_factor!r} ** (step // {plan.every} // {config.step_epochs})"
        ]
    elif config.schedule == "cosine":
        total = plan.every * config.epochs
        lines += [f"    return base * (0.5 * (1 + math.cos(math.pi * step / {total})))"]
    else:
        lines += ["    return base"]
    return "\n".join(lines)


def training_section(record: RunRecord, plan: Plan) -> Section:
    """Return the loop and its log."""
    config = record.row.config
    held = bool(config.validation_size)
    judged = (
        "train_images[validation_index], train_labels[validation_index]"
        if held
        else "test_images, test_labels"
    )
    stop = f", then stopped after {plan.steps:,}" if record.row.state == "stopped" else ""
    home = "" if config.device == "cpu" else ".cpu()"
    lines = [
        f"STEPS = {plan.steps}  # {config.epochs} epochs of {plan.every} batches{stop}",
        f"judged_images, judged_labels = {judged}",
        "",
        "",
        "@torch.no_grad()",
        "def evaluate(images, labels):",
        '    """Return (mean loss, accuracy in per cent) on whole images, 500 at a time."""',
        f"    logits = torch.cat([model(prepare(part)){home} for part in images.split(500)])",
        "    loss = criterion(logits, labels).item()",
        "    return loss, 100 * (logits.argmax(1) == labels).double().mean().item()",
        "",
        "",
        "loss, accuracy = evaluate(judged_images, judged_labels)",
        'print(f"Iteration: 0. Loss: {loss:.4f}. Accuracy: {accuracy:.2f}")',
        "",
        f"for step, batch in enumerate(batches(epochs={config.epochs}), start=1):",
        *(["    if step > STEPS:", "        break"] if plan.steps < plan.every * config.epochs else []),
        *_update(record),
        "",
        f"    if {_is_due(config, plan)}:",
        "        _, accuracy = evaluate(judged_images, judged_labels)",
        '        print(f"Iteration: {step}. Loss: {loss.item():.4f}. Accuracy: {accuracy:.2f}")',
    ]
    if plan.is_whole:
        lines += [""]
        if held:
            lines += ["_, accuracy = evaluate(test_images, test_labels)"]
            lines += ['print(f"Iteration: {STEPS}. Loss: {loss.item():.4f}. Accuracy: {accuracy:.2f}")']
        lines += ['print(f"Final Accuracy: {accuracy:.2f}")']
    return Section(
        "Train the model",
        "A batch, its loss, the gradient, a step; from time to time a look at images it has not seen.",
        "\n".join(lines),
    )


def _update(record: RunRecord) -> list[str]:
    config = record.row.config
    labels = "train_labels[batch]" if config.device == "cpu" else "train_labels[batch].to(DEVICE)"
    lines = [f"    images, labels = prepare(train_images[batch]), {labels}"]
    if config.augmentation != "none":
        lines += ["    images = augment(images, variation)"]
    if _moves(record):
        lines += ["    for group in optimizer.param_groups:", '        group["lr"] = learning_rate(step - 1)']
    lines += [
        "    loss = criterion(model(images), labels)",
        "    optimizer.zero_grad()",
        "    loss.backward()",
    ]
    if config.l1:
        lines += ["    for parameter in model.parameters():  # the gradient of l1 * sum |w|"]
        lines += [f"        parameter.grad.add_(parameter.detach().sign(), alpha={config.l1!r})"]
    return [*lines, "    optimizer.step()"]


def _is_due(config: RunConfig, plan: Plan) -> str:
    regular = f"step % {config.eval_every or plan.every} == 0 or step == STEPS"
    if not plan.extra_evaluations:
        return regular
    return f"{regular} or step in {{{', '.join(map(str, plan.extra_evaluations))}}}"
