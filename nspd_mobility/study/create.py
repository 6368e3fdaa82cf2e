"""Making a new study from another one."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import UsageError
from .definition import STUDY_FILE, load_study

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")


def init_study(name: str, other: str) -> Path:
    """Make the folder `name` here, with the study file of another study under the new name.

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
    text = re.sub(r"(?m)^study:.*$", f"study: {name}", text, count=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Made from the study {base.name}.\n{text}", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error}); choose another place") from None
    return path
