"""International telephone number with country code (ITU-T E.164), and the North American form."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T

DETECTOR = Detector(
    id="intl.phone",
    cls=FieldClass.PHONE,
    reference="ITU-T E.164",
    types=frozenset({T, I}),
    shape=Shape(
        pattern=r"^\+[1-9]\d{0,2}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}$"
        r"|^\(?[2-9]\d\d\)?[ .-][2-9]\d\d[ .-]\d{4}(?: ?x\d{1,5})?$",
        points=50,
    ),
)
