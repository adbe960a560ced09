import pytest
from sqlglot import exp

from asynclab.database.embedded.errors import MysqlError
from asynclab.database.embedded.statements import parse, split


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("SELECT 1", ["SELECT 1"]),
        (" SELECT 1 ; SELECT 2; ", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';', \";\", `;`", ["SELECT ';', \";\", `;`"]),
        (r"SELECT 'O\'B;', 'it'';s'", [r"SELECT 'O\'B;', 'it'';s'"]),
        ("SELECT 1 -- ' ;\n, 2 # ;\n, /* ; */ 3", ["SELECT 1  \n, 2  \n,   3"]),
        ("SELECT 1--1", ["SELECT 1--1"]),
        ("SELECT 'open ; SELECT 2", ["SELECT 'open", "SELECT 2"]),
        ("; ;-- nothing", []),
        ("", []),
    ],
)
def test_a_query_is_split_as_mysql_splits_it(query: str, statements: list[str]) -> None:
    assert list(split(query)) == statements


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT 1", exp.Select),
        ("(SELECT 1) UNION SELECT 2", exp.Union),
        ("WITH a AS (SELECT 1) SELECT * FROM a", exp.Select),
        ("REPLACE INTO t VALUES (1)", exp.Insert),
        ("TRUNCATE t", exp.TruncateTable),
    ],
)
def test_what_is_known(statement: str, kind: type) -> None:
    assert isinstance(parse(statement), kind)


@pytest.mark.parametrize(
    ("statement", "code", "near"),
    [
        ("SELEC 1", 1064, "near 'SELEC 1' at line 1"),
        ("hello", 1064, "near 'hello'"),
        ("SELECT", 1064, "near 'SELECT'"),
        ("SELECT * FORM accounts", 1064, "near 'accounts'"),
        ("INSERT INTO t VALUES (1", 1064, "at line 1"),
        ("SELECT 'O'Brien'", 1064, "near"),
        ("GRANT ALL ON *.* TO nobody", 1235, "GRANT ALL"),
        ("LOCK TABLES t WRITE", 1235, "内置的数据库没有这个语句"),
    ],
)
def test_what_is_not(statement: str, code: int, near: str) -> None:
    with pytest.raises(MysqlError, match=near) as error:
        parse(statement)
    assert error.value.code == code


def test_nothing_is_said_but_to_the_client(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MysqlError):
        parse("LOCK TABLES t WRITE")
    assert capfd.readouterr() == ("", "")
