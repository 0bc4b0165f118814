"""Batch inference: the claim, two ways to break it, and what is known beforehand."""

import os

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.neuron import batch_inference
from pellucid.lab.neuron.batch_inference import Settings, answers, network, pictures


def test_the_claim_holds():
    holds("batch-inference", pictures=200, tries=1)


def test_the_claim_breaks_where_no_batch_is_larger_than_one():
    breaks("batch-inference", largest=1, pictures=50)


def test_the_claim_breaks_where_batches_are_taken_apart(monkeypatch):
    whole = batch_inference.answers
    monkeypatch.setattr(batch_inference, "answers", lambda model, x, size: whole(model, x, 1))
    breaks("batch-inference", pictures=100)


def test_shapes_and_order_are_those_of_the_pictures():
    settings = Settings(pictures=7)
    x = pictures(settings)
    assert x.shape == (7, 784)
    model = network(settings)
    assert answers(model, x, 3).shape == (7, 10)
    assert np.allclose(answers(model, x, 3)[6], answers(model, x[6:], 1)[0], atol=1e-6)


@pytest.mark.skipif("PELLUCID_TEST_DATA" not in os.environ, reason="no folder of real data")
def test_mnist_is_looked_at_where_a_folder_is_given():
    folder = f"{os.environ['PELLUCID_TEST_DATA']}/mnist"
    assert pictures(Settings(pictures=5, data_dir=folder)).shape == (5, 784)
