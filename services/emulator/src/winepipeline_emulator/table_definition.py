"""CREATE TABLE with the constraints that Snowflake enforces, and without those that it only records. Pure.

Snowflake enforces the length of VARCHAR(n), which DuckDB forgets: it becomes a CHECK. Snowflake records PRIMARY KEY,
UNIQUE and FOREIGN KEY and does not enforce them (https://docs.snowflake.com/en/sql-reference/constraints-overview),
which DuckDB does: they are left out, lest a program be tried here against a guard that its warehouse will not have.
"""

from sqlglot import Expr, exp

_RECORDED_ONLY = (exp.PrimaryKey, exp.UniqueColumnConstraint, exp.ForeignKey, exp.PrimaryKeyColumnConstraint)
_RECORDED_ONLY_ON_COLUMNS = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint, exp.Reference)
_TEXT_TYPES = {exp.DataType.Type.VARCHAR, exp.DataType.Type.CHAR, exp.DataType.Type.TEXT}


def as_snowflake_enforces_it(expression: Expr) -> Expr:
    """Change a CREATE TABLE's tree in place, and return it; any other tree is returned as it is."""
    if isinstance(expression, exp.Create) and expression.kind == "TABLE" and isinstance(expression.this, exp.Schema):
        schema = expression.this
        kept = [part for part in schema.expressions if not _is_recorded_only(part)]
        for part in kept:
            if isinstance(part, exp.ColumnDef):
                _enforce(part)
        schema.set("expressions", kept)
    return expression


def _is_recorded_only(part: Expr) -> bool:
    if isinstance(part, exp.Constraint):  # CONSTRAINT name PRIMARY KEY (…)
        return any(isinstance(kind, _RECORDED_ONLY) for kind in part.expressions)
    return isinstance(part, _RECORDED_ONLY)


def _enforce(column: exp.ColumnDef) -> None:
    constraints = [
        constraint
        for constraint in column.args.get("constraints") or []
        if not isinstance(constraint.args.get("kind"), _RECORDED_ONLY_ON_COLUMNS)
    ]
    kind = column.kind
    if isinstance(kind, exp.DataType) and kind.this in _TEXT_TYPES and kind.expressions:
        length = exp.Length(this=exp.column(column.this.copy()))
        limit = exp.Literal.number(kind.expressions[0].name)
        check = exp.CheckColumnConstraint(this=exp.LTE(this=length, expression=limit))
        constraints.append(exp.ColumnConstraint(kind=check))
    column.set("constraints", constraints)
