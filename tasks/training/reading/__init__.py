"""Reading a dataset to learn from it: samples by their number, in an order that goes on exactly where it stopped."""

from tasks.training.reading.loader import SampleLoader
from tasks.training.reading.order import SampleOrder
from tasks.training.reading.sampler import StatefulSampler
from tasks.training.reading.samples import Sample, Samples, ShotSamples, StorySamples

__all__ = ["Sample", "SampleLoader", "SampleOrder", "Samples", "ShotSamples", "StatefulSampler", "StorySamples"]
