import sqlite3

import pytest

from asynclab.database.embedded.statements import parse
from asynclab.database.embedded.translate import translate


def create(columns: str, rest: str = "") -> str:
    return translate(parse(f"CREATE TABLE t ({columns}) {rest}"), "course", str)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("a INT", "`a` int(11)"),
        ("a VARCHAR(20) NOT NULL UNIQUE", "`a` varchar(20) NOT NULL UNIQUE COLLATE NOCASE"),
        ("a DECIMAL(8,2) DEFAULT 0.5", "`a` decimal(8, 2) DEFAULT 0.5"),
        ("a ENUM('x', 'y')", "`a` varchar(255) COLLATE NOCASE"),
        ("a BOOLEAN", "`a` tinyint(1)"),
        ("id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'x'",
         "`id` INTEGER PRIMARY KEY AUTOINCREMENT"),
        ("id INT AUTO_INCREMENT, PRIMARY KEY (id)", "`id` INTEGER PRIMARY KEY AUTOINCREMENT"),
        ("id BIGINT PRIMARY KEY", "`id` bigint PRIMARY KEY NOT NULL"),
        ("a INT, b INT, PRIMARY KEY (a, b)",
         "`a` int(11) NOT NULL, `b` int(11) NOT NULL, PRIMARY KEY (`a`, `b`)"),
        ("a INT, KEY i (a), UNIQUE KEY u (a), INDEX (a)", "`a` int(11), UNIQUE (`a`)"),
        ("a DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
         "`a` datetime DEFAULT (now())"),
        ("a INT CHECK (a > 0), CHECK (a < 9)",
         "`a` int(11) CONSTRAINT `t.a` CHECK (`a` > 0), CONSTRAINT `CONSTRAINT_1` CHECK (`a` < 9)"),
    ],
)  # fmt: skip
def test_columns_and_keys(columns: str, expected: str) -> None:
    sql = create(columns)
    assert sql == f"CREATE TABLE `t` ({expected})"
    connection = sqlite3.connect(":memory:")
    connection.create_function("now", 0, lambda: "")
    connection.execute(sql)
    connection.close()


def test_options_are_left_out() -> None:
    assert create("a INT", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4") == create("a INT")
