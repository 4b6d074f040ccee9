import os

from hypothesis import settings

from engine.craft.soundfonts import VARIABLE, bundled

# Before any test imports torch: several processes test at a time, and sums come out the same with one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Whatever is installed on the machine, tests listen to the font that is always there.
os.environ[VARIABLE] = str(bundled())

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
