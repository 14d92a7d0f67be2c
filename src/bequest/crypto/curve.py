"""Points of an elliptic curve y² = x³ - 3x + b over a prime field, in plain Python: for checking, not for secrets.

How long it takes depends on the numbers. Sources: SEC 1 §2.2.1, GB/T 32918.1 appendix A (Jacobian coordinates).
"""

from dataclasses import dataclass

Point = tuple[int, int]
Jacobian = tuple[int, int, int]
INFINITY: Jacobian = (1, 1, 0)
BYTES = 32


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve's prime, its b, the order of its generator, and the generator."""

    p: int
    b: int
    n: int
    g: Point

    def contains(self, x: int, y: int) -> bool:
        """Whether x and y are coordinates of a point."""
        return 0 <= x < self.p and 0 <= y < self.p and (y * y - x**3 + 3 * x - self.b) % self.p == 0

    def combined(self, u: int, one: Point, v: int, other: Point) -> Point | None:
        """U times one point and v times another, added up; None for the point at infinity."""
        first: Jacobian = (*one, 1)
        second: Jacobian = (*other, 1)
        both = self._sum(first, second)
        result = INFINITY
        for at in reversed(range(max(u.bit_length(), v.bit_length()))):
            result = self._double(result)
            bits = u >> at & 1, v >> at & 1
            if any(bits):
                result = self._sum(result, both if all(bits) else first if bits[0] else second)
        return self._affine(result)

    def multiple(self, k: int, point: Point) -> Point | None:
        """K times a point; None for the point at infinity."""
        result, added = INFINITY, (*point, 1)
        for bit in bin(k)[2:]:
            result = self._double(result)
            if bit == "1":
                result = self._sum(result, added)
        return self._affine(result)

    def _affine(self, point: Jacobian) -> Point | None:
        x, y, z = point
        if not z:
            return None
        inverse = pow(z, -1, self.p)
        square = inverse * inverse % self.p
        return x * square % self.p, y * square * inverse % self.p

    def _double(self, point: Jacobian) -> Jacobian:
        p, (x, y, z) = self.p, point
        if not z or not y:
            return INFINITY
        zz = z * z % p
        m = 3 * (x - zz) * (x + zz) % p
        yy = y * y % p
        s = 4 * x * yy % p
        x3 = (m * m - 2 * s) % p
        return x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p

    def _sum(self, one: Jacobian, other: Jacobian) -> Jacobian:
        p, (x1, y1, z1), (x2, y2, z2) = self.p, one, other
        if not z1:
            return other
        if not z2:
            return one
        zz1, zz2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * zz2 % p, x2 * zz1 % p
        s1, s2 = y1 * z2 * zz2 % p, y2 * z1 * zz1 % p
        if u1 == u2:
            return self._double(one) if s1 == s2 else INFINITY
        h, r = u2 - u1, s2 - s1
        hh = h * h % p
        hhh, v = h * hh % p, u1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return x3, (r * (v - x3) - s1 * hhh) % p, z1 * z2 * h % p
