"""Names of products that wait for a registrar: taken or left on pages."""

from __future__ import annotations

import pytest
from support import accounts
from support.accounts import person, signed_in
from support.named import a_gtin, a_registration

from ledger.kernel.actor import Role
from ledger.products import queries
from ledger.products.services import open_product, resolve_lots
from ledger.products.terms import LotNamed, LotWanted, OpenProduct
from ledger.subjects.services import register_subject


@pytest.fixture
def house(database, now):
    return lambda: accounts.house(database, now)


@pytest.fixture
def registrar(app, house):
    with house() as uow:
        person(uow, "wu", Role.REGISTRAR)
    return signed_in(app, "wu")


@pytest.fixture
def claim(house):
    with house() as uow:
        shops = [register_subject(uow, a_registration(at))[0].id for at in (1, 2)]
        open_product(uow, OpenProduct(gtin=a_gtin(1), name="纯牛奶"))
        resolve_lots(
            uow,
            [
                LotWanted(named=LotNamed(gtin=a_gtin(1), name=name, lot="1"), filer_id=shop)
                for shop, name in zip(shops, ("鲜奶", "鲜 奶"), strict=True)
            ],
        )
        return queries.open_claims(uow)[0]


@pytest.mark.parametrize(("accept", "name"), [("true", "鲜奶"), ("false", "纯牛奶")])
def test_a_registrar_takes_or_leaves_a_name_for_all_who_say_it(
    registrar, claim, house, accept, name
):
    page = registrar.get("/products/names").text
    assert "鲜奶" in page
    assert "鼓浪乳业1有限公司" in page
    done = registrar.post(f"/products/names/{claim.id}", data={"accept": accept})
    assert done.status_code == 303
    with house() as uow:
        assert queries.product_by_gtin(uow, a_gtin(1)).name == name
        assert queries.open_claims(uow) == ()
    assert "没有待核对的名称" in registrar.get("/products/names").text
    assert registrar.post(f"/products/names/{claim.id}", data={"accept": "true"}).status_code == 404


def test_only_a_registrar_decides(app, client, claim, house):
    assert client.get("/products/names").status_code == 401
    with house() as uow:
        person(uow, "lin")
    inspector = signed_in(app, "lin")
    assert inspector.get("/products/names").status_code == 403
    assert inspector.post(f"/products/names/{claim.id}", data={"accept": "true"}).status_code == 403
