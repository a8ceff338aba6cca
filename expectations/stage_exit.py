"""What a training stage must show before the next may start."""

from expectations.checks import Between, Check, NotNull, TableSuite


def stage_exit_suite(num_steps: int, min_changed_share: float, max_last_mean_loss: float | None) -> TableSuite:
    """Return the contract of a stage's one row of facts (`tasks.training.result.stage_facts`).

    Args:
        num_steps: steps the stage was asked for.
        min_changed_share: share of the trainable tensors that must have moved.
        max_last_mean_loss: bound on the mean loss of the last fifth; None does not look.
    """
    checks: list[Check] = [
        _exactly("steps_were_done", "not every step was done", "num_steps", num_steps),
        _exactly("loss_stayed_finite", "a loss was not finite", "num_non_finite", 0),
        NotNull(name="loss_is_defined", message="the last losses have no mean", column="last_mean_loss"),
        Between(
            name="trainable_parts_moved",
            message="trainable tensors did not change",
            column="changed_share",
            low=max(min_changed_share, 1e-9),
        ),
        _exactly("frozen_parts_stayed", "frozen tensors changed", "num_frozen_changed", 0),
    ]
    if max_last_mean_loss is not None:
        checks.append(
            Between(
                name="loss_is_low_enough",
                message="the mean of the last losses is too high",
                column="last_mean_loss",
                high=max_last_mean_loss,
            )
        )
    return TableSuite(
        table="stage_exit",
        key="stage",
        columns={
            "stage": "text",
            "num_steps": "number",
            "num_non_finite": "number",
            "last_mean_loss": "number",
            "changed_share": "number",
            "num_frozen_changed": "number",
        },
        checks=tuple(checks),
    )


def _exactly(name: str, message: str, column: str, value: float) -> Between:
    return Between(name=name, message=message, column=column, low=value, high=value)
