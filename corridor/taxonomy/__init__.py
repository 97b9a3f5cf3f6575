"""The life circle's categories as data, and the places that belong to them.

>>> from corridor.taxonomy import read_categories
>>> [category.zh for category in read_categories()[:3]]
['幼儿园', '小学', '初中']
"""

from corridor.taxonomy._categories import (
    Category,
    Condition,
    OpenSpaceKind,
    Stage,
    categories_from,
    read_categories,
)
from corridor.taxonomy._places import DOORS, classify, concerned, given_doors, repeats
from corridor.taxonomy._rows import RowRules, plain, rank

__all__ = [
    "DOORS",
    "Category",
    "Condition",
    "OpenSpaceKind",
    "RowRules",
    "Stage",
    "categories_from",
    "classify",
    "concerned",
    "given_doors",
    "plain",
    "rank",
    "read_categories",
    "repeats",
]
