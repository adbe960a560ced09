import asyncio

import pytest

from asynclab.database.embedded.errors import MysqlError
from asynclab.database.embedded.store import Store


def test_databases_by_name() -> None:
    async def main() -> None:
        store = Store("course")
        assert store["course"].name == "course"
        with pytest.raises(MysqlError, match="Unknown database 'other'") as error:
            _ = store["other"]
        assert error.value.code == 1049

    asyncio.run(main())


def test_databases_come_and_go_once() -> None:
    async def main() -> None:
        store = Store("course")
        store.create("other")
        with pytest.raises(MysqlError, match="Can't create database 'other'; database exists"):
            store.create("other")
        store.drop("other")
        with pytest.raises(MysqlError, match="Can't drop database 'other'; database doesn't"):
            store.drop("other")

    asyncio.run(main())


def test_each_publication_is_a_new_version() -> None:
    async def main() -> None:
        image = Store("course")["course"]
        assert [image.publish(b"a"), image.publish(b"b")] == [1, 2]
        assert image.content == b"b"

    asyncio.run(main())
