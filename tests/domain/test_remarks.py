"""Every remark has its sentence, whose names its values fill in."""

from string import Formatter

import pytest

from domain.remarks import SENTENCES, Remark, Topic


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_has_a_sentence_of_its_values(topic: Topic) -> None:
    names = [name for _, name, _, _ in Formatter().parse(SENTENCES[topic]) if name]
    text = str(Remark(topic, {name: f"<{name}>" for name in names}))
    assert text.endswith(".")
    assert all(f"<{name}>" in text for name in names)
