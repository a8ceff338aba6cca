"""Agreement: what people say of a sample, against what the dataset kept, and against each other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pegbar.dataset import Dataset
from pegbar.records import Record
from tasks.studio.review.questions import OVERALL, QUESTIONS, Answer, ReviewKind
from tasks.studio.review.sample import ReviewItem, review_items
from tasks.studio.review.statistics import cohen_kappa, krippendorff_alpha, pairwise_agreement, wilson_interval
from tasks.studio.review.verdicts import ItemVerdict, Verdicts

Key = tuple[ReviewKind, str]
Said = dict[str, Answer]  # by reviewer


class Share(Record):
    """How many items people said yes to; `low` and `high` are its 95 % Wilson interval.

    An item counts once: as most people say who did not say unsure; an even split counts for neither.
    """

    num_yes: int
    num_no: int
    share: float | None
    low: float | None
    high: float | None


class QuestionReport(Record):
    """One question: the share of yes among items kept and left out, and how far people agree.

    Args:
        num_shared: items that two people or more answered with yes or no. agreement: the share of equal pairs.
        kappa: Cohen's, of exactly two people. alpha: Krippendorff's, of any number.
    """

    item_kind: ReviewKind
    question: str
    text: str
    kept: Share
    left_out: Share
    num_unsure: int
    num_shared: int
    agreement: float | None
    kappa: float | None
    alpha: float | None


class MachineReport(Record):
    """What people would keep, against what the dataset kept: counts of items, share of agreement, Cohen's kappa.

    `reference` covers characters without one too: a person who says that a picture could be cut would keep one.
    """

    item_kind: ReviewKind
    kept_yes: int
    kept_no: int
    left_out_yes: int
    left_out_no: int
    agreement: float | None
    kappa: float | None


class Objection(Record):
    """An item that somebody judges otherwise than the dataset does: question -> who; shots marked; comments."""

    item_kind: ReviewKind
    item_id: str
    stratum: str
    questions: dict[str, tuple[str, ...]]
    marked_shot_ids: tuple[str, ...]
    comments: dict[str, str]


class Agreement(Record):
    """The report on one dataset version and one or more people."""

    dataset_digest: str
    reviewers: tuple[str, ...]
    num_items: int
    questions: tuple[QuestionReport, ...]
    machine: tuple[MachineReport, ...]
    objections: tuple[Objection, ...]


def agreement_of(verdicts: Sequence[Verdicts], dataset: Dataset) -> Agreement:
    """Report on verdicts that were read against this dataset, one per reviewer."""
    items = {(item.item_kind, item.item_id): item for item in review_items(dataset)}
    given: dict[Key, dict[str, ItemVerdict]] = defaultdict(dict)
    for one in verdicts:
        for verdict in one.items:
            given[verdict.item_kind, verdict.item_id][one.reviewer] = verdict
    asked = [(kind, question) for kind, questions in QUESTIONS.items() for question in questions]
    said = {(kind, one.key): _said(given, kind, one.key) for kind, one in asked}
    return Agreement(
        dataset_digest=dataset.digest,
        reviewers=tuple(one.reviewer for one in verdicts),
        num_items=len(given),
        questions=tuple(
            _question(kind, one.key, one.text, said[kind, one.key], items) for kind, one in asked if said[kind, one.key]
        ),
        machine=tuple(_machine(kind, said, items) for kind in ("story", "reference")),
        objections=tuple(
            found for key in sorted(given) if (found := _objection(items[key], given[key])) is not None
        ),
    )  # fmt: skip


def majority(answers: Iterable[Answer]) -> Answer:
    """Return what most people say who did not say unsure; unsure where they are evenly split."""
    votes = [{"yes": 1, "no": -1, "unsure": 0}[answer] for answer in answers]
    return "yes" if sum(votes) > 0 else "no" if sum(votes) < 0 else "unsure"


def _said(given: Mapping[Key, Mapping[str, ItemVerdict]], kind: ReviewKind, question: str) -> dict[str, Said]:
    """Return who answered what, by item, to one question."""
    found = {
        item_id: {who: one.answers[question] for who, one in verdicts.items() if question in one.answers}
        for (its_kind, item_id), verdicts in given.items()
        if its_kind == kind
    }
    return {item_id: answers for item_id, answers in found.items() if answers}


def _question(
    kind: ReviewKind, question: str, text: str, said: Mapping[str, Said], items: Mapping[Key, ReviewItem]
) -> QuestionReport:
    clear = [[answer for answer in answers.values() if answer != "unsure"] for answers in said.values()]
    most = {item_id: majority(answers.values()) for item_id, answers in said.items()}
    return QuestionReport(
        item_kind=kind,
        question=question,
        text=text,
        kept=_share([most[item_id] for item_id in most if items[kind, item_id].is_kept]),
        left_out=_share([most[item_id] for item_id in most if not items[kind, item_id].is_kept]),
        num_unsure=sum(answer == "unsure" for answers in said.values() for answer in answers.values()),
        num_shared=sum(len(unit) > 1 for unit in clear),
        agreement=pairwise_agreement(clear),
        kappa=_kappa_of_two(said.values()),
        alpha=krippendorff_alpha(clear),
    )


def _share(answers: Sequence[Answer]) -> Share:
    num_yes, num_no = answers.count("yes"), answers.count("no")
    low, high = wilson_interval(num_yes, num_yes + num_no) or (None, None)
    share = num_yes / (num_yes + num_no) if num_yes + num_no else None
    return Share(num_yes=num_yes, num_no=num_no, share=share, low=low, high=high)


def _kappa_of_two(said: Iterable[Said]) -> float | None:
    answered = [answers for answers in said if answers]
    people = sorted({who for answers in answered for who in answers})
    if len(people) != 2:
        return None
    pairs = [(answers.get(people[0], "unsure"), answers.get(people[1], "unsure")) for answers in answered]
    return cohen_kappa([pair for pair in pairs if "unsure" not in pair])


def _machine(
    kind: ReviewKind, said: Mapping[tuple[ReviewKind, str], Mapping[str, Said]], items: Mapping[Key, ReviewItem]
) -> MachineReport:
    kinds: tuple[ReviewKind, ...] = ("reference", "character") if kind == "reference" else (kind,)
    pairs: list[tuple[str, str]] = [
        ("yes" if items[one, item_id].is_kept else "no", majority(answers.values()))
        for one in kinds
        for item_id, answers in said[one, OVERALL].items()
    ]
    clear = [pair for pair in pairs if pair[1] != "unsure"]
    counts = Counter(clear)
    return MachineReport(
        item_kind=kind,
        kept_yes=counts["yes", "yes"],
        kept_no=counts["yes", "no"],
        left_out_yes=counts["no", "yes"],
        left_out_no=counts["no", "no"],
        agreement=sum(a == b for a, b in clear) / len(clear) if clear else None,
        kappa=cohen_kappa(clear),
    )


def _objection(item: ReviewItem, given: Mapping[str, ItemVerdict]) -> Objection | None:
    asked = [question.key for question in QUESTIONS[item.item_kind]]
    against = {
        key: tuple(who for who, one in given.items() if _objects(item, key, one.answers.get(key))) for key in asked
    }
    marked = sorted({shot_id for one in given.values() for shot_id in one.marked_shot_ids})
    if not any(against.values()) and not marked:
        return None
    return Objection(
        item_kind=item.item_kind,
        item_id=item.item_id,
        stratum=item.stratum,
        questions={key: people for key, people in against.items() if people},
        marked_shot_ids=tuple(marked),
        comments={who: one.comment for who, one in given.items() if one.comment},
    )


def _objects(item: ReviewItem, question: str, answer: Answer | None) -> bool:
    """Tell whether an answer contradicts the dataset: what was left out need not be good."""
    if question == OVERALL:
        return answer == ("no" if item.is_kept else "yes")
    return answer == "no" and (item.is_kept or item.item_kind == "story")
