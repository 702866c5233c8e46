# SPDX-License-Identifier: Apache-2.0
"""Vehicles drawn from a seed: the twin of `Sources/Evaluation/GroundTruth/Vehicles.swift`, sample for sample.

    import vehicles
    pictures, kinds = vehicles.pictures(count=100, seed=1)      # [100, 3, 40, 40] uint8, [100]
    roofs = vehicles.masks(count=100, seed=1, against=1)        # [100, 40, 40] bool

A sedan, a convertible, a pickup and a van have the same lower body, wheels and windscreen; the roof alone
tells the first two apart, what stands on the rear alone the sedan from the others.
"""

import numpy as np

SIDE = 40
KINDS = ["sedan", "convertible", "pickup", "van"]
WORD = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15


class SplitMix:
    """Steele, Lea and Flood 2014, as `SeededNumbers` has it."""

    def __init__(self, state):
        self.state = state & WORD

    def next(self):
        self.state = (self.state + STEP) & WORD
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & WORD
        return mixed ^ (mixed >> 31)

    def many(self, count):
        """The next `count` numbers at once."""
        states = np.uint64(self.state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(STEP)
        self.state = (self.state + count * STEP) & WORD
        mixed = (states ^ (states >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


class PortableRandom:
    """A stream of whole numbers for each instance."""

    def __init__(self, seed, stream):
        first = SplitMix(seed).next()
        self.numbers = SplitMix(SplitMix(first + stream * 0xD1B54A32D192ED03).next())

    def integer(self, low, high):
        """From low to high, both included."""
        return low + self.numbers.next() % (high - low + 1)

    def ink(self, low, high):
        return np.array([self.integer(low, high) for _ in range(3)])

    def contrasting(self, ink, distance):
        other = self.ink(0, 255)
        while np.abs(other - ink).sum() < distance:
            other = self.ink(0, 255)
        return other

    def noise(self, width):
        """For every sample of a picture, [3, side, side]."""
        numbers = self.numbers.many(3 * SIDE * SIDE) % np.uint64(2 * width + 1)
        return numbers.astype(np.int64).reshape(3, SIDE, SIDE) - width


class Drawing:
    """All that is drawn at random for one picture, whatever its kind."""

    def __init__(self, index, seed):
        random = PortableRandom(seed, index)
        self.kind = index % len(KINDS)
        self.sky = random.ink(90, 235)
        self.road = random.contrasting(self.sky, 90)
        self.horizon = random.integer(16, 30)
        self.clutter = [
            (random.ink(30, 225), random.integer(0, SIDE - 1), random.integer(0, SIDE - 1), random.integer(2, 6),
             random.integer(2, 6), random.integer(0, 1)) for _ in range(5)]
        self.length = random.integer(26, 34)
        self.left = random.integer(1, SIDE - 1 - self.length)
        self.body = random.integer(6, 8)
        self.cabin = random.integer(7, 9)
        self.wheel = random.integer(3, 4)
        self.belt = random.integer(self.cabin + 1, SIDE - 1 - self.body - self.wheel)
        self.faces_right = random.integer(0, 1) == 1
        self.paint = random.contrasting(self.sky, 150)
        self.glass = random.contrasting(self.paint, 120)
        self.tire = random.ink(0, 50)
        self.hub = random.ink(120, 230)
        self.wall = random.integer(3, 4)
        self.noise = random.noise(12)
        row, column = np.mgrid[:SIDE, :SIDE]
        self.row, self.column = row, column
        # From the front to the rear, and from the belt line up.
        self.along = self.left + self.length - 1 - column if self.faces_right else column - self.left
        self.above = self.belt - row

    def backdrop(self):
        picture = np.empty((3, SIDE, SIDE), np.int64)
        picture[:] = self.sky[:, None, None]
        self.paint_on(picture, self.road, self.row >= self.horizon)
        for ink, y, x, high, wide, is_round in self.clutter:
            down, across = self.row - y, self.column - x
            inside = (np.abs(down) <= high) & (np.abs(across) <= wide)
            if is_round:
                inside &= down * down * wide * wide + across * across * high * high <= high * high * wide * wide
            self.paint_on(picture, ink, inside)
        return picture

    def vehicle(self, kind):
        """The picture with a vehicle of that kind, ahead of the noise."""
        along, above, length, top = self.along, self.above, self.length, self.cabin
        picture = self.backdrop()
        hood, rear = length // 5, length * 5 // 8
        front, back = hood + above // 2, rear - above // 3
        stands = (above >= 1) & (above <= top)
        if kind == 1:
            for seat in (hood + 5, rear - 4):
                self.paint_on(picture, self.tire, (above >= 1) & (above <= 2) & (abs(along - seat) <= 1))
        else:
            self.paint_on(picture, self.paint, stands & (along >= front) & (along <= back))
            window = (above >= 2) & (above <= top - 2) & (along >= front + 2) & (along <= back - 2)
            self.paint_on(picture, self.glass, window & (along != (hood + rear) // 2 + 1))
        if kind == 2:
            wall = (above >= 1) & (above <= self.wall)
            self.paint_on(picture, self.paint, wall & (along > rear + 1) & (along < length))
        if kind == 3:
            self.paint_on(picture, self.paint, stands & (along > back) & (along < length))
        self.paint_on(picture, self.paint, (above >= 1) & (above <= top - 1) & (along >= front) & (along <= front + 1))
        body = (along >= 0) & (along < length) & (above <= 0) & (above > -self.body)
        self.paint_on(picture, self.paint, body & ~((along == 0) & (above == 0)))
        for center in (length // 5, length - 1 - length // 5):
            squared = (along - center) ** 2 + (above + self.body) ** 2
            self.paint_on(picture, self.tire, squared <= self.wheel * (self.wheel + 1))
            self.paint_on(picture, self.hub, squared <= 2)
        return picture

    @staticmethod
    def paint_on(picture, ink, where):
        picture[:, where] = ink[:, None]


def pictures(count, seed, kind=None):
    """[count, 3, 40, 40] uint8 and [count]; all of one kind where that is given, and else as drawn."""
    drawings = [Drawing(index, seed) for index in range(count)]
    made = [np.clip(d.vehicle(d.kind if kind is None else kind) + d.noise, 0, 255) for d in drawings]
    return np.array(made, np.uint8), np.array([d.kind for d in drawings], np.int64)


def masks(count, seed, against):
    """Where each picture would be another if the vehicle were of the kind `against`, [count, 40, 40] bool."""
    drawings = (Drawing(index, seed) for index in range(count))
    return np.array([(d.vehicle(d.kind) != d.vehicle(against)).any(0) for d in drawings])
