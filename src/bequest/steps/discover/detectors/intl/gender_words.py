"""Gender written out: found by its values alone."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape

DETECTOR = Detector(
    id="intl.gender_words",
    cls=FieldClass.GENDER,
    reference="GB/T 2261.1-2003",
    shape=Shape(pattern=r"(?i)^(?:男|女|男性|女性|未知|保密|male|female|unknown)$", points=45),
)
