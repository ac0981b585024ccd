"""YAML text as plain values that remember the line they came from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from winepipeline_operator.spec.tree import Path

MOST_NODES = 20_000
DEEPEST = 60

_MERGE = "tag:yaml.org,2002:merge"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text; the first line and the first column are 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the text as YAML, before anyone asks what it says."""

    mark: Mark
    message: str
    hint: str


@dataclass(slots=True)
class Document:
    """One document of a text: its value, and the place of every field and list item.

    A field's place is that of its key.
    """

    value: Any = None
    marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def mark(self, path: Path) -> Mark:
        """The place of a field, or of the nearest part around it where the field is not in the text."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, Mark(1, 1))


class _Loader(yaml.SafeLoader):
    """YAML as Kubernetes reads it: a date is text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Builder:
    """Turns the nodes of one document into values, noting where each came from."""

    def __init__(self, loader: _Loader) -> None:
        self._loader = loader
        self._nodes = 0
        self.document = Document()

    def build(self, node: yaml.Node) -> Document:
        self.document.marks[()] = _mark(node.start_mark)
        self.document.value = self._value(node, ())
        return self.document

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES or len(path) > DEEPEST:
            raise yaml.constructor.ConstructorError(
                None, None, "the document is too large or too deep", node.start_mark
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._loader.construct_object(node)

    def _item(self, node: yaml.Node, path: Path) -> Any:
        self.document.marks[path] = _mark(node.start_mark)
        return self._value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for inherited in _inherited(node):
            result |= self._mapping(inherited, path)
        own: set[str] = set()
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                continue
            key = self._key(key_node)
            if key in own:
                self._complain(key_node, f"`{key}` stands here twice", "remove one of the two")
            own.add(key)
            self.document.marks[(*path, key)] = _mark(key_node.start_mark)
            result[key] = self._value(value_node, (*path, key))
        return result

    def _key(self, node: yaml.Node) -> str:
        key = self._loader.construct_object(node) if isinstance(node, yaml.ScalarNode) else "?"
        if isinstance(key, str) and isinstance(node, yaml.ScalarNode):
            return key
        text = str(node.value) if isinstance(node, yaml.ScalarNode) else "a list or a mapping"
        self._complain(node, f"a field's name is text, this is {text}", "put the name in quotes")
        return text

    def _complain(self, node: yaml.Node, message: str, hint: str) -> None:
        self.document.problems.append(Problem(_mark(node.start_mark), message, hint))


def documents(text: str) -> Iterator[Document]:
    """The documents of a YAML text, empty ones left out.

    A document that is no YAML comes with a problem and ends the iteration: what follows cannot be told apart.
    """
    try:
        loader = _Loader(text)
        while loader.check_node():
            node = loader.get_node()
            if node is None or node.tag == "tag:yaml.org,2002:null":
                continue
            yield _Builder(loader).build(node)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        yield Document(problems=[_problem(error, text)])


def _inherited(node: yaml.MappingNode) -> Iterator[yaml.MappingNode]:
    """The mappings that `<<` brings in, the weakest first."""
    for key, value in node.value:
        if key.tag == _MERGE:
            sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
            yield from (source for source in reversed(sources) if isinstance(source, yaml.MappingNode))


def _mark(mark: yaml.Mark) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


_HINTS = {
    "cannot start any token": "indent with spaces, and put a value that begins with a special character in quotes",
    "mapping values are not allowed": "check the indentation; a value that holds ': ' needs quotes",
    "could not find expected ':'": "write `name: value`, and check the indentation of this line and the one before",
    "expected <block end>": "check the indentation: fields of one part begin in the same column",
    "undefined alias": "define the anchor (&name) before its use, or put a value that begins with * in quotes",
    "could not determine a constructor": "remove the tag: the resource has plain values only",
}


def _problem(error: Exception, text: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        message = error.problem or str(error)
        hint = next((hint for part, hint in _HINTS.items() if part in message), "")
        return Problem(_mark(error.problem_mark), f"this is no YAML: {message}", hint)
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        return Problem(
            mark, f"this is no YAML: the character U+{error.character:04X} is not allowed", "remove the character"
        )
    return Problem(Mark(1, 1), "this is no resource: it is nested too deep, or holds a number far too long", "")
