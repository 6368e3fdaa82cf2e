"""Making a new study from another one."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import UsageError
from .definition import STUDY_FILE, load_study

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")


_TITLE = re.compile(r"(?m)^title:.*\n(?:[ \t]+\S.*\n)*")
_PATHS = re.compile(r"(?m)^((?:extends|network|demand): *)([\w.-]*/[\w./-]*)")


def _from(folder: Path, base: Path, path: str) -> str:
    """Return a path that was written as seen from the folder `base`, as seen from `folder`."""
    if Path(path).is_absolute() or not (base / path).exists():
        return path
    seen = Path(os.path.relpath(base / path, folder)).as_posix()
    return seen if "/" in seen else f"./{seen}"


def init_study(name: str, other: str) -> Path:
    """Make the folder `name` here, with the study file of another study under the new name, which is also its title.

    Returns
    -------
    Path
        The new study file.

    Raises
    ------
    UsageError
        If the name is not usable, or the folder holds a study already.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' can't be the name of a study; use small letters, digits and hyphens")
    base = load_study(other)
    folder = Path(name)
    path = folder / STUDY_FILE
    if path.exists():
        raise UsageError(f"{path} is there already; choose another name or edit it")
    text = (base.folder / STUDY_FILE).read_text(encoding="utf-8")
    text = _TITLE.sub("", text, count=1)  # two studies of one title can't be told apart in their reports
    text = re.sub(r"(?m)^study:.*$", f'study: "{name}"\ntitle: "{name}"', text, count=1)
    text = _PATHS.sub(lambda found: found.group(1) + _from(folder, base.folder, found.group(2)), text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Made from the study {base.name}.\n{text}", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error}); choose another place") from None
    return path
