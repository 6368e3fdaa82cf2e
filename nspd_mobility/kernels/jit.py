"""One decorator for every compiled function, with a cache that can't be stale.

Numba's own ``cache=True`` looks at the file of the function alone: when a function that it calls changes in another file,
the old machine code is served. Here the cache directory is named by a hash of the kernel's *import closure* (its file and
every file of this package that it imports, directly or not) and of the Numba version, so a change anywhere below gives a
new directory. A file lock per kernel lets parallel processes compile it once.

With ``NUMBA_DISABLE_JIT=1`` the same source runs as plain Python: that is the reference implementation.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import logging
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import numba
from numba.core import caching, types

_PACKAGE_ROOT = Path(__file__).resolve().parents[1]
_log = logging.getLogger(__name__)

KERNELS: list[Any] = []
"""Every compiled function of the modules imported so far; a test counts their signatures."""

F = TypeVar("F", bound=Callable[..., Any])


def cache_root() -> Path:
    """Return the folder of the compiled kernels: ``NSPD_CACHE``, else the user's cache folder."""
    explicit = os.environ.get("NSPD_CACHE")
    if explicit:
        return Path(explicit)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "nspd-mobility" / "kernels"


@cache
def _imported_files(path: Path) -> set[Path]:
    """Return the files of this package that a module imports, read from its source."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level == 0 and (node.module or "").split(".")[0] != _PACKAGE_ROOT.name:
            continue  # another package: a new version of it is not seen, and none is called from a kernel
        base = path.parents[node.level - 1] if node.level else _PACKAGE_ROOT.parent
        target = base.joinpath(*node.module.split(".")) if node.module else base
        found.update(_module_files(target))
        for alias in node.names:
            found.update(_module_files(target / alias.name))
    return found


def _module_files(path: Path) -> list[Path]:
    """Return the file of a module or of a package's ``__init__``, where there is one."""
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return [c for c in candidates if c.is_file()]


@cache
def closure_hash(path: Path) -> str:
    """Return a hash of a module's source, of all that it imports from this package, and of the Numba version.

    The layouts of records beside a module (``*records.py``) count as imported: a kernel that only gets records as arguments imports
    nothing of them, and would be kept once more for every layout that they had.
    """
    seen: set[Path] = set()
    todo = [path, *path.parent.glob("*records.py")]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo += _imported_files(here)
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for file in sorted(seen):
        digest.update(str(file.relative_to(_PACKAGE_ROOT)).encode() if file.is_relative_to(_PACKAGE_ROOT) else file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:20]


class _Locator(caching._CacheLocator):
    """Puts a kernel's machine code into a folder named by its import closure."""

    def __init__(self, py_func: Any, py_file: str) -> None:
        self._closure = closure_hash(Path(py_file).resolve())
        self._line = py_func.__code__.co_firstlineno

    def get_cache_path(self) -> str:
        return str(cache_root() / self._closure)

    def get_source_stamp(self) -> Any:
        return self._closure

    def get_disambiguator(self) -> str:
        return str(self._line)

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> _Locator:
        return cls(py_func, py_file)


class _CacheImpl(caching.CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012, as Numba declares it


class _KernelCache(caching.FunctionCache):
    """Numba's function cache, with a lock held from a miss until the result is saved."""

    _impl_class = _CacheImpl

    def __init__(self, py_func: Any) -> None:
        super().__init__(py_func)
        self._lock_path = Path(self.cache_path) / f".{py_func.__name__}.lock"
        self._lock: IO[str] | None = None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            found = super().load_overload(sig, target_context)
            if found is None and self._acquire():
                found = super().load_overload(sig, target_context)
                if found is not None:
                    self._release()
        except OSError as error:  # a folder that can't be read: compile
            _log.debug("no compiled kernel from %s: %s", self._lock_path.parent, error)
            return None
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as error:  # a folder that can't be written: the next process compiles again
            _log.debug("compiled kernel is not kept at %s: %s", self._lock_path.parent, error)
        finally:
            self._release()

    def _acquire(self) -> bool:
        if self._lock is not None:
            return False
        try:
            self._lock_path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = self._lock_path.open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError as error:  # a read-only or odd file system: compile without sharing
            _log.debug("no kernel lock at %s: %s", self._lock_path, error)
            self._lock = None
            return False
        return True

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def kernel(function: F, is_inlined: bool = False) -> F:
    """Compile a function with Numba (no fast-math, no parallel loops), cached by its import closure.

    The function takes arrays and numbers only, allocates nothing, and raises nothing: it returns a code and its caller raises.
    With `is_inlined` the machine code of its callers contains it, which a call with many arrays is worth: each is seven to ten numbers.
    """
    if not is_compiled():
        return function
    # _nrt=False: without counts of references, which every call of a kernel by a kernel would raise and lower for each of its
    # arrays; the lock took a quarter longer with them. The caller in Python holds its arrays.
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, _nrt=False, forceinline=is_inlined)(function)  # type: ignore[call-overload]
    _forget_literals(dispatcher)
    try:
        dispatcher._cache = _KernelCache(function)
    except OSError as error:
        _log.warning("compiled kernels are not kept: %s", error)
    KERNELS.append(dispatcher)
    return cast(F, dispatcher)


def inlined_kernel(function: F) -> F:
    """As `kernel`, for a small function or one with a single caller that is called very often."""
    return kernel(function, is_inlined=True)


def direct(function: F, *arguments: Any) -> F:
    """Return a kernel as compiled for arguments of these types, to be called with these types only.

    Numba looks at the type of every argument of every call: for the step of a lock, with ten arrays, that takes 1.3 of 1.7 us.
    """
    if not is_compiled():
        return function
    dispatcher: Any = function
    return cast(F, dispatcher.compile(tuple(map(numba.typeof, arguments))))


def _forget_literals(dispatcher: Any) -> None:
    """Let a call with a literal use the signature of the literal's type.

    Numba compiles a callee once more for every literal argument (``0`` and ``1``, ``True`` and ``False``, and every mix of
    them): the lock kernel took 28 s to compile that way, with 8 signatures of one function.
    """
    template = dispatcher.get_call_template

    def get_call_template(args: Any, kws: Any) -> Any:
        return template(tuple(map(types.unliteral, args)), {name: types.unliteral(kind) for name, kind in kws.items()})

    dispatcher.get_call_template = get_call_template


def is_compiled() -> bool:
    """Say whether kernels are compiled in this process."""
    return not bool(getattr(numba.config, "DISABLE_JIT"))  # noqa: B009, the attribute is made at import
