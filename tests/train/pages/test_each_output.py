"""Each output of a model with several, as if it had no other."""

from train.several_outputs import make_two

from pellucid.functional import cross_entropy
from pellucid.train.pages.each_output import of_outputs


def test_each_output_has_its_target_loss_and_measures() -> None:
    trainer = make_two()
    found = dict(of_outputs(trainer))
    assert list(found) == ["kind", "box"]
    kind = found["kind"]
    assert kind.loss is cross_entropy
    assert (kind.train.classes, kind.train.target_name) == (3, "")
    assert [metric.name for metric in kind.options.metrics] == ["accuracy"]
    trainer.model.inference()
    x = trainer.train.features[:4]
    assert kind.model(x).tolist() == trainer.model(x)["kind"].tolist()
    assert found["box"].train.labels.tolist() == trainer.train.target_arrays[1].tolist()


def test_a_model_of_one_output_stays_as_it_is(make: object) -> None:
    trainer = make()  # type: ignore[operator]
    assert dict(of_outputs(trainer)) == {"": trainer}
