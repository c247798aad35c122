"""Digital ecology: the environment watched and steered with data, and digital industry itself made green."""

from __future__ import annotations

from jingwei.integrations.ecology.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="I5", name=Text(zh="数字生态文明", en="Digital ecology"), measures=MEASURES)
