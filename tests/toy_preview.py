"""The preview with a composer that needs no model: `python -m tests.toy_preview FOLDER`."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from preview import show
from tests.cogs.worlds import settings_for, toy_bot

if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(show(toy_bot, settings_for(Path(sys.argv[1])), port=0))
