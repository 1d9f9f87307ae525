"""Watch nnsight from inside: what each trace ran on and what it saved.

What is recorded are claims: the same process runs the student's code and could change them.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from nnsight.intervention import batching
from nnsight.intervention import tracer as interleaving
from nnsight.intervention.backends.local import LocalSimulationBackend
from nnsight.modeling.huggingface import HuggingFaceModel
from nnsight.modeling.mixins.remotable import Remotable
from nnsight.tracing import tracer as tracing

from .cells import Cell

MOST_TRACES = 500
MOST_SAVED = 50
REMOTE_NOTE = "remote=True was run as a local serialise–deserialise run"


class NotOnShelfError(OSError):
    """A model was asked for that this runner does not have."""


class Recorder:
    """Claims about the traces of one run, in the order in which they finished."""

    def __init__(self, aliases: dict[str, str], on_shelf: list[str]) -> None:
        self.aliases = aliases
        self.on_shelf = on_shelf
        self.traces: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.cells: dict[str, Cell] = {}
        self._open: list[dict[str, Any]] = []
        self._in_remote = 0

    def install(self) -> None:
        """Wrap nnsight's few seams: the end of a trace, its inputs, its saved values, its backend, its model."""
        tracer_class = interleaving.InterleavingTracer
        tracer_class.__exit__ = self._wrap_exit(tracer_class.__exit__)
        batching.Batcher.assemble = self._wrap_assemble(batching.Batcher.assemble)
        tracing.push = self._wrap_push(tracing.push)
        LocalSimulationBackend.__call__ = self._wrap_remote(LocalSimulationBackend.__call__)
        Remotable._remote_backend = self._local_backend()
        HuggingFaceModel.__init__ = self._wrap_model(HuggingFaceModel.__init__)

    def _wrap_exit(self, original: Callable) -> Callable:
        def leave(tracer: Any, exc_type: Any, exc_value: Any, exc_traceback: Any) -> bool:
            failed_already = exc_type not in (None, tracing.ExitTracingException)
            if failed_already or isinstance(tracer, interleaving.ScanningTracer) or tracer.info is None:
                return original(tracer, exc_type, exc_value, exc_traceback)
            trace = self._begin(tracer)
            self._open.append(trace)
            try:
                result = original(tracer, exc_type, exc_value, exc_traceback)
            finally:
                self._open.pop()
            self._finish(trace)
            return result

        return leave

    def _begin(self, tracer: Any) -> dict[str, Any]:
        cell = self.cells.get(tracer.info.frame.f_code.co_filename)
        model = getattr(tracer.envoy, "repo_id", None) or type(tracer.envoy._module).__name__
        return {
            "model": self.aliases.get(model, str(model))[:200],
            "cell": cell.number if cell else None,
            "line": tracer.node.lineno if tracer.node is not None else None,
            "prompt_tokens": None,
            "remote": self._in_remote > 0 or isinstance(tracer.backend, LocalSimulationBackend),
            "saved": [],
        }

    def _finish(self, trace: dict[str, Any]) -> None:
        if len(self.traces) < MOST_TRACES:
            self.traces.append(trace)
        else:
            self.note(f"Only the first {MOST_TRACES} traces are listed.")

    def note(self, text: str) -> None:
        """Add one remark to the report, once."""
        if text not in self.notes:
            self.notes.append(text)

    def _wrap_assemble(self, original: Callable) -> Callable:
        def assemble(batcher: Any, fn: Any) -> tuple:
            args, kwargs = original(batcher, fn)
            if self._open and self._open[-1]["prompt_tokens"] is None:
                self._open[-1]["prompt_tokens"] = _tokens(args, kwargs)
            return args, kwargs

        return assemble

    def _wrap_push(self, original: Callable) -> Callable:
        def push(frame: Any, variables: dict[str, Any]) -> None:
            # In a session the values are saved at its end, after its traces have closed: the last one takes them.
            trace = self._open[-1] if self._open else (self.traces[-1] if self.traces else None)
            if trace is not None:
                marked = tracing._saves()
                self._record(trace, {name: value for name, value in variables.items() if id(value) in marked})
            original(frame, variables)

        return push

    def _record(self, trace: dict[str, Any], saved: dict[str, Any]) -> None:
        known = {entry["name"] for entry in trace["saved"]}
        for name, value in sorted(saved.items()):  # nnsight keeps the names in a set, so there is no order to keep
            if name in known or len(trace["saved"]) >= MOST_SAVED:
                continue
            trace["saved"].append({"name": str(name)[:100], **describe(value)})

    def _wrap_remote(self, original: Callable) -> Callable:
        def simulate(backend: Any, tracer: Any) -> None:
            self._in_remote += 1
            try:
                original(backend, tracer)
            finally:
                self._in_remote -= 1

        return simulate

    def _local_backend(self) -> Callable:
        def _remote_backend(model: Any, remote: Any, *_args: Any, **_kwargs: Any) -> LocalSimulationBackend:
            self.note(REMOTE_NOTE)
            return LocalSimulationBackend(model)

        return _remote_backend

    def _knows(self, repo_id: str) -> bool:
        return self.aliases.get(repo_id, repo_id) in self.on_shelf or Path(repo_id).is_dir()

    def _wrap_model(self, original: Callable) -> Callable:
        def load(model: Any, repo_id: Any, *args: Any, **kwargs: Any) -> None:
            if isinstance(repo_id, str) and not self._knows(repo_id):
                raise NotOnShelfError(
                    f"{repo_id[:200]} is not on this runner's shelf of models. "
                    f"On the shelf: {', '.join(self.on_shelf) or 'nothing yet'}."
                )
            original(model, repo_id, *args, **kwargs)

        return load


def _tokens(args: tuple, kwargs: dict[str, Any]) -> int | None:
    """The length in tokens of the (padded) prompt of one forward run."""
    for value in (kwargs.get("input_ids"), *args, *kwargs.values()):
        if isinstance(value, torch.Tensor) and value.ndim and not value.is_floating_point():
            return int(value.shape[-1])
        if hasattr(value, "get") and isinstance(value.get("input_ids"), torch.Tensor):
            return int(value["input_ids"].shape[-1])
    return None


def describe(value: Any) -> dict[str, Any]:
    """The claim {"shape", "dtype", "finite", "kind"} about one saved value; never raises."""
    try:
        return _describe(value)
    except Exception:
        return {"shape": None, "dtype": type(value).__name__[:60], "finite": None, "kind": "other"}


def _describe(value: Any) -> dict[str, Any]:
    if isinstance(value, torch.Tensor):
        is_float = value.is_floating_point() or value.is_complex()
        finite = bool(torch.isfinite(value.detach()).all()) if is_float and value.device.type != "meta" else None
        return {"shape": list(value.shape), "dtype": _dtype(value.dtype), "finite": finite, "kind": "tensor"}
    if isinstance(value, (list, tuple, dict)):
        return _describe_many(value)
    if isinstance(value, (bool, int, float)):
        finite = math.isfinite(value) if isinstance(value, float) else None
        return {"shape": [], "dtype": type(value).__name__, "finite": finite, "kind": "number"}
    kind = "text" if isinstance(value, str) else "none" if value is None else "other"
    return {"shape": None, "dtype": type(value).__name__[:60], "finite": None, "kind": kind}


def _describe_many(value: Any) -> dict[str, Any]:
    """A collection: its length, and the common shape and type of its items when they agree."""
    kind = "dict" if isinstance(value, dict) else "tuple" if isinstance(value, tuple) else "list"
    items = list(value.values() if isinstance(value, dict) else value)[:1000]
    parts = [describe(item) for item in items]
    shape, dtype = [len(value)], type(value).__name__[:60]
    if parts and all(part["shape"] == parts[0]["shape"] and part["dtype"] == parts[0]["dtype"] for part in parts):
        shape, dtype = [len(value), *(parts[0]["shape"] or [])], parts[0]["dtype"]
    known = [part["finite"] for part in parts if part["finite"] is not None]
    return {"shape": shape, "dtype": dtype, "finite": all(known) if known else None, "kind": kind}


def _dtype(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
