"""A record of the catalogue, offered for sharing on the terms it states itself: its attribute, conditions, basis and columns."""

from __future__ import annotations

from jingwei.foundations.data.catalogue import records
from jingwei.foundations.data.catalogue.model import ARTICLE_14, OfferRecord, Record
from jingwei.foundations.data.sharing.actions import tell_terms
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.foundations.data.sharing.law import basis_of
from jingwei.foundations.data.sharing.model import Attribute, Terms, code
from jingwei.foundations.data.sharing.records import bureau_of, known, organisation
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Organisations
from jingwei.kernel.problems import Problem

OWNER = "urn:jingwei:organisation:"


def offer(context: Context, given: OfferRecord) -> Result:
    """Tell sharing the terms of a record as its newest version states them; a version that states others is told anew.

    Raises Problem ``gone_record``, ``no_attribute``, ``no_conditions``, or what ``tell_terms`` and the law raise.
    """
    with context.workspace.store.read() as connection:
        one, version, _, gone = records.record(connection, given.record)
    if gone is not None:
        raise Problem("gone_record", Text("来源已不再有这条记录", "its source no longer has this record"), where=given.record,
                      remedy=Text("请提供现行的记录。", "Offer a record that is in force."))
    return tell_terms(context, terms_of(context, one, given, version))


def terms_of(context: Context, one: Record, given: OfferRecord, version: int) -> Terms:
    attribute = stated(one)
    if attribute is None:
        raise Problem("no_attribute", Text("记录没有写明共享属性（国务院令第809号第十四条）", "the record states no sharing attribute (Order 809, art. 14)"), where=given.record,
                      remedy=Text("请在来源处写明，或用 jingwei share offer 提供。", "State it at its source, or offer the data with jingwei share offer."))
    if attribute == "none":
        basis_of(one.sharing_basis)
    elif attribute == "conditional" and not one.use_conditions.strip():
        raise Problem("no_conditions", Text("有条件共享的记录要写明共享范围和用途（国务院令第809号第十四条）",
                                            "a record shared on conditions says for what scope and use (Order 809, art. 14)"), where=given.record,
                      remedy=Text("请在来源处写明。", "State them at its source."))
    there = known(context)
    data = given.data or next(iter(one.identifier), "")
    dataset = dataset_called(context.workspace.lake, given.dataset or data)
    provider = organisation(there, given.provider or publisher(one, there), "--provider")
    name = Text(one.name("zh"), one.name("en"))
    return Terms(code(data, Text("数据代码", "code of data")), name, code(provider, Text("机构代码", "code of an organisation")), bureau_of(there, provider), dataset.name,
                 dataset.version, dict(dataset.columns), attribute, one.use_conditions.strip(), one.sharing_basis.strip(), given.synthetic, version)


def stated(one: Record) -> Attribute | None:
    """The sharing attribute a record states; None when it states none that the order knows."""
    return next((a for a in ARTICLE_14 if a == one.sharing), None)


def publisher(one: Record, there: Organisations) -> str:
    """The organisation whose record it is: by its id in the address, else by its name; empty when it is none of those known."""
    if one.publisher is None:
        return ""
    if one.publisher.address.startswith(OWNER):
        return one.publisher.address.removeprefix(OWNER)
    return next((o.id for o in there if one.publisher.name in (o.name.zh, o.name.en)), "")


def outdated(one: Record, terms: Terms) -> bool:
    """Whether the record now states other terms than those it was offered on."""
    return terms.edition > 0 and (one.sharing, one.use_conditions.strip(), one.sharing_basis.strip()) != (terms.attribute, terms.conditions, terms.basis)
