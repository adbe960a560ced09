"""A check's database: it runs with the examiner and answers in the student's network."""

from collections.abc import Iterator

import pytest

from examroom.examiner import Pool
from examroom.sandbox import Sandbox
from tests.examroom.examiner.test_site import examined, said


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(Sandbox)
    yield pool
    pool.close()


SOLUTION = """
import aiomysql

async def pay(account, amount):
    async with aiomysql.connect(**account) as connection, connection.cursor() as cursor:
        await cursor.execute("UPDATE accounts SET balance = balance - %s", (amount,))
        await connection.commit()
"""
FORGETFUL = SOLUTION.replace("await connection.commit()", "pass")
CHECK = """
from asynclab.database import Database
with Database() as db:
    db.execute("CREATE TABLE accounts (balance INT)")
    db.execute("INSERT INTO accounts VALUES (100)")
    account = {"host": db.host, "port": db.port, "user": db.user}
    t = run("pay(account, 30)", account={**account, "password": db.password, "db": db.name})
    expect(db.execute("SELECT balance FROM accounts") == [(70,)], t, "要提交")
"""


def test_what_the_students_code_commits_is_there(pool: Pool) -> None:
    right = examined(pool, SOLUTION, CHECK)
    assert said(right) == [""]
    assert (right.findings, right.lost, right.left) == ({}, (), ())


def test_what_it_does_not_commit_is_not(pool: Pool) -> None:
    assert said(examined(pool, FORGETFUL, CHECK))[0].startswith("要提交")


OWN = """
from asynclab.database import Database
async with Database() as db:
    await pay(dict(host=db.host, port=db.port, user=db.user, password=db.password, db=db.name), 1)
"""


def test_a_cell_of_the_students_own_opens_one_beside_itself(pool: Pool) -> None:
    examination = examined(pool, f"{SOLUTION}\n{OWN}", CHECK)
    assert "1146" in examination.notebook["cells"][1]["outputs"][0]["evalue"]
