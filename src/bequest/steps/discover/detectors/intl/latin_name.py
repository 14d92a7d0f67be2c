"""Personal name in Latin letters: two to four capitalised words, or one where the name of the column says so."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape

DETECTOR = Detector(
    id="intl.latin_name",
    cls=FieldClass.PERSON_NAME,
    reference="ICAO Doc 9303 part 3 (names in Latin letters)",
    shape=Shape(pattern=r"^(?:\p{Lu}[\p{L}'’.-]*,? ?){1,4}$", points=10),
)
