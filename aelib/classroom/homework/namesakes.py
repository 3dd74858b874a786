"""Names that tell a class's students apart, and that stay when a namesake comes later.

Whoever was graded keeps the name under which that was, for marks and pages hang on it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from aelib.classroom.homework.safe_names import LONGEST, digest_of, shorten, tidy


@dataclass(frozen=True, order=True)
class Person:
    """Whom a submission's place tells.

    Attributes
    ----------
    written
        The name, as it is written there.
    number
        The platform's number, if it gives one. Moodle gives a student another for each
        assignment.
    archive
        The ZIP that alone tells the name, if one does.
    """

    written: str
    number: str = ""
    archive: str = ""

    @property
    def label(self) -> str:
        """What is added to the name where there are namesakes."""
        return self.number or self.archive


Place = tuple[str, Person]
"""An assignment, and whom a submission for it tells."""
Known = dict[Place, str]
"""Names by assignment and person."""


def name_people(found: Collection[Place], earlier: Known) -> Known:
    """Give everybody a name that no other has.

    Parameters
    ----------
    found
        Assignments and persons, as they have been handed in now.
    earlier
        The names under which persons have been graded before.

    Returns
    -------
    dict
        The names by assignment and person. A person who is known keeps the name. Who
        is alone of a name in an assignment is the one person known by it, if there is
        one. Else namesakes get the platform's number, or the ZIP's name.

    Examples
    --------
    >>> ada, other = Person("Ada", "12"), Person("Ada", "34")
    >>> name_people([("00", ada)], {})
    {('00', Person(written='Ada', number='12', archive='')): 'Ada'}
    >>> name_people([("00", ada), ("00", other)], {("00", ada): "Ada"})[("00", other)]
    'Ada (34)'
    """
    known = {person: name for (_, person), name in earlier.items()}
    names_of: dict[str, set[str]] = defaultdict(set)
    for person, name in known.items():
        names_of[person.written].add(name)
    there = _people_by_name([*found, *earlier])
    archives = _people_by_name(place for place in found if place[1].archive)
    taken, names = set(known.values()), {}
    newcomers: dict[Place, Person] = {}
    for place in set(found):
        assignment, person = place
        written = person.written
        own = {p for p in there[assignment, written] if not p.archive}
        numbered = {p for p in own if p.number}
        if person.archive and (own or len(archives[assignment, written]) == 1):
            person = Person(written)  # it claims to be whoever has this name
        if not person.label and len(numbered) == 1:
            (person,) = numbered
        several = len(names_of[written]) > 1
        if person in known:
            names[place] = known[person]
        elif len(names_of[written]) == 1 and (not person.label or numbered == {person}):
            names[place] = next(iter(names_of[written]))
        elif not person.label and written in taken:  # typed from the table of grades
            names[place] = written
        elif numbered == {person} and not several:
            newcomers[place] = Person(written)
        else:
            newcomers[place] = person
            taken |= {tidy(written)} if person.label and names_of[written] else set()
    given = distinct(newcomers.values(), taken)
    return names | {place: given[person] for place, person in newcomers.items()}


def _people_by_name(places: Iterable[Place]) -> dict[tuple[str, str], set[Person]]:
    """Return who has a name in an assignment."""
    people: dict[tuple[str, str], set[Person]] = defaultdict(set)
    for assignment, person in places:
        people[assignment, person.written].add(person)
    return people


def distinct(
    people: Iterable[Person], taken: Collection[str] = ()
) -> dict[Person, str]:
    """Give each of these people a name that no other has.

    Parameters
    ----------
    people
        The same person may come several times.
    taken
        Names that others have already.

    Returns
    -------
    dict of Person to str
        Tidy names, which differ also where a file system tells no ``A`` from ``a``.
        Namesakes get their label; those who have none, or whose names differed only by
        what a file's name cannot hold, get a digest of what was written.

    Examples
    --------
    >>> list(distinct([Person("Ada", "12"), Person("Bob", "34")]).values())
    ['Ada', 'Bob']
    >>> list(distinct([Person("Ada", "12"), Person("Ada", "56")]).values())
    ['Ada (12)', 'Ada (56)']
    >>> list(distinct([Person("a:b"), Person("a?b")]).values())
    ['a b-615137', 'a b-0301ca']
    """
    others = Counter(case_key(name) for name in set(taken))
    plain = {person: tidy(person.written) for person in sorted(set(people))}
    namesakes = others + Counter(map(case_key, plain.values()))
    wanted = {
        person: tidy(f"{person.written} ({person.label})")
        if person.label and namesakes[case_key(name)] > 1
        else name
        for person, name in plain.items()
    }
    shared = others + Counter(map(case_key, wanted.values()))
    used = {name for name, times in shared.items() if times == 1 or name in others}
    names = {}
    for person, name in wanted.items():
        if shared[case_key(name)] > 1:
            digests = _names_with_digests(name, person)
            name = next(each for each in digests if case_key(each) not in used)
            used.add(case_key(name))
        names[person] = name
    return names


def case_key(name: str) -> str:
    """Return what two names share that a file system may take for one."""
    return unicodedata.normalize("NFC", name.casefold())


def _names_with_digests(name: str, person: Person) -> Iterator[str]:
    """Yield a name with one digest after another of what was written."""
    for attempt in count():
        written = "\0".join([person.written, person.label, str(attempt)])
        yield shorten(name, LONGEST - 7) + digest_of(written, 6)
