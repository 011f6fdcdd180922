"""Which parameters a piece of source reads: by following the names that hold the scenario and its sections."""

from __future__ import annotations

import ast
import fnmatch
from collections import defaultdict
from functools import cache
from pathlib import Path

from dicu.scenario.fields import leaves, sections
from dicu.scenario.scenario import Scenario

SIM = Path(__file__).parents[1] / "sim" / "dicu"
SECTION_OF = {model.__name__: name for name, model in sections().items()}
WITHIN = {
    (model.__name__, name): field.annotation.__name__
    for model in sections().values()
    for name, field in model.model_fields.items()
    if hasattr(field.annotation, "model_fields")
}
"""Sections within sections: (class, key) -> class."""
SECTION_OF |= {held: f"{SECTION_OF[cls]}.{name}" for (cls, name), held in WITHIN.items()}
PATHS = tuple(leaf.path for leaf in leaves())


class Reads:
    """Which parameters some source reads: `Scenario` and its sections are followed through names and attributes."""

    def __init__(self) -> None:
        self.attributes: dict[str, dict[str, str]] = defaultdict(dict)
        for name, field in Scenario.model_fields.items():
            if name in sections():
                self.attributes["Scenario"][name] = field.annotation.__name__
        for (cls, name), held in WITHIN.items():
            self.attributes[cls][name] = held
        self.found: set[str] = set()
        self.properties: dict[str, set[str]] = {}

    def run(self, trees: list[ast.Module], scenario: ast.Module) -> set[str]:
        """Paths read in ``trees``, through the properties of `Scenario` too (``scenario`` is its module)."""
        for cls in (
            node for node in scenario.body if isinstance(node, ast.ClassDef) and node.name == "Scenario"
        ):
            for prop in (node for node in cls.body if isinstance(node, ast.FunctionDef)):
                if any(isinstance(d, ast.Name) and d.id == "property" for d in prop.decorator_list):
                    self.found = set()
                    self._function(prop, {}, "Scenario")
                    self.properties[prop.name] = self.found
        known = -1
        while known != (known := sum(map(len, self.attributes.values()))):  # until no attribute is new
            self.found = set()
            for tree in trees:
                self._body(tree, {}, "")
        return self.found

    def _body(self, node: ast.AST, env: dict[str, str], cls: str) -> None:
        """Everything below a node that is not inside a function or class of its own."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                for field in child.body:
                    if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                        self._keep(child.name, field.target.id, _class(field.annotation))
                self._body(child, {}, child.name)
            elif isinstance(child, ast.FunctionDef):
                self._function(child, env, cls)
            else:
                self._bind(child, env, cls)
                self._look(child, env)
                self._body(child, env, cls)

    def _function(self, node: ast.FunctionDef, env: dict[str, str], cls: str) -> None:
        inner = dict(env)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for argument in arguments:
            inner.pop(argument.arg, None)
            if argument.annotation is not None and (held := _class(argument.annotation)):
                inner[argument.arg] = held
        if cls and arguments and arguments[0].arg == "self":
            inner["self"] = cls
        self._inside = node
        self._body(node, inner, cls)

    def _bind(self, node: ast.AST, env: dict[str, str], cls: str) -> None:
        """What the names of an assignment hold afterwards."""
        if not isinstance(node, ast.Assign):
            return
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                held = self._held(value, env)
                if isinstance(name, ast.Name):
                    env.pop(name.id, None)
                    if held:
                        env[name.id] = held
                elif (
                    isinstance(name, ast.Attribute)
                    and isinstance(name.value, ast.Name)
                    and name.value.id == "self"
                ):
                    self._keep(cls, name.attr, held)

    def _held(self, node: ast.AST, env: dict[str, str]) -> str:
        """Name of the class that an expression is known to have, "" where it is not."""
        if isinstance(node, ast.Name):
            return env.get(node.id, "")
        if isinstance(node, ast.Attribute):
            return self.attributes.get(self._held(node.value, env), {}).get(node.attr, "")
        if isinstance(node, ast.IfExp):
            return self._held(node.body, env) or self._held(node.orelse, env)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id if node.func.id[0].isupper() else ""
        return ""

    def _look(self, node: ast.AST, env: dict[str, str]) -> None:
        """Note the parameter that a node reads, if it is one that does."""
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            owner = self._held(node.value, env)
            self.found |= self.properties.get(node.attr, set()) if owner == "Scenario" else set()
            self._note(owner, node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            owner, key = self._held(node.args[0], env), node.args[1]
            if isinstance(key, ast.JoinedStr):
                self._note(
                    owner, "".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in key.values)
                )
            else:
                for word in [key.value] if isinstance(key, ast.Constant) else _words(self._inside):
                    self._note(owner, str(word))

    def _note(self, owner: str, pattern: str) -> None:
        if owner == "Scenario":
            self.found |= _paths(pattern)
        elif owner in SECTION_OF:  # of any other class nothing is a parameter
            self.found |= _paths(f"{SECTION_OF[owner]}.{pattern}")

    def _keep(self, cls: str, name: str, held: str) -> None:
        if cls and held:
            self.attributes[cls][name] = held


@cache
def _words(node: ast.AST) -> set[str]:
    """Texts in a piece of source."""
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@cache
def _paths(pattern: str) -> frozenset[str]:
    return frozenset(path for path in PATHS if fnmatch.fnmatchcase(path, pattern))


def _class(annotation: ast.AST) -> str:
    """Class that an annotation names, alone or beside None."""
    if isinstance(annotation, ast.BinOp):
        return _class(annotation.left)
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return annotation.id if isinstance(annotation, ast.Name) else ""


@cache
def reads_of(*sources: str) -> set[str]:
    """Paths of the parameters that some modules read."""
    scenario = ast.parse((SIM / "scenario/scenario.py").read_text(encoding="utf-8"))
    return Reads().run([ast.parse(source) for source in sources], scenario)
