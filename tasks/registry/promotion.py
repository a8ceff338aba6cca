"""Moving the champion: the promotion log says who it is, aliases follow, and a kill in between heals."""

from pathlib import Path

from pegbar.errors import PromotionRefusedError
from pegbar.faults import fault_point
from pegbar.journal import LogRow, PromotionEntry
from pegbar.records import Record
from tasks.registry.gate import PromoteConfig, Verdict, judge
from tasks.registry.line import append, champions, taints
from tasks.registry.records import CHAMPION, PREVIOUS, RegisteredVersion
from tasks.registry.tracking import mlflow_errors
from tasks.registry.versions import Versions


class Promotion(Record):
    """What a promotion or rollback came to. `changed` is False where the version was champion already."""

    model: str
    champion: str
    previous: str | None
    changed: bool
    verdict: Verdict | None = None


class Promotions(Versions):
    """The registry's part that decides who is champion."""

    def history(self, model: str) -> list[LogRow]:
        """Return every decision on the model, oldest first, the chain checked.

        Raises:
            IntegrityError: the log was tampered with.
        """
        self.journal.verify_log(model)
        return self.journal.promotion_log(model)

    def head(self, model: str) -> str | None:
        """Return the digest of the log's last row: what a decision is based on."""
        log = self.history(model)
        return log[-1].digest if log else None

    def promote(
        self,
        model: str,
        version: str,
        config: PromoteConfig,
        out: Path,
        *,
        actor: str,
        reason: str,
        expected_head: str | None = None,
    ) -> Promotion:
        """Make a version champion if the gate passes it; keep the champion before as `previous`.

        Args:
            out: a folder for the gate's report.
            expected_head: the head of the log the decision was taken on; now's unless given.

        Raises:
            PromotionRefusedError: the gate said no; the refusal is in the log and no alias moved.
            ConflictError: somebody else decided meanwhile.
            NotFoundError: there is no such version.
        """
        candidate = self.version(model, version)
        log = self.history(model)
        self.reconcile_aliases(model)
        line = champions(log)
        if line and line[-1] == version:
            return self._outcome(model, changed=False)
        expected_head = expected_head or (log[-1].digest if log else None)
        champion = self.find_version(model, line[-1]) if line else None
        verdict = judge(self, candidate, champion, config, out)
        entry = PromotionEntry(
            model=model,
            action="promoted" if verdict.passed else "refused",
            from_version=line[-1] if line else None,
            to_version=version,
            actor=actor,
            reason="; ".join([reason, *verdict.reasons]),
            evidence_sha256=verdict.digest,
        )
        self._keep_evidence(candidate, verdict)
        append(self.journal, entry, expected_head)
        if not verdict.passed:
            raise _refused(candidate, verdict, out)
        fault_point("promote:after_log")
        self.reconcile_aliases(model)
        return self._outcome(model, changed=True).model_copy(update={"verdict": verdict})

    def rollback(self, model: str, *, actor: str, reason: str) -> Promotion:
        """Give the champion's place back to the one before.

        Raises:
            PromotionRefusedError: there is none, or it is tainted. NotFoundError: it was deleted.
            ConflictError: somebody else decided meanwhile.
        """
        log = self.history(model)
        line = champions(log)
        if len(line) < 2:
            raise PromotionRefusedError(
                f"{model} has no champion before {line[-1] if line else 'the first'}: nothing to roll back to",
                remedy=f"pegbar history {model}",
                subject=model,
            )
        self.version(model, line[-2])
        if line[-2] in taints(log):
            raise PromotionRefusedError(
                f"{model}/{line[-2]}, the champion before, may not be champion again: {taints(log)[line[-2]]}",
                remedy="train without what was taken down, then: pegbar promote NAME",
                subject=f"{model}/{line[-2]}",
            )
        entry = PromotionEntry(
            model=model,
            action="rolled_back",
            from_version=line[-1],
            to_version=line[-2],
            actor=actor,
            reason=reason,
        )
        append(self.journal, entry, log[-1].digest)
        fault_point("rollback:after_log")
        self.reconcile_aliases(model)
        return self._outcome(model, changed=True)

    def reconcile_aliases(self, model: str) -> None:
        """Make `champion` and `previous` what the log says, whoever moved them and wherever a process died."""
        if self._wanted(model) == self._found(model):
            return
        with self.leased(model):
            wanted = self._wanted(model)
            self.set_alias(model, CHAMPION, wanted[CHAMPION])
            fault_point("promote:between_aliases")
            self.set_alias(model, PREVIOUS, wanted[PREVIOUS])

    def _wanted(self, model: str) -> dict[str, str | None]:
        """Return the aliases by the log; one whose version somebody deleted points at nothing, not at another."""
        first, second = (None, None, *champions(self.history(model)))[-1:-3:-1]
        return {CHAMPION: self._alive(model, first), PREVIOUS: self._alive(model, second)}

    def _found(self, model: str) -> dict[str, str | None]:
        present = self.aliases(model)
        return {alias: present.get(alias) for alias in (CHAMPION, PREVIOUS)}

    def _alive(self, model: str, version: str | None) -> str | None:
        return version if version is not None and self.find_version(model, version) is not None else None

    def _keep_evidence(self, candidate: RegisteredVersion, verdict: Verdict) -> None:
        """Store what was decided on beside the candidate, under its digest."""
        with mlflow_errors(candidate.mlflow_run_id):
            self.client.log_text(
                candidate.mlflow_run_id, verdict.to_json().decode(), f"promotion/{verdict.digest}.json"
            )

    def _outcome(self, model: str, *, changed: bool) -> Promotion:
        line = champions(self.history(model))
        return Promotion(model=model, champion=line[-1], previous=line[-2] if len(line) > 1 else None, changed=changed)


def _refused(candidate: RegisteredVersion, verdict: Verdict, out: Path) -> PromotionRefusedError:
    return PromotionRefusedError(
        f"{candidate.model}/{candidate.version} may not become champion: {'; '.join(verdict.reasons)}",
        remedy=f"see {out}, train or evaluate again, then: pegbar promote {candidate.model}",
        subject=f"{candidate.model}/{candidate.version}",
    )
