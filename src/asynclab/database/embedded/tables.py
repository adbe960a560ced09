"""CREATE TABLE in SQLite's words, with the types as MySQL has them."""

from sqlglot import exp

# constraints that mean nothing here
_DROPPED = (
    exp.CommentColumnConstraint,
    exp.CharacterSetColumnConstraint,
    exp.CollateColumnConstraint,
    exp.OnUpdateColumnConstraint,
)
_TEXTS = ("char", "varchar", "text", "enum", "set", "json")


def create_table(create: exp.Create) -> exp.Create:
    """The same table for SQLite; column types keep MySQL's names, which SQLite does not mind."""
    if not isinstance(create.this, exp.Schema):
        return create  # CREATE INDEX, CREATE TABLE … LIKE or AS
    create.set("properties", None)
    schema = create.this
    keys = {
        column.name
        for key in schema.expressions
        if isinstance(key, exp.PrimaryKey)
        for column in key.expressions
    }
    columns, others = [], []
    for part in schema.expressions:
        if isinstance(part, exp.ColumnDef):
            columns.append(part)
        elif not isinstance(part, exp.IndexColumnConstraint):
            others.append(part)
    counting = {
        column.name
        for column in columns
        if _column(column, in_key=column.name in keys, table=schema.this.name)
    }
    checks = 0
    for number, part in enumerate(others):
        if isinstance(part, exp.CheckColumnConstraint):
            checks += 1
            name = exp.to_identifier(f"CONSTRAINT_{checks}")
            others[number] = exp.Constraint(this=name, expressions=[part])
        if isinstance(part, exp.UniqueColumnConstraint) and isinstance(part.this, exp.Schema):
            part.this.set("this", None)  # its name
    # a column that counts is the key itself
    others = [
        part
        for part in others
        if not (isinstance(part, exp.PrimaryKey) and {p.name for p in part.expressions} == counting)
    ]
    schema.set("expressions", [*columns, *others])
    return create


def _column(column: exp.ColumnDef, *, in_key: bool, table: str) -> bool:
    """Put one column into SQLite's words.

    Returns:
        Whether it counts: AUTO_INCREMENT.
    """
    kinds = [constraint.kind for constraint in column.constraints]
    if any(isinstance(kind, exp.AutoIncrementColumnConstraint) for kind in kinds):
        key = exp.PrimaryKeyColumnConstraint(), exp.AutoIncrementColumnConstraint()
        column.set("kind", exp.DataType.build("INTEGER", dialect="sqlite"))
        column.set("constraints", [exp.ColumnConstraint(kind=each) for each in key])
        return True
    kept = [kind for kind in kinds if not isinstance(kind, _DROPPED)]
    if in_key or any(isinstance(kind, exp.PrimaryKeyColumnConstraint) for kind in kept):
        kept.append(exp.NotNullColumnConstraint())  # SQLite's keys may be NULL
    for kind in kept:
        if isinstance(kind, exp.DefaultColumnConstraint) and isinstance(kind.this, exp.Func):
            kind.set("this", exp.paren(kind.this))
    type_name = _type_name(column.kind)
    if type_name.startswith(_TEXTS):
        kept.append(exp.CollateColumnConstraint(this=exp.var("NOCASE")))
    column.set("kind", exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=type_name))
    column.set("constraints", [_named(each, f"{table}.{column.name}") for each in kept])
    return False


def _named(kind: exp.Expr, name: str) -> exp.ColumnConstraint:
    """A constraint; a check has a name, which the error tells."""
    check = isinstance(kind, exp.CheckColumnConstraint)
    return exp.ColumnConstraint(this=exp.to_identifier(name) if check else None, kind=kind)


def _type_name(kind: exp.Expr | None) -> str:
    """A type as MySQL describes it, without what SQLite cannot read."""
    if kind is None:
        return "text"
    name = kind.sql("mysql").lower()
    if name.startswith(("enum", "set")):
        return "varchar(255)"
    return {"int": "int(11)", "boolean": "tinyint(1)", "bool": "tinyint(1)"}.get(name, name)
